// SPDX-License-Identifier: BSD-3-Clause

/// Takes the events of a run in order.
public protocol EventSink: ~Copyable {
  /// Takes one event and the bytes that belong to it, which it copies if it keeps them.
  mutating func append(_ event: Event, payload: UnsafeRawBufferPointer)

  /// Takes all events of a list, in order.
  mutating func append(contentsOf list: EventList)

  /// Makes what was taken so far outlive this process, as far as the sink can; recorders ask for it
  /// about once a second. A sink in front of another hands it on.
  mutating func keep()
}

extension EventSink where Self: ~Copyable {
  /// One event after the other.
  public mutating func append(contentsOf list: EventList) {
    for index in 0..<list.count { unsafe append(list[index], payload: list.payload(at: index)) }
  }

  /// Nothing: what was taken lives as long as the sink.
  public mutating func keep() {}
}

/// Gives the events of a trace in order.
public protocol EventSource: ~Copyable {
  /// The next event, nil at the end. Its payload is `payload` until the next call.
  mutating func next() throws(TraceError) -> Event?
  /// The bytes of the event that `next` gave last.
  var payload: UnsafeRawBufferPointer { get }
}
