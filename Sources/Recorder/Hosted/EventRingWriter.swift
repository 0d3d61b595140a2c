// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Trace

/// The writing end of a ring, in the process of the guest.
struct EventRingWriter: EventSink, ~Copyable {
  private let ring: EventRing
  private let data: UnsafeMutableRawPointer
  private let capacity: UInt64
  private let broker: BrokerClient
  private var head: UInt64 = 0
  private var tail: UInt64 = 0
  private var nudgedTail: UInt64?
  private var sequence: UInt32 = 0

  /// `broker` is asked to read when much waits.
  init(_ ring: EventRing, broker: BrokerClient) {
    self.ring = ring
    data = ring.data
    capacity = ring.capacity
    self.broker = broker
  }

  /// Writes one record, and waits where the ring is full. An event whose payload would fill half
  /// the ring becomes a gap.
  mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    let byteCount = UInt64(EventRing.recordByteCount + (payload.count + 7) & ~7)
    if byteCount > capacity / 2 {
      var gap = Event(.gap, task: event.task)
      gap.operands[0] = 1
      append(gap, payload: UnsafeRawBufferPointer(start: nil, count: 0))
      return
    }
    if head + byteCount - tail > capacity / 2 { makeRoom(for: byteCount) }
    write(event, payload, byteCount)
    sequence &+= 1
    head += byteCount
    hosted_store(ring.head, head)
  }

  private func write(_ event: Event, _ payload: UnsafeRawBufferPointer, _ byteCount: UInt64) {
    let record = data + Int(head & (capacity - 1))
    record.storeBytes(of: UInt32(byteCount), as: UInt32.self)
    record.storeBytes(of: UInt32(payload.count), toByteOffset: 4, as: UInt32.self)
    record.storeBytes(of: event.kind.rawValue, toByteOffset: 8, as: UInt8.self)
    record.storeBytes(of: event.flags.rawValue, toByteOffset: 9, as: UInt8.self)
    record.storeBytes(of: 0, toByteOffset: 10, as: UInt16.self)
    record.storeBytes(of: event.task, toByteOffset: 12, as: UInt32.self)
    record.storeBytes(of: event.code, toByteOffset: 16, as: UInt32.self)
    record.storeBytes(of: sequence, toByteOffset: 20, as: UInt32.self)
    record.storeBytes(of: event.operands, toByteOffset: 24, as: InlineArray<6, UInt64>.self)
    record.storeBytes(of: event.result, toByteOffset: 72, as: Int64.self)
    record.storeBytes(of: event.time, toByteOffset: 80, as: UInt64.self)
    record.storeBytes(of: event.duration, toByteOffset: 88, as: UInt64.self)
    if let bytes = payload.baseAddress {
      (record + EventRing.recordByteCount).copyMemory(from: bytes, byteCount: payload.count)
    }
  }

  private mutating func makeRoom(for byteCount: UInt64) {
    tail = hosted_load(ring.tail)
    if head + byteCount - tail > ring.capacity / 2, nudgedTail != tail {
      nudgedTail = tail
      broker.nudge()
    }
    while head + byteCount - tail > ring.capacity {
      hosted_store32(ring.isWriterAsleep, 1)
      tail = hosted_load(ring.tail)
      if head + byteCount - tail > ring.capacity { hosted_wait(ring.isWriterAsleep, 1, 100) }
      tail = hosted_load(ring.tail)
    }
  }
}
