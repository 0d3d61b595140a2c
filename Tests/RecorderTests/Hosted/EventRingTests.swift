// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import TestSupport
import Testing
import Trace

@testable import Recorder

/// A ring with both ends in one process.
private func withRing<Result>(
  capacity: UInt64 = 64 << 10,
  _ body: (EventRing, inout EventRingWriter, inout EventRingReader) throws -> Result
) throws -> Result {
  let ring = try EventRing(capacity: capacity)
  defer { ring.unmap() }
  var writer = EventRingWriter(ring, broker: BrokerClient(socket: -1))
  var reader = EventRingReader(ring)
  return try body(ring, &writer, &reader)
}

private func append(
  _ event: Event, _ bytes: [UInt8], to writer: inout EventRingWriter
) {
  bytes.withUnsafeBytes { writer.append(event, payload: $0) }
}

private func randomEvent(_ random: inout SplitMix64) -> Event {
  var event = Event(.systemCall, task: UInt32.random(in: 1...9, using: &random))
  event.code = UInt32.random(in: 0...500, using: &random)
  event.flags = [.missing]
  for index in 0..<6 { event.operands[index] = UInt64.random(in: 0 ... .max, using: &random) }
  event.result = Int64.random(in: .min ... .max, using: &random)
  event.time = UInt64.random(in: 0 ... .max, using: &random)
  event.duration = 5
  return event
}

@Suite struct EventRingTests {
  @Test func `what is written is read, many times around the ring`() throws {
    var random = SplitMix64(seed: 7)
    try withRing { _, writer, reader in
      for _ in 0..<300 {
        var written = EventList()
        var read = EventList()
        for _ in 0..<Int.random(in: 1...20, using: &random) {
          let event = randomEvent(&random)
          let bytes = [UInt8](
            repeating: UInt8.random(in: 0...255, using: &random),
            count: Int.random(in: 0...1000, using: &random))
          written.append(event, bytes: bytes)
          append(event, bytes, to: &writer)
        }
        let hasRead = reader.drain(into: &read)
        #expect(hasRead)
        try #require(read.count == written.count)
        for index in 0..<read.count {
          expectEqual(read[index], written[index])
          #expect(read.payloadBytes(at: index) == written.payloadBytes(at: index))
        }
      }
      let isDamaged = reader.isDamaged
      #expect(!isDamaged)
    }
  }

  private func expectEqual(_ left: Event, _ right: Event) {
    #expect(left.kind == right.kind)
    #expect(left.flags == right.flags)
    #expect(left.task == right.task)
    #expect(left.code == right.code)
    #expect((0..<6).allSatisfy { left.operands[$0] == right.operands[$0] })
    #expect(left.result == right.result)
    #expect(left.time == right.time)
    #expect(left.duration == right.duration)
  }

  @Test func `an event that is larger than half the ring becomes a gap`() throws {
    try withRing { _, writer, reader in
      append(Event(.guestRead), [UInt8](repeating: 1, count: 40 << 10), to: &writer)
      var read = EventList()
      _ = reader.drain(into: &read)
      #expect(read.count == 1)
      #expect(read[0].kind == .gap)
      #expect(read[0].operands[0] == 1)
    }
  }

  @Test func `the end event is kept back and nothing is read behind it`() throws {
    try withRing { _, writer, reader in
      append(Event(.end, code: 0, result: 3), [], to: &writer)
      append(Event(.systemCall), [], to: &writer)
      var read = EventList()
      while reader.drain(into: &read) {}
      #expect(read.count == 0)
      let result = reader.end?.result
      #expect(result == 3)
    }
  }

  @Test func `a head that lies is damage`() throws {
    for head: UInt64 in [1, 12, 8, 96, (64 << 10) + 8, .max, .max - 7, 1 << 63] {
      try withRing { ring, _, reader in
        ring.head.pointee = head
        var read = EventList()
        while reader.drain(into: &read) {}
        let isDamaged = reader.isDamaged
        #expect(isDamaged, "head \(head)")
        #expect(read.count == 0)
      }
    }
  }

  @Test func `scribbled records never get further than damage`() throws {
    let seed: UInt64 = 20
    var random = SplitMix64(seed: seed)
    for round in 0..<400 {
      try withRing(capacity: 8 << 10) { ring, writer, reader in
        for _ in 0..<10 {
          append(randomEvent(&random), [UInt8](repeating: 9, count: 100), to: &writer)
        }
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          ring.data.storeBytes(
            of: UInt8.random(in: 0...255, using: &random),
            toByteOffset: Int.random(in: 0..<2000, using: &random), as: UInt8.self)
        }
        var read = EventList()
        while reader.drain(into: &read) {}
        #expect(read.count <= 10, "seed \(seed), round \(round)")
        let isCutShort = reader.isDamaged || reader.end != nil
        #expect(read.count == 10 || isCutShort)
      }
    }
  }

  @Test func `codes that no recorder writes are damage`() throws {
    for (kind, code): (Event.Kind, UInt32) in [
      (.input, 10), (.input, 265), (.vmaMapped, 7), (.end, 2), (.end, 5),
    ] {
      try withRing { _, writer, reader in
        append(Event(kind, code: code), [], to: &writer)
        var read = EventList()
        _ = reader.drain(into: &read)
        let (isDamaged, hasEnd) = (reader.isDamaged, reader.end != nil)
        #expect(isDamaged)
        #expect(!hasEnd)
      }
    }
  }

  @Test func `a report is printable and bounded whatever stands there`() throws {
    try withRing { ring, _, _ in
      #expect(ring.report == nil)
      ring.leave(MachineReport(kind: .failed, text: "gone\n\u{1b}[2J"))
      #expect(ring.report?.text == "gone??[2J")
      ring.leave(
        MachineReport(kind: .notLoaded, text: String(repeating: "x", count: 5000)))
      #expect(ring.report?.text.utf8.count == EventRing.reportCapacity)
    }
  }
}
