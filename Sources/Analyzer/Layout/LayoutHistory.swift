// SPDX-License-Identifier: BSD-3-Clause

/// How many VMAs there were, and how many of them too many, over the events of a trace. Memory is
/// bounded: of a long run every second, fourth... change is kept, and always the greatest.
///
/// Fragmentation is how many VMAs touch the one before them and go on as it does: both could be
/// one.
public struct LayoutHistory: Sendable {
  /// The VMAs after an event.
  public struct Point: Sendable {
    /// The event, from 0 on.
    public var event: UInt64 = 0
    /// How many VMAs there are.
    public var count = 0
    /// How many of them could be one with the one before.
    public var mergeableCount = 0
  }

  private static var pointLimit: Int { 128 }

  /// Where there were most, for the first time.
  public private(set) var peak = Point()
  /// Where most could be one with another, for the first time.
  public private(set) var worst = Point()
  /// After the last change.
  public private(set) var last = Point()
  /// Some of the points in order, evenly among the changes; at most 128.
  public private(set) var points: [Point] = []
  private var changeCount: UInt64 = 0
  private var stride: UInt64 = 1

  /// Nothing was mapped yet.
  public init() {}

  /// Takes the VMAs as they are behind the changes of an event.
  mutating func note(_ layout: VMALayout, at event: UInt64) {
    last = Point(event: event, count: layout.count, mergeableCount: layout.mergeableCount)
    if last.count > peak.count { peak = last }
    if last.mergeableCount > worst.mergeableCount { worst = last }
    if changeCount.isMultiple(of: stride) {
      if points.count == Self.pointLimit {
        points = points.indices.filter { $0.isMultiple(of: 2) }.map { points[$0] }
        stride *= 2
      }
      if changeCount.isMultiple(of: stride) { points.append(last) }
    }
    changeCount += 1
  }

  /// `49 at the end, most 52 at event 129; could be merged: 0, most 2 at event 88`.
  var text: String {
    var text = "\(last.count) at the end, most \(peak.count) at event \(peak.event)"
    text += "; could be merged: \(last.mergeableCount)"
    if worst.mergeableCount > 0 { text += ", most \(worst.mergeableCount) at event \(worst.event)" }
    return text
  }

  /// For machines.
  var json: JSONValue {
    func value(_ point: Point) -> JSONValue {
      .object([
        ("event", .integer(point.event)), ("vmas", .integer(UInt64(point.count))),
        ("mergeable", .integer(UInt64(point.mergeableCount))),
      ])
    }
    return .object([
      ("last", value(last)), ("peak", value(peak)), ("worst", value(worst)),
      ("points", .array(points.map(value))),
    ])
  }
}
