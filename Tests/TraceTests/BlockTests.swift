// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import TestSupport
import Testing
import Trace
import TraceFile

/// What is inside the frames: no checksum stands before these bytes here.
@Suite struct BlockTests {
  private func block(_ list: EventList, keepsTimes: Bool = true) -> [UInt8] {
    var encoder = BlockEncoder(keepsTimes: keepsTimes)
    for index in 0..<list.count {
      let isTaken = encoder.append(list[index], payload: list.payload(at: index))
      #expect(isTaken)
    }
    return [UInt8](encoder.finish(blockNumber: 3, firstEvent: 1000))
  }

  private func decode(
    _ bytes: [UInt8], _ features: TraceFeatures = TraceFeatures()
  ) throws(TraceError) -> [Event] {
    var decoder = BlockDecoder(features: features)
    var failure: TraceError?
    let events = bytes.withUnsafeBytes { buffer in
      do throws(TraceError) { try decoder.decode(buffer) } catch { failure = error }
      return (0..<decoder.count).map { index in
        _ = [UInt8](decoder.payload(at: index))
        return decoder[index]
      }
    }
    if let failure { throw failure }
    return events
  }

  @Test func `a block with changed bytes gives an error or events and never ends the process`() {
    let seed: UInt64 = 31
    var random = RandomTrace(seed: seed)
    let whole = block(random.list(60))
    var errors = 0
    for _ in 0..<4000 {
      var bytes = whole
      for _ in 0..<1 + random.random.next() % 4 {
        bytes[Int(random.random.next() % UInt64(bytes.count))] =
          [0, 0x7f, 0x80, 0xff, UInt8(truncatingIfNeeded: random.random.next())][
            Int(random.random.next() % 5)]
      }
      if random.random.next() % 4 == 0 {
        bytes.removeLast(Int(random.random.next() % UInt64(bytes.count)))
      }
      do {
        _ = try decode(bytes)
      } catch {
        errors += 1
        if error.position > UInt64(bytes.count) {
          Issue.record("\(error.message) at \(error.position) of \(bytes.count), seed \(seed)")
        }
      }
    }
    #expect(errors > 2000 && errors < 4000)
  }

  @Test func `a header with changed bytes gives an error or a header`() {
    var random = RandomTrace(seed: 32)
    let whole = random.header().encoded()
    var errors = 0
    for _ in 0..<4000 {
      var bytes = whole
      bytes[Int(random.random.next() % UInt64(bytes.count))] ^=
        1 << UInt8(random.random.next() % 8)
      if random.random.next() % 4 == 0 {
        bytes.removeLast(Int(random.random.next() % UInt64(bytes.count)))
      }
      do { _ = try header(bytes) } catch { errors += 1 }
    }
    #expect(errors > 500 && errors < 4000)
  }

  private func header(_ bytes: [UInt8]) throws(TraceError) -> TraceHeader.Decoded {
    var result: Result<TraceHeader.Decoded, TraceError>?
    bytes.withUnsafeBytes { buffer in
      result = Result { () throws(TraceError) in try TraceHeader.decode(buffer) }
    }
    return try result!.get()
  }

  /// One getpid, made by hand: kind 0, no flags, code 39, no operands, no payload, result 7.
  private func handMade(kind: UInt8, tail: [UInt8] = []) -> [UInt8] {
    [0x45, 0x50, 0x49, 0x42, 0, 0, 1] + [1, 6, 1, kind, 0, 39, 0, 0] + [2, 1, 0] + [3, 1, 2]
      + [4, 1, 14] + tail
  }

  @Test func `a block made by hand is read`() throws {
    let event = try #require(try decode(handMade(kind: 0)).first)
    #expect(event.fields == [0, 0, 1, 39, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0])
    var encoder = BlockEncoder(keepsTimes: true)
    _ = encoder.append(event, payload: UnsafeRawBufferPointer(start: nil, count: 0))
    let made = [UInt8](encoder.finish(blockNumber: 0, firstEvent: 0))
    #expect(made == handMade(kind: 0))
  }

