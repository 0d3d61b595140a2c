// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing
import Trace

@testable import TraceFile

/// What of the block at hand is in the file before it is full.
@Suite struct TailTests {
  private static let perBlock = 40

  /// The events, with payloads that do not compress well.
  private func list(_ count: Int, seed: UInt64) -> EventList {
    var random = RandomTrace(seed: seed)
    var list = EventList()
    for number in 0..<count {
      let bytes = (0..<number % 5).map { _ in UInt8(truncatingIfNeeded: random.random.next()) }
      list.append(Event(.systemCall, code: 39, result: Int64(number)), bytes: bytes)
    }
    return list
  }

  /// A file while frames take each other's place in it, by the steps that the writer takes.
  private struct File {
    var bytes: [UInt8]
    /// Where the provisional frame stands.
    var tail: Range<Int>
    /// What a reader should find: this many events, or as many as it will have.
    var eventCount: Int

    init(_ bytes: [UInt8], eventCount: Int) {
      self.bytes = bytes
      tail = bytes.count..<bytes.count
      self.eventCount = eventCount
    }

    mutating func write(_ source: [UInt8], at offset: Int) {
      let end = offset + source.count
      if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
      bytes.replaceSubrange(offset..<end, with: source)
    }

    /// Puts a frame over the provisional one; `check` sees the file as a kill may leave it.
    mutating func put(_ frame: [UInt8], _ check: (File) throws -> Void) throws {
      let old = UInt64(tail.lowerBound)..<UInt64(tail.upperBound)
      for step in TailStep.steps(over: old, byteCount: frame.count) {
        switch step {
        case .skip(let range):
          let head = TailStep.skippableHead(of: range).littleEndian
          write(withUnsafeBytes(of: head) { Array($0) }, at: Int(range.lowerBound))
        case .write(let part, let place) where part.count > 8 || old.isEmpty:
          for count in 1...part.count {
            write(Array(frame[part.prefix(count)]), at: Int(place))
            try check(self)
          }
        case .write(let part, let place): write(Array(frame[part]), at: Int(place))
        case .cut(let place): bytes.removeSubrange(Int(place)...)
        }
        try check(self)
      }
      tail = tail.lowerBound..<tail.lowerBound + frame.count
    }
  }

  /// What a reader finds is what was there before, or what was being put there; nothing is missed.
  private func check(_ file: File, _ list: EventList, before: Int, after: Int) throws {
    let reader = try TraceReader(bytes: file.bytes)
    var count = 0
    while let event = try reader.next() {
      #expect(event.kind == .systemCall && event.result == Int64(count))
      #expect([UInt8](reader.payload) == list.payloadBytes(at: count))
      count += 1
    }
    #expect(count == before || count == after, "\(file.bytes.count) bytes")
    #expect(reader.problems.isEmpty && reader.damagedBlockCount == 0 && !reader.isComplete)
  }

  @Test(arguments: [0, 1]) func `a kill within any write leaves every event`(blocks: Int) throws {
    let full = blocks * Self.perBlock
    let list = list(full + Self.perBlock, seed: 31)
    let before = try list.prefix(full).trace(eventsPerBlock: Self.perBlock, isFinished: false)
    func frame(_ count: Int) throws -> [UInt8] {
      let bytes = try list.prefix(full + count).trace(
        eventsPerBlock: Self.perBlock, isFinished: false)
      return Array(bytes[before.count...])
    }
    var file = File(before, eventCount: full)
    var last = full
    for count in [1, 2, 11, 30, 31, Self.perBlock] {
      try file.put(frame(count)) { try check($0, list, before: last, after: full + count) }
      last = full + count
    }
    #expect(file.bytes == (try before + frame(Self.perBlock)))
  }

  @Test func `a successor that is shorter leaves nothing of what it replaces`() throws {
    let list = list(Self.perBlock, seed: 32)
    let header = try EventList().trace(isFinished: false)
    func frame(level: Int) throws -> [UInt8] {
      var options = TraceWriter.Options()
      options.level = level
      let writer = try TraceWriter(header: TraceHeader(), options: options)
      let start = writer.bytes.count
      for index in 0..<list.count { writer.append(list[index], payload: list.payload(at: index)) }
      try writer.flush()
      return Array(writer.bytes[start...])
    }
    let (long, short) = (try frame(level: -5), try frame(level: 19))
    #expect(long.count > short.count)
    var file = File(header, eventCount: 0)
    try file.put(long) { try check($0, list, before: 0, after: list.count) }
    try file.put(short) { try check($0, list, before: list.count, after: list.count) }
    #expect(file.bytes == header + short)
  }

  @Test(arguments: [false, true])
  func `what is kept is in the file, and the bytes at the end are the same`(aside: Bool) throws {
    let list = list(1000, seed: 33)
    var options = TraceWriter.Options()
    options.eventsPerBlock = 300
    options.writesAside = aside
    try Scratch.with { scratch in
      let path = scratch.path("a.epi")
      let writer = try TraceWriter(path: path, header: TraceHeader(), options: options)
      for index in 0..<list.count {
        writer.append(list[index], payload: list.payload(at: index))
        guard index % 70 == 0 else { continue }
        writer.keep()
        writer.keep()
        #expect(writer.failure == nil)
        var reader = try TraceReader(path: path)
        let difference = try list.prefix(index + 1).firstDifference(from: &reader)
        #expect(difference == nil && !reader.isComplete && reader.problems.isEmpty)
      }
      try writer.finish()
      writer.keep()
      let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
      #expect(bytes == (try list.trace(eventsPerBlock: 300)))
    }
  }

  @Test func `a file that is only appended to gets whole blocks alone`() throws {
    try Scratch.with { scratch in
      let path = scratch.path("a.epi")
      let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      let writer = try TraceWriter(descriptor: descriptor, name: path, header: TraceHeader())
      let list = list(10, seed: 34)
      for index in 0..<list.count { writer.append(list[index], payload: list.payload(at: index)) }
      writer.keep()
      #expect(try TraceReader(path: path).blockCount == 0)
      try writer.finish()
      #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == list.trace())
    }
  }

  @Test func `a damaged block before the last one is not taken for a leftover`() throws {
    let list = list(3 * Self.perBlock, seed: 35)
    var bytes = try list.trace(eventsPerBlock: Self.perBlock, isFinished: false)
    let second = try list.prefix(2 * Self.perBlock).trace(
      eventsPerBlock: Self.perBlock, isFinished: false)
    bytes[second.count - 6] ^= 0x10
    let reader = try TraceReader(bytes: bytes)
    var gaps: [UInt64] = []
    while let event = try reader.next() {
      if event.kind == .gap { gaps.append(event.operands[0]) }
    }
    #expect(gaps == [UInt64(Self.perBlock)] && reader.damagedBlockCount == 1)
  }
}
