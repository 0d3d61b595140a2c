// SPDX-License-Identifier: BSD-3-Clause

import CZstd
import LinuxABI
import TestSupport
import Testing
import Trace
import TraceFile

/// What can happen to a file: it is cut, bits change, somebody makes it up.
@Suite struct DamageTests {
  /// Reads to the end and gives the events that came, without gaps.
  private func readAll(_ reader: TraceReader) throws -> [(number: UInt64, event: Event)] {
    var events: [(UInt64, Event)] = []
    while let event = try reader.next() { events.append((reader.eventNumber, event)) }
    return events
  }

  @Test func `a trace cut anywhere opens up to its last whole block`() throws {
    let seed: UInt64 = 11
    var random = RandomTrace(seed: seed)
    let list = random.list(600)
    let header = random.header()
    let bytes = try list.trace(header, eventsPerBlock: 20)
    var blockEnds: [Int] = []
    for count in stride(from: 0, through: 600, by: 20) {
      var part = EventList()
      for index in 0..<count { part.append(list[index], bytes: list.payloadBytes(at: index)) }
      blockEnds.append(try part.trace(header, eventsPerBlock: 20, isFinished: false).count)
    }
    let tailBegins = blockEnds.last!
    for _ in 0..<1000 {
      let length = blockEnds[0] + Int(random.random.next() % UInt64(bytes.count - blockEnds[0]))
      let reader = try TraceReader(bytes: Array(bytes[..<length]))
      #expect(!reader.isComplete)
      let events = try readAll(reader)
      let whole = blockEnds.lastIndex { $0 <= length }!
      #expect(events.count == whole * 20, "seed \(seed), cut at \(length)")
      #expect(reader.droppedByteCount == UInt64(length - blockEnds[whole]))
      let isSame = events.allSatisfy { $0.event.fields == list[Int($0.number)].fields }
      #expect(isSame, "seed \(seed), cut at \(length)")
      if length <= tailBegins { #expect(reader.problems.isEmpty) }
    }
  }

  @Test func `a trace cut within the header says so`() throws {
    let bytes = try EventList().trace(isFinished: false)
    for length in 0..<bytes.count {
      let error = #expect(throws: TraceFileError.self) {
        try TraceReader(bytes: Array(bytes[..<length]))
      }
      #expect(error.map { "\($0)" }?.contains("cut off within the header") == true)
    }
  }

  @Test(arguments: [true, false])
  func `a flipped bit costs at most the block that it is in`(isFinished: Bool) throws {
    let seed: UInt64 = 12
    var random = RandomTrace(seed: seed)
    let list = random.list(600)
    let bytes = try list.trace(random.header(), eventsPerBlock: 60, isFinished: isFinished)
    var unreadable = 0
    for _ in 0..<1000 {
      let bit = Int(random.random.next() % UInt64(bytes.count * 8))
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let reader: TraceReader
      do throws(TraceFileError) {
        reader = try TraceReader(bytes: damaged)
      } catch {
        unreadable += 1
        #expect("\(error)".contains("memory: "))
        continue
      }
      let events = try readAll(reader)
      let real = events.filter { event in
        event.event.kind != .gap || list[Int(event.number)].kind == .gap
      }
      #expect(real.count >= 540, "seed \(seed), bit \(bit)")
      if real.count < 600 {
        #expect(reader.problemCount > 0 || !reader.isComplete, "seed \(seed), bit \(bit)")
      }
      let isSame = real.allSatisfy {
        $0.event.kind == .gap || $0.event.fields == list[Int($0.number)].fields
      }
      #expect(isSame, "seed \(seed), bit \(bit)")
    }
    #expect(unreadable > 0 && unreadable < 250)
  }

