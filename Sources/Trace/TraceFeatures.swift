// SPDX-License-Identifier: BSD-3-Clause

/// What a trace uses of the format: in place of a version number.
public struct TraceFeatures: Equatable, Sendable {
  /// What a reader must know to read the trace at all.
  public struct Incompatible: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt64
    /// Any bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    /// Operands and results of single events may be marked as not known.
    public static var unknownOperands: Incompatible { Incompatible(rawValue: 1) }
    /// All bits that this version knows.
    public static var known: Incompatible { .unknownOperands }
  }

  /// What a reader may ignore.
  public struct Compatible: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt64
    /// Any bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    /// The blocks hold times and durations.
    public static var times: Compatible { Compatible(rawValue: 1) }
    /// A reader may put a gap in the place of an event whose kind it does not know.
    public static var skippableKinds: Compatible { Compatible(rawValue: 2) }
    /// There are call sites among the events.
    public static var callSites: Compatible { Compatible(rawValue: 4) }
    /// There are mapped files among the events.
    public static var mappedFiles: Compatible { Compatible(rawValue: 8) }
    /// The header has the descriptors that the program began with.
    public static var descriptors: Compatible { Compatible(rawValue: 16) }
  }

  /// What a reader must know to read the trace at all.
  public var incompatible: Incompatible
  /// What a reader may ignore.
  public var compatible: Compatible

  /// Features by their bits.
  public init(incompatible: Incompatible = [], compatible: Compatible = []) {
    self.incompatible = incompatible
    self.compatible = compatible
  }
}
