// SPDX-License-Identifier: BSD-3-Clause

/// The events of a run in memory: takes them as a sink, gives them again as a source.
///
/// A value: a copy has its own place to read from and its own events from the next `append` on.
public struct EventList: EventSink, EventSource {
  private var events: [Event] = []
  private var payloadEnds: [Int] = []
  private var storage = SharedBytes()

  /// The index of the event that `next` gives.
  public private(set) var position = 0

  /// No events.
  public init() {}

  /// How many events there are.
  public var count: Int { events.count }

  /// The event at an index from 0 on.
  public subscript(index: Int) -> Event { events[index] }

  /// Bytes of all payloads together.
  public var payloadByteCount: Int { unsafe storage.bytes.count }

  /// The bytes of the event at an index, valid until the list changes.
  public func payload(at index: Int) -> UnsafeRawBufferPointer {
    let start = index == 0 ? 0 : payloadEnds[index - 1]
    return unsafe UnsafeRawBufferPointer(rebasing: storage.bytes.bytes[start..<payloadEnds[index]])
  }

  /// A copy of the bytes of the event at an index.
  public func payloadBytes(at index: Int) -> [UInt8] {
    let bytes = unsafe payload(at: index)
    return unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      count = bytes.count
    }
  }

  /// Takes one event and a copy of its bytes.
  public mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
    unsafe storage.bytes.append(payload)
    events.append(event)
    unsafe payloadEnds.append(storage.bytes.count)
  }

  /// Takes one event and its bytes.
  public mutating func append(_ event: Event, bytes: [UInt8] = []) {
    unsafe bytes.withUnsafeBytes { unsafe append(event, payload: $0) }
  }

  /// The next event, nil at the end.
  public mutating func next() -> Event? {
    if position >= events.count { return nil }
    position += 1
    return events[position - 1]
  }

  /// The bytes of the event that `next` gave last; none before the first.
  public var payload: UnsafeRawBufferPointer {
    if position == 0 { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe payload(at: position - 1)
  }

  /// Gives all events to a sink, none of them copied on the way.
  public func emit(into sink: inout some EventSink & ~Copyable) { sink.append(contentsOf: self) }

  /// Calls `body` with the events, where the payload of each ends in the bytes, and the bytes.
  func withContents<Result>(
    _ body: (
      UnsafeBufferPointer<Event>, UnsafeBufferPointer<Int>, UnsafeRawBufferPointer
    ) -> Result
  ) -> Result {
    unsafe events.withUnsafeBufferPointer { events in
      unsafe payloadEnds.withUnsafeBufferPointer { ends in
        unsafe body(events, ends, storage.bytes.bytes)
      }
    }
  }

  /// Makes `next` begin again at the first event.
  public mutating func rewind() { position = 0 }

  /// Forgets all events and keeps the room.
  public mutating func removeAll() {
    events.removeAll(keepingCapacity: true)
    payloadEnds.removeAll(keepingCapacity: true)
    if isKnownUniquelyReferenced(&storage) {
      unsafe storage.bytes.removeAll()
    } else {
      storage = SharedBytes()
    }
    position = 0
  }
}

/// Bytes that copies of a list share until one of them changes.
private final class SharedBytes {
  // Not checked for overlapping access at run time: that takes longer than the access.
  @exclusivity(unchecked) var bytes = ByteStorage(capacity: 0)

  init() {}

  func copy() -> SharedBytes {
    let other = SharedBytes()
    unsafe other.bytes = bytes.copy()
    return other
  }
}