  @Test func `a damaged block is named, a gap stands in its place, and reading goes on`() throws {
    var list = EventList()
    for number in 0..<100 { list.append(Event(.systemCall, code: 39, result: Int64(number))) }
    var bytes = try list.trace(eventsPerBlock: 10)
    let third = try list.prefix(30).trace(eventsPerBlock: 10, isFinished: false).count
    bytes[third - 6] ^= 0x10
    let reader = try TraceReader(bytes: bytes)
    #expect(reader.isComplete)
    var results: [Int64] = []
    while let event = try reader.next() {
      if event.kind == .gap {
        #expect(event.operands[0] == 10)
        #expect(reader.eventNumber == 20)
        results.append(-1)
      } else {
        results.append(event.result)
      }
    }
    #expect(results == Array(0..<20) + [-1] + Array(30..<100))
    #expect(reader.damagedBlockCount == 1)
    #expect(reader.problems.first?.block == 2)
    #expect(reader.problems.last?.message == "events 20 to 29 are lost")
    try reader.seek(toEvent: 25)
    #expect(try reader.next()?.result == 30)
    #expect(reader.damagedBlockCount == 1)
  }

  @Test func `a damaged last block leaves a gap of unknown length`() throws {
    var list = EventList()
    for number in 0..<20 { list.append(Event(.systemCall, code: 39, result: Int64(number))) }
    var bytes = try list.trace(eventsPerBlock: 10)
    bytes[try list.trace(eventsPerBlock: 10, isFinished: false).count - 1] ^= 1
    let reader = try TraceReader(bytes: bytes)
    let events = try readAll(reader)
    #expect(events.count == 11)
    #expect(events.last?.event.kind == .gap && events.last?.event.operands[0] == 0)
  }

  @Test func `a seek table that does not fit the file is not believed`() throws {
    var random = RandomTrace(seed: 13)
    let list = random.list(100)
    var bytes = try list.trace(eventsPerBlock: 10)
    bytes[bytes.count - 9 - 12] ^= 0x40
    var reader = try TraceReader(bytes: bytes)
    #expect(!reader.isComplete && reader.droppedByteCount == 0)
    let difference = try list.firstDifference(from: &reader)
    #expect(difference == nil)
  }

  @Test func `bytes that are no trace are refused`() throws {
    let inputs: [[UInt8]] = [
      [], [0], Array("hello, world, this is text".utf8), [0x28, 0xb5, 0x2f, 0xfd],
      [UInt8](repeating: 0, count: 100), [0x5e, 0x2a, 0x4d, 0x18, 0, 0, 0, 0],
      [0x5e, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff], frame(Array("EPITRACE".utf8)),
      frame(Array("not a trace but a good frame".utf8)),
    ]
    for input in inputs {
      #expect(throws: TraceFileError.self) { try TraceReader(bytes: input) }
    }
  }

  @Test func `a frame that announces too much is not unpacked`() throws {
    let bomb = frame([UInt8](repeating: 0, count: 64 << 20))
    #expect(bomb.count < 10_000)
    let header = try EventList().trace(isFinished: false)
    let reader = try TraceReader(bytes: header + bomb + bomb)
    #expect(try reader.next()?.code == nil)
    #expect(reader.problemCount == 2)
    #expect(reader.problems[0].message == "67108864 bytes of content, at most 33554432")
    #expect(throws: TraceFileError.self) { try TraceReader(bytes: bomb) }
  }

  @Test func `many false starts are given up`() throws {
    let header = try EventList().trace(isFinished: false)
    var hostile: [UInt8] = []
    for _ in 0..<100_000 { hostile += [0x28, 0xb5, 0x2f, 0xfd, 0x08, 0, 0, 0, 0, 0] }
    let reader = try TraceReader(bytes: header + hostile)
    #expect(try reader.next()?.code == nil)
    #expect(!reader.isComplete && reader.droppedByteCount == 1_000_000)
  }

  /// A zstd frame as a trace has them.
  private func frame(_ content: [UInt8]) -> [UInt8] {
    let context = ZSTD_createCCtx()!
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    var room = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
    let count = ZSTD_compress2(context, &room, room.count, content, content.count)
    return Array(room[..<count])
  }
}

extension EventList {
  /// The first events.
  func prefix(_ count: Int) -> EventList {
    var list = EventList()
    for index in 0..<count { list.append(self[index], bytes: payloadBytes(at: index)) }
    return list
  }
}
