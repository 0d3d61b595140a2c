// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import TestSupport
import Testing
import Trace
import TraceFile

/// A second thread changes nothing but the time that it takes.
@Suite struct AsideTests {
  private func write(_ list: EventList, aside: Bool, flushingAt: Int? = nil) throws -> [UInt8] {
    var options = TraceWriter.Options()
    options.writesAside = aside
    options.eventsPerBlock = 3000
    let writer = try TraceWriter(header: TraceHeader(), options: options)
    for index in 0..<list.count {
      if index == flushingAt {
        try writer.flush()
        #expect(writer.blockCount == UInt64((index + 2999) / 3000))
      }
      writer.append(list[index], payload: list.payload(at: index))
    }
    #expect(writer.eventCount == UInt64(list.count))
    try writer.finish()
    return writer.bytes
  }

  /// More events than one batch has, some of them with many bytes.
  private func list() -> EventList {
    var random = RandomTrace(seed: 11)
    var list = random.list(200)
    let short = list
    while list.count < 80_000 {
      for index in 0..<short.count {
        list.append(short[index], payload: short.payload(at: index))
      }
    }
    return list
  }

  @Test func `one thread and two write the same bytes`() throws {
    let list = list()
    #expect(try write(list, aside: true) == write(list, aside: false))
    #expect(
      try write(list, aside: true, flushingAt: 40_001)
        == write(list, aside: false, flushingAt: 40_001))
  }

  @Test func `batches of many bytes are written in order`() throws {
    var list = EventList()
    for size in [9 << 20, 1, 16 << 20, 16 << 20, 5, 12 << 20] {
      list.append(
        Event(.guestRead), bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size))
    }
    #expect(try write(list, aside: true) == write(list, aside: false))
  }

  @Test func `what goes wrong on the second thread shows at the end, and what was whole stays`()
    throws
  {
    var options = TraceWriter.Options()
    options.writesAside = true
    let writer = try TraceWriter(header: TraceHeader(), options: options)
    writer.append(Event(.guestRead), bytes: [1])
    try writer.flush()
    let whole = writer.bytes
    let giant = [UInt8](repeating: 1, count: BlockFormat.payloadLimit + 1)
    writer.append(Event(.guestRead), bytes: giant)
    writer.append(Event(.guestRead), bytes: [2])
    #expect(throws: TraceFileError.self) { try writer.finish() }
    #expect(writer.failure.map { "\($0)" }?.contains("16777217 bytes of payload") == true)
    #expect(writer.bytes == whole)
  }

  @Test func `reading ahead gives the same events, around damage too`() throws {
    let bytes = try write(list(), aside: false)
    try Scratch.with { scratch in
      let path = scratch.path("a.epi")
      for isDamaged in [false, true] {
        var content = bytes
        if isDamaged { content[bytes.count / 2] ^= 0x55 }
        try Data(content).write(to: URL(filePath: path))
        let alone = try TraceReader(path: path)
        let ahead = try TraceReader(path: path, readsAhead: true)
        while let event = try alone.next() {
          let other = try #require(try ahead.next())
          if event.fields == other.fields, [UInt8](alone.payload) == [UInt8](ahead.payload) {
            continue
          }
          Issue.record("event \(alone.eventNumber) differs")
          return
        }
        #expect(try ahead.next()?.code == nil)
        #expect(alone.problems.map(\.message) == ahead.problems.map(\.message))
        #expect(alone.problems.isEmpty != isDamaged)
      }
    }
  }
}
