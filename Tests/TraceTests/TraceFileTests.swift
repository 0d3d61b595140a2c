// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import TestSupport
import Testing
import Trace
import TraceFile

@Suite struct TraceFileTests {
  @Test(arguments: [1, 2, 3, 4]) func `random events come back as they were`(seed: UInt64) throws {
    var random = RandomTrace(seed: seed)
    let list = random.list(3000)
    let header = random.header()
    for eventsPerBlock in [1, 7, 1000, 65_536] {
      let bytes = try list.trace(header, eventsPerBlock: eventsPerBlock)
      var reader = try TraceReader(bytes: bytes)
      #expect(reader.header.fields == header.fields)
      #expect(reader.isComplete)
      let difference = try list.firstDifference(from: &reader)
      #expect(difference == nil, "seed \(seed)")
      #expect(reader.problems.isEmpty)
      #expect(reader.blockCount == (3000 + eventsPerBlock - 1) / eventsPerBlock)
    }
  }

  @Test func `a trace without events is whole`() throws {
    var reader = try TraceReader(bytes: try EventList().trace())
    #expect(reader.isComplete && reader.blockCount == 0)
    let difference = try EventList().firstDifference(from: &reader)
    #expect(difference == nil)
  }

  @Test func `a trace through a file equals that through memory`() throws {
    var random = RandomTrace(seed: 5)
    let list = random.list(500)
    try Scratch.with { scratch in
      let path = scratch.path("a.epi")
      let writer = try TraceWriter(path: path, header: TraceHeader())
      for index in 0..<list.count { writer.append(list[index], payload: list.payload(at: index)) }
      try writer.finish()
      #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == list.trace())
      #expect(writer.byteCount == UInt64(try list.trace().count))
      var reader = try TraceReader(path: path)
      let difference = try list.firstDifference(from: &reader)
      #expect(difference == nil)
    }
  }

  @Test func `the same events give the same bytes`() throws {
    var first = RandomTrace(seed: 6)
    var second = RandomTrace(seed: 6)
    #expect(try first.list(2000).trace() == second.list(2000).trace())
  }

  @Test func `a trace without times keeps none`() throws {
    var header = TraceHeader()
    header.unseen = .times
    var event = Event(.end)
    event.time = 5
    event.duration = 6
    var list = EventList()
    list.append(event)
    let reader = try TraceReader(bytes: try list.trace(header))
    let read = try #require(try reader.next())
    #expect(read.time == 0 && read.duration == 0)
    #expect(!reader.features.compatible.contains(.times))
  }

  @Test
  func `a payload of 16 MiB is kept, one byte more is an error, and nothing is written after`()
    throws
  {
    let writer = try TraceWriter(header: TraceHeader())
    let giant = [UInt8](repeating: 0xab, count: BlockFormat.payloadLimit)
    writer.append(Event(.guestRead), bytes: [1])
    writer.append(Event(.guestRead), bytes: giant)
    writer.append(Event(.guestRead), bytes: giant)
    try writer.flush()
    #expect(writer.blockCount == 3)
    let whole = writer.bytes
    writer.append(Event(.guestRead), bytes: giant + [1])
    writer.append(Event(.guestRead), bytes: [2])
    #expect(throws: TraceFileError.self) { try writer.finish() }
    #expect(writer.bytes == whole)
    #expect(writer.failure.map { "\($0)" }?.contains("16777217 bytes of payload") == true)
    let reader = try TraceReader(bytes: whole)
    #expect(try reader.next() != nil)
    #expect([UInt8](reader.payload) == [1])
    for _ in 0..<2 {
      #expect(try reader.next() != nil)
      #expect(reader.payload.count == giant.count && reader.payload.last == 0xab)
    }
    #expect(try reader.next()?.code == nil)
  }

  @Test func `equal payloads of a block are stored once`() throws {
    var random = RandomTrace(seed: 7)
    let noise = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: random.random.next()) }
    var list = EventList()
    for _ in 0..<20 { list.append(Event(.guestRead), bytes: noise) }
    #expect(try list.trace().count < 110_000)
    var reader = try TraceReader(bytes: try list.trace())
    let difference = try list.firstDifference(from: &reader)
    #expect(difference == nil)
  }

  @Test func `seeking finds each event`() throws {
    var random = RandomTrace(seed: 8)
    let list = random.list(1000)
    let reader = try TraceReader(bytes: try list.trace(eventsPerBlock: 37))
    for number in [0, 1, 36, 37, 38, 500, 998, 999, 3, 0] {
      try reader.seek(toEvent: UInt64(number))
      let event = try #require(try reader.next())
      #expect(event.fields == list[number].fields)
      #expect([UInt8](reader.payload) == list.payloadBytes(at: number))
      #expect(reader.eventNumber == UInt64(number))
    }
    try reader.seek(toEvent: 1000)
    #expect(try reader.next()?.code == nil)
    reader.rewind()
    #expect(try reader.next()?.fields == list[0].fields)
  }

  @Test func `a full disk is told as such`() throws {
    let error = #expect(throws: TraceFileError.self) {
      try TraceWriter(path: "/dev/full", header: TraceHeader())
    }
    #expect(error?.errorNumber == ENOSPC)
    #expect(error.map { "\($0)" } == "/dev/full: write: No space left on device")
  }

  @Test func `a file that is missing or is a folder is told as such`() throws {
    let missing = #expect(throws: TraceFileError.self) { try TraceReader(path: "/nowhere/a.epi") }
    #expect(missing?.errorNumber == ENOENT)
    let folder = #expect(throws: TraceFileError.self) { try TraceReader(path: "/") }
    #expect(folder?.errorNumber == EISDIR)
  }
}
