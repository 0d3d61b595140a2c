// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What an application needs of a kernel, joined from all that was measured of it.
public struct ApplicationNeeds: Sendable {
  /// Why nothing can be said about an application.
  public enum Doubt: String, Sendable {
    /// Nothing was measured for the workload that was asked for.
    case noData
    /// Every call that it makes can be stubbed and faked: the test asserts nothing.
    case testAssertsNothing
    /// The trace lost events, so that more may be asked than it tells.
    case lostEvents
  }

  /// Its name.
  public var name: String
  /// The calls that it makes, and whether it works without them.
  public private(set) var calls: [SystemCallNumber: CallVerdict] = [:]
  /// The sub-commands and flags that it asks for, and whether it works without them.
  public private(set) var parts: [CallPart: CallVerdict] = [:]
  /// Whether verdicts are predicted from what a kernel answered, and not measured.
  public var isPredicted = false
  /// Whether something is missing in what was seen of it.
  public var isIncomplete = false
  /// How many runs were joined.
  public private(set) var measurementCount = 0

  /// An application of which nothing is known yet.
  public init(name: String) { self.name = name }

  /// Joins a run: a call is used if any run uses it, and can be left out only if it could be in
  /// each run that uses it.
  public mutating func join(
    _ measurement: [SystemCallNumber: CallVerdict], parts: [CallPart: CallVerdict] = [:]
  ) {
    measurementCount += 1
    calls.merge(measurement) { $0.joined($1) }
    self.parts.merge(parts) { $0.joined($1) }
  }

  /// Joins what is known of the same application from elsewhere.
  public mutating func join(_ other: ApplicationNeeds) {
    let count = measurementCount
    join(other.calls, parts: other.parts)
    measurementCount = count + other.measurementCount
    isPredicted = isPredicted || other.isPredicted
    isIncomplete = isIncomplete || other.isIncomplete
  }

  /// Why nothing can be said about it; nil if something can.
  public var doubt: Doubt? {
    if isIncomplete { return .lostEvents }
    if measurementCount == 0 || calls.isEmpty { return .noData }
    let assertsNothing = calls.values.allSatisfy { $0.stubWorks && $0.fakeWorks }
    return assertsNothing ? .testAssertsNothing : nil
  }

  /// The calls that must be implemented, by number.
  public var required: [SystemCallNumber] { numbers { $0.isRequired } }

  /// The calls with a verdict that `condition` takes, by number.
  public func numbers(where condition: (CallVerdict) -> Bool) -> [SystemCallNumber] {
    calls.filter { condition($0.value) }.map(\.key).sorted { $0.rawValue < $1.rawValue }
  }
}
