// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import TestSupport
import Trace
import TraceFile

/// Traces that a seed determines: every kind, every field, values near and far.
struct RandomTrace {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func value() -> UInt64 {
    switch random.next() % 8 {
    case 0: 0
    case 1: random.next() % 16
    case 2: 0x7fff_ffff_e000 &+ random.next() % 8192
    case 3: random.next()
    case 4: UInt64.max &- random.next() % 100
    case 5: 0x5555_5555_0000 &+ (random.next() % 64) << 12
    case 6: [UInt64.max, 1 << 63, (1 << 63) - 1, 1 << 31, 0x7fff_ffff][Int(random.next() % 5)]
    default: random.next() % 100_000
    }
  }

  mutating func bytes(upTo limit: Int) -> [UInt8] {
    let count = Int(random.next() % UInt64(limit + 1))
    switch random.next() % 4 {
    case 0: return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    case 1: return [UInt8](repeating: UInt8(random.next() % 3), count: count)
    case 2: return Array("/usr/lib/x86_64-linux-gnu/libc.so.6 \"\\\n\t\0".utf8.prefix(count))
    default: return (0..<count).map { _ in UInt8(0x20 + random.next() % 0x5f) }
    }
  }

  /// Any event; its payload is empty for half of them.
  mutating func event() -> (Event, [UInt8]) {
    let kinds = Event.Kind.allCases
    var event = Event(kinds[Int(random.next() % UInt64(kinds.count))])
    event.task = random.next() % 4 == 0 ? UInt32(truncatingIfNeeded: value()) : 1
    event.code = random.next() % 8 == 0 ? UInt32(truncatingIfNeeded: value()) : code(event.kind)
    if random.next() % 4 == 0 { event.flags = Event.Flags(rawValue: UInt8(random.next() % 256)) }
    for operand in 0..<Int(random.next() % 7) { event.operands[operand] = value() }
    if random.next() % 2 == 0 { event.result = Int64(bitPattern: value()) }
    if random.next() % 4 == 0 { event.result = -Int64(random.next() % 140) }
    if random.next() % 4 == 0 {
      event.unknown = Event.Unknown(rawValue: UInt8(random.next() % 128))
    }
    if random.next() % 2 == 0 { event.time = value() }
    if random.next() % 2 == 0 { event.duration = value() }
    return (event, random.next() % 2 == 0 ? bytes(upTo: 200) : [])
  }

  private mutating func code(_ kind: Event.Kind) -> UInt32 {
    switch kind {
    case .systemCall: UInt32(random.next() % 480)
    case .pageFault: UInt32(random.next() % 64)
    default: UInt32(random.next() % 12)
    }
  }

  mutating func list(_ count: Int) -> EventList {
    var list = EventList()
    for _ in 0..<count {
      let (event, bytes) = event()
      list.append(event, bytes: bytes)
    }
    return list
  }

  mutating func header() -> TraceHeader {
    var header = TraceHeader()
    header.origin = TraceOrigin.allCases[Int(random.next() % 4)]
    header.personality = PersonalityName.allCases[Int(random.next() % 2)]
    header.unseen = TraceHeader.Unseen(rawValue: UInt32(random.next() % 256) & ~16)
    // Events of these traces may have marks.
    header.unseen.insert(.operands)
    header.seen = .all
    header.kernel = bytes(upTo: 40)
    header.memoryByteCount = value()
    header.faultAroundShift = UInt8(random.next() % 64)
    header.seed = value()
    header.clockStart = value()
    header.payloadLimit = UInt32(truncatingIfNeeded: value())
    header.program = bytes(upTo: 40)
    header.arguments = (0..<random.next() % 4).map { _ in bytes(upTo: 40) }
    header.environment = (0..<random.next() % 4).map { _ in bytes(upTo: 40) }
    header.workingDirectory = bytes(upTo: 40)
    header.auxiliaryVector = (0..<random.next() % 4).map { _ in (type: value(), value: value()) }
    header.mmapBase = VirtualAddress(value())
    header.breakStart = VirtualAddress(value())
    header.addressEnd = VirtualAddress(value())
    header.files = (0..<random.next() % 3).map { _ in
      .init(
        path: bytes(upTo: 40), byteCount: value(), digest: bytes(upTo: 32),
        buildID: bytes(upTo: 20))
    }
    for number in 0..<Int32(random.next() % 4) {
      let types: [FileType?] = [nil, .fifo, .regular, .socket]
      header.descriptors.append(
        DescriptorDescription(
          number: 3 * number, flags: OpenFlags(rawValue: UInt32(truncatingIfNeeded: value())),
          offset: value(), type: types[Int(random.next() % 4)],
          original: random.next() % 2 == 0 ? 0 : nil, path: bytes(upTo: 40)))
    }
    header.processor = bytes(upTo: 40)
    header.processorFeatures = bytes(upTo: 40)
    return header
  }
}

extension Event {
  /// All fields, to compare.
  var fields: [UInt64] {
    [
      UInt64(kind.rawValue), UInt64(flags.rawValue), UInt64(task), UInt64(code), operands[0],
      operands[1], operands[2], operands[3], operands[4], operands[5], UInt64(bitPattern: result),
      time, duration, UInt64(unknown.rawValue),
    ]
  }
}

extension TraceHeader {
  /// All fields, to compare.
  var fields: [[UInt8]] {
    [Array("\(self)".utf8), kernel, program, workingDirectory] + arguments + environment
      + files.flatMap { [$0.path, $0.digest] }
  }
}

extension EventList {
  /// Writes the events to memory.
  func trace(
    _ header: TraceHeader = TraceHeader(), eventsPerBlock: Int = 65_536, isFinished: Bool = true
  ) throws -> [UInt8] {
    var options = TraceWriter.Options()
    options.eventsPerBlock = eventsPerBlock
    let writer = try TraceWriter(header: header, options: options)
    for index in 0..<count { writer.append(self[index], payload: payload(at: index)) }
    if isFinished { try writer.finish() } else { try writer.flush() }
    return writer.bytes
  }

  /// The index of the first event that differs from that of a source; nil if all are the same.
  func firstDifference(from source: inout some EventSource) throws -> Int? {
    for index in 0..<count {
      guard let event = try source.next() else { return index }
      if event.fields != self[index].fields { return index }
      if [UInt8](source.payload) != payloadBytes(at: index) { return index }
    }
    return try source.next() == nil ? nil : count
  }
}
