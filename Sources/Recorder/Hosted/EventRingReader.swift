// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import LinuxABI
internal import Trace

/// The reading end of a ring. A hostile guest can write anything there at any time: each record is
/// copied first and examined after.
struct EventRingReader: ~Copyable {
  private let ring: EventRing
  private let buffer: UnsafeMutableRawPointer
  private var tail: UInt64 = 0
  private var sequence: UInt32 = 0
  /// Something that no writer writes was found: nothing more is read.
  private(set) var isDamaged = false
  /// The record that says how the program ended; nothing is read behind it.
  private(set) var end: Event?
  /// The files that the guest mapped.
  var files = MappedFiles()
  /// Events read, and those that tell of mapped files.
  private(set) var eventCount: UInt64 = 0

  init(_ ring: EventRing) {
    self.ring = ring
    buffer = .allocate(byteCount: Int(ring.capacity / 2), alignment: 16)
  }

  deinit {
    buffer.deallocate()
  }

  /// Reads all that is there now into `sink`; whether there was anything. `open` gives descriptors
  /// of files that the guest mapped, or negative numbers.
  mutating func drain(
    into sink: inout some EventSink & ~Copyable, opening open: ([UInt8]) -> Int32 = { _ in -1 }
  ) -> Bool {
    if isDamaged || end != nil { return false }
    let head = hosted_load(ring.head)
    let waiting = head &- tail
    if waiting == 0 { return false }
    guard head > tail, waiting <= ring.capacity, waiting % 8 == 0 else {
      isDamaged = true
      return false
    }
    var published = tail
    while tail < head, !isDamaged, end == nil {
      take(before: head, into: &sink, open)
      if tail - published > ring.capacity / 8 {
        publish()
        published = tail
      }
    }
    publish()
    return true
  }

  private func publish() {
    hosted_store(ring.tail, tail)
    hosted_fence()
    if hosted_load32(ring.isWriterAsleep) != 0 {
      hosted_store32(ring.isWriterAsleep, 0)
      hosted_wake(ring.isWriterAsleep)
    }
  }

  private mutating func take(
    before head: UInt64, into sink: inout some EventSink & ~Copyable, _ open: ([UInt8]) -> Int32
  ) {
    let record = ring.data + Int(tail % ring.capacity)
    let byteCount = Int(record.load(as: UInt32.self))
    guard byteCount >= EventRing.recordByteCount, byteCount % 8 == 0,
      UInt64(byteCount) <= min(head - tail, ring.capacity / 2)
    else {
      isDamaged = true
      return
    }
    buffer.copyMemory(from: record, byteCount: byteCount)
    let payloadByteCount = Int(buffer.load(fromByteOffset: 4, as: UInt32.self))
    guard (payloadByteCount + 7) & ~7 == byteCount - EventRing.recordByteCount,
      buffer.load(fromByteOffset: 20, as: UInt32.self) == sequence, let event = decodedEvent()
    else {
      isDamaged = true
      return
    }
    tail += UInt64(byteCount)
    sequence &+= 1
    eventCount += files.tell(before: event, to: &sink, open: open)
    if event.kind == .end {
      end = event
      return
    }
    eventCount += 1
    let payload = UnsafeRawBufferPointer(
      start: buffer + EventRing.recordByteCount, count: payloadByteCount)
    sink.append(event, payload: payload)
    if event.kind == .vmaMapped, let vma = event.mappedVMA(name: [UInt8](payload)) {
      files.note(vma, task: event.task)
    }
  }

  private func decodedEvent() -> Event? {
    guard let kind = Event.Kind(rawValue: buffer.load(fromByteOffset: 8, as: UInt8.self)) else {
      return nil
    }
    var event = Event(kind)
    event.flags = Event.Flags(rawValue: buffer.load(fromByteOffset: 9, as: UInt8.self))
    event.task = buffer.load(fromByteOffset: 12, as: UInt32.self)
    event.code = buffer.load(fromByteOffset: 16, as: UInt32.self)
    event.operands = buffer.load(fromByteOffset: 24, as: InlineArray<6, UInt64>.self)
    event.result = buffer.load(fromByteOffset: 72, as: Int64.self)
    event.time = buffer.load(fromByteOffset: 80, as: UInt64.self)
    event.duration = buffer.load(fromByteOffset: 88, as: UInt64.self)
    let known: Event.Flags = [.didNotReturn, .adopted, .missing, .spurious]
    return event.flags.isSubset(of: known) && Self.isKnownCode(event) ? event : nil
  }

  private static func isKnownCode(_ event: Event) -> Bool {
    switch event.kind {
    case .input: InputKind(rawValue: UInt8(clamping: event.code)) != nil
    case .vmaMapped: BackingKind(rawValue: UInt8(clamping: event.code)) != nil
    case .end: event.code <= EndKind.killed.rawValue
    default: true
    }
  }
}
