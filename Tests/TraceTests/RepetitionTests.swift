// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing
import Trace
import TraceFile

/// A trace that is written while its original is read: the same bytes while both have the same
/// events, and what any writer writes from where they differ.
@Suite struct RepetitionTests {
  private static let eventsPerBlock = 100

  private func options(aside: Bool, _ eventsPerBlock: Int = eventsPerBlock) -> TraceWriter.Options {
    var options = TraceWriter.Options()
    options.eventsPerBlock = eventsPerBlock
    options.writesAside = aside
    return options
  }

  private func trace(_ list: EventList, eventsPerBlock: Int = eventsPerBlock) throws -> [UInt8] {
    let writer = try TraceWriter(
      header: TraceHeader(), options: options(aside: false, eventsPerBlock))
    writer.append(contentsOf: list)
    try writer.finish()
    return writer.bytes
  }

  private func list(_ count: Int, seed: UInt64 = 5) -> EventList {
    var random = RandomTrace(seed: seed)
    return random.list(count)
  }

  /// What a writer makes of the events of `original`, each changed by `change`, which may leave it
  /// out; `lag` events are read before the first is written.
  private func repeating(
    _ original: [UInt8], aside: Bool = false, lag: Int = 3,
    eventsPerBlock: Int = eventsPerBlock, header: TraceHeader = TraceHeader(),
    change: (Int, inout Event) -> Bool = { _, _ in true }
  ) throws -> [UInt8] {
    let reader = try TraceReader(bytes: original)
    let writer = try TraceWriter(header: header, options: options(aside: aside, eventsPerBlock))
    writer.expectRepetition(of: reader)
    var waiting: [(event: Event, bytes: [UInt8])] = []
    var index = 0
    func write() {
      var (event, bytes) = waiting.removeFirst()
      if change(index, &event) { writer.append(event, bytes: bytes) }
      index += 1
    }
    while let event = try reader.next() {
      waiting.append((event, [UInt8](reader.payload)))
      if waiting.count > lag { write() }
    }
    while !waiting.isEmpty { write() }
    try writer.finish()
    return writer.bytes
  }

  /// The events of `list`, changed in the same way.
  private func changed(_ list: EventList, _ change: (Int, inout Event) -> Bool) -> EventList {
    var result = EventList()
    for index in 0..<list.count {
      var event = list[index]
      if change(index, &event) { result.append(event, payload: list.payload(at: index)) }
    }
    return result
  }

  @Test(arguments: [false, true]) func `the same events are the same bytes`(aside: Bool) throws {
    for count in [0, 1, 99, 100, 101, 300, 1234] {
      let original = try trace(list(count))
      for lag in [0, 3, 100] {
        #expect(try repeating(original, aside: aside, lag: lag) == original, "\(count) \(lag)")
      }
    }
  }

  @Test func `blocks are copied as they are, whatever this writer would make of them`() throws {
    let original = try trace(list(1000), eventsPerBlock: 70)
    #expect(try repeating(original, eventsPerBlock: 100) == original)
    #expect(try trace(list(1000)) != original)
  }

  @Test(arguments: [false, true]) func `another event ends the repetition`(aside: Bool) throws {
    let list = list(1000)
    let original = try trace(list)
    for place in [0, 1, 99, 100, 150, 199, 200, 999] {
      let changes: [(Int, inout Event) -> Bool] = [
        { index, event in
          if index == place { event.result ^= 1 << 40 }
          return true
        },
        { index, event in
          if index == place { event.operands[5] ^= 1 }
          return true
        },
        { index, event in index != place },
        { index, event in index < place },
      ]
      for (number, change) in changes.enumerated() {
        let written = try repeating(original, aside: aside, change: change)
        #expect(try written == trace(changed(list, change)), "\(number) at \(place)")
      }
    }
  }

  @Test func `other bytes of an event end the repetition`() throws {
    var one = EventList()
    var other = EventList()
    for index in 0..<250 {
      one.append(Event(.guestRead), bytes: [UInt8](repeating: UInt8(index), count: 21))
      other.append(
        Event(.guestRead),
        bytes: [UInt8](repeating: UInt8(index), count: 20) + [UInt8(index == 120 ? 255 : index)])
    }
    let reader = try TraceReader(bytes: try trace(one))
    let writer = try TraceWriter(header: TraceHeader(), options: options(aside: false))
    writer.expectRepetition(of: reader)
    for index in 0..<other.count {
      _ = try reader.next()
      writer.append(other[index], payload: other.payload(at: index))
    }
    try writer.finish()
    #expect(try writer.bytes == trace(other))
  }

  @Test func `a reader that is far ahead or another trace is not waited for`() throws {
    let list = list(1000)
    let original = try trace(list)
    #expect(try repeating(original, lag: 777) == original)
    let stranger = try TraceReader(bytes: trace(self.list(500, seed: 6)))
    let writer = try TraceWriter(header: TraceHeader(), options: options(aside: false))
    writer.expectRepetition(of: stranger)
    while try stranger.next() != nil {}
    writer.append(contentsOf: list)
    try writer.finish()
    #expect(writer.bytes == original)
  }

  @Test func `a damaged block of the original ends the repetition`() throws {
    var original = try trace(list(1000))
    original[original.count / 2] ^= 0x55
    let reader = try TraceReader(bytes: original)
    var readable = EventList()
    while let event = try reader.next() { readable.append(event, payload: reader.payload) }
    #expect(reader.damagedBlockCount > 0)
    let copy = try TraceReader(bytes: repeating(original))
    #expect(copy.damagedBlockCount == 0 && copy.isComplete)
    var index = 0
    while let event = try copy.next() {
      #expect(event.result == readable[index].result && event.kind == readable[index].kind)
      index += 1
    }
    #expect(index == readable.count)
  }

  @Test func `a batch of events is written as its events one by one`() throws {
    let list = list(1000)
    for start in [0, 50, 99] {
      let writer = try TraceWriter(header: TraceHeader(), options: options(aside: false))
      for index in 0..<start { writer.append(list[index], payload: list.payload(at: index)) }
      var rest = EventList()
      for index in start..<list.count { rest.append(list[index], payload: list.payload(at: index)) }
      writer.append(contentsOf: rest)
      try writer.finish()
      let single = try TraceWriter(header: TraceHeader(), options: options(aside: false))
      for index in 0..<list.count { single.append(list[index], payload: list.payload(at: index)) }
      try single.finish()
      #expect(writer.bytes == single.bytes)
    }
  }
}