  @Test func `a section that is not known is passed over, one that comes twice is not`() throws {
    #expect(try decode(handMade(kind: 0, tail: [99, 3, 1, 2, 3])).count == 1)
    let error = #expect(throws: TraceError.self) {
      try decode(handMade(kind: 0, tail: [4, 1, 14]))
    }
    #expect(error?.message == "section 4 is there twice")
    #expect(error?.position == 24)
  }

  @Test func `a kind that is not known is refused, or a gap where the trace allows it`() throws {
    let error = #expect(throws: TraceError.self) { try decode(handMade(kind: 100)) }
    #expect(error?.message == "event kind 100 is not known to this version")
    let events = try decode(
      handMade(kind: 100), TraceFeatures(compatible: .skippableKinds))
    #expect(events.first?.fields == [12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func `what is not known stands beside the shapes, and only where there is any`() throws {
    var events = try decode(handMade(kind: 0, tail: [10, 1, 64]))
    #expect(events.first?.unknown == .result)
    var encoder = BlockEncoder(keepsTimes: true)
    _ = encoder.append(events[0], payload: UnsafeRawBufferPointer(start: nil, count: 0))
    let made = [UInt8](encoder.finish(blockNumber: 0, firstEvent: 0))
    events = try decode(made)
    #expect(events.first?.unknown == .result)
    for (bytes, message): ([UInt8], String) in [
      ([10, 2, 0, 0], "1 bytes"), ([10, 0], ""), ([10, 2, 0x80, 1], "128"),
    ] {
      let error = #expect(throws: TraceError.self) {
        try decode(handMade(kind: 0, tail: bytes))
      }
      #expect(error?.message.contains(message) == true, "\(String(describing: error?.message))")
    }
    // The same event with another mark is another shape.
    var marked = events[0]
    marked.unknown = .operand(0)
    encoder = BlockEncoder(keepsTimes: false)
    for event in [events[0], marked, events[0]] {
      _ = encoder.append(event, payload: UnsafeRawBufferPointer(start: nil, count: 0))
    }
    let three = try decode([UInt8](encoder.finish(blockNumber: 0, firstEvent: 0)))
    #expect(three.map(\.unknown) == [.result, .operand(0), .result])
  }

  @Test func `a trace with marks is refused by readers that do not know them`() throws {
    var header = TraceHeader()
    #expect(header.features.incompatible == [])
    header.unseen.insert(.operands)
    #expect(header.features.incompatible == .unknownOperands)
    #expect(String(decoding: header.encoded(), as: UTF8.self).contains("unknown-operands"))
  }

  @Test func `readers that do not know call sites may read a trace with them`() throws {
    var made = TraceHeader()
    #expect(!made.features.compatible.contains(.skippableKinds))
    made.seen = .callSites
    #expect(made.features.incompatible == [])
    #expect(made.features.compatible == [.times, .skippableKinds, .callSites])
    #expect(try header(made.encoded()).header.seen == .callSites)
    #expect(try header(TraceHeader().encoded()).header.seen == [])
  }

  @Test func `a feature that is not known is refused by its name`() throws {
    var bytes = TraceHeader().encoded()
    bytes[8] = 0x22
    let unnamed = #expect(throws: TraceError.self) { try header(bytes) }
    #expect(
      unnamed?.message
        == "the trace needs features that this version does not know: (bits 0x22)")
    bytes += [18, 5, 1] + Array("rows".utf8) + [18, 6, 5] + Array("delta".utf8)
    let named = #expect(throws: TraceError.self) { try header(bytes) }
    #expect(
      named?.message
        == "the trace needs features that this version does not know: rows delta (bits 0x22)")
  }

  @Test func `a header field that is not known is passed over and named`() throws {
    let decoded = try header(TraceHeader().encoded() + [77, 2, 1, 2])
    #expect(decoded.unknownFields == [77])
    let bits = try header(TraceHeader().encoded())
    #expect(bits.features.compatible == .times)
  }

  @Test func `codes that a guest chooses cost no more than others`() throws {
    var list = EventList()
    for number in 0..<65_536 {
      list.append(Event(.systemCall, code: UInt32(truncatingIfNeeded: number &* 0x61c8_8647)))
    }
    let events = try decode(block(list))
    #expect(events.count == 65_536)
    #expect(events.last?.code == list[65_535].code)
  }
}
