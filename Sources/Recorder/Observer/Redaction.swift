// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc
internal import LinuxABI
public import Trace

/// Values of the environment that a trace must not hold.
///
/// Each is replaced by as many `x`, in the header and wherever it stands in the bytes that calls
/// read or wrote, so that nothing moves. A value of fewer than four bytes is replaced in the
/// header alone: it would be found everywhere. So is one that a program has encoded otherwise.
public struct Redaction: Sendable {
  private static let shortestSearched = 4
  private static let mark = UInt8(ascii: "x")

  private let patterns: [[UInt8]]
  private var values: [[UInt8]] = []

  /// Names of variables; `*` in one stands for any bytes. `environment`: where the values are.
  public init(names: [String], environment: [[UInt8]]) {
    patterns = names.map { Array($0.utf8) }
    for variable in environment where isRedacted(variable) {
      let value = Array(variable.drop { $0 != 0x3d }.dropFirst())
      if value.count >= Self.shortestSearched { values.append(value) }
    }
    // A value that holds another goes first.
    values.sort { $0.count > $1.count }
  }

  private func isRedacted(_ variable: [UInt8]) -> Bool {
    let name = variable.prefix { $0 != 0x3d }
    return patterns.contains { Self.matches($0[...], name) }
  }

  private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == 0x2a {
      return matches(pattern.dropFirst(), name)
        || (!name.isEmpty && matches(pattern, name.dropFirst()))
    }
    return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
  }

  /// The header without the values.
  public func applied(to header: TraceHeader) -> TraceHeader {
    var header = header
    header.environment = header.environment.map { variable in
      guard isRedacted(variable) else { return variable }
      let name = variable.prefix { $0 != 0x3d }
      let count = max(variable.count - name.count - 1, 0)
      return name + [0x3d] + [UInt8](repeating: Self.mark, count: count)
    }
    for index in header.descriptors.indices {
      let clean = header.descriptors[index].path.withUnsafeBytes { applied(to: $0) }
      if let clean { header.descriptors[index].path = clean }
    }
    header.arguments = header.arguments.map { $0.withUnsafeBytes { applied(to: $0) } ?? $0 }
    return header
  }

  /// The bytes without the values; nil where none stands in them.
  func applied(to bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var result: [UInt8]?
    for value in values {
      var start = 0
      while let at = Self.find(value, in: bytes, from: start) {
        var copy = result ?? Array(bytes)
        for index in at..<at + value.count { copy[index] = Self.mark }
        result = copy
        start = at + value.count
      }
    }
    return result
  }

  private static func find(
    _ value: [UInt8], in bytes: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    var at = start
    while bytes.count - at >= value.count {
      let room = bytes.count - at - value.count + 1
      guard let first = memchr(base + at, Int32(value[0]), room) else { return nil }
      at = UnsafeRawPointer(first) - base
      if memcmp(first, value, value.count) == 0 { return at }
      at += 1
    }
    return nil
  }
}

/// Gives events on without the values that they must not hold.
public struct RedactingSink<Sink: EventSink>: EventSink {
  private let redaction: Redaction
  private var sink: Sink

  /// In front of a sink.
  public init(_ redaction: Redaction, into sink: Sink) {
    self.redaction = redaction
    self.sink = sink
  }

  /// Takes one event and its bytes.
  public mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    guard let clean = redaction.applied(to: payload) else {
      return sink.append(event, payload: payload)
    }
    clean.withUnsafeBytes { sink.append(event, payload: $0) }
  }

  /// As the sink behind it.
  public mutating func keep() { sink.keep() }
}
