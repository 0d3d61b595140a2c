// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// One difference between two traces. Events are numbered from 0 on, as in the traces.
public struct Divergence: Sendable {
  /// What kind of thing differs.
  public var divergenceClass: DivergenceClass
  /// Stable across runs: made of the class, the name of the call, the shape of its arguments and of
  /// the outcomes, not of addresses or event numbers.
  public var fingerprint: UInt64
  /// What it happened to: the name of a call, `page fault`, `first layout`, `end`.
  public var subject: String
  /// The call, fault or other event as text, as the left trace has it.
  public var request: String
  /// Which task it happened to.
  public var task: UInt32
  /// The event of the left trace; nil where the left has none.
  public var leftEvent: UInt64?
  /// The event of the right trace; nil where the right has none.
  public var rightEvent: UInt64?
  /// The outcome of the left trace.
  public var expected: Outcome
  /// The outcome of the right trace.
  public var actual: Outcome
  /// The field of a structure in which outputs begin to differ, such as `st_size`; nil where it is
  /// not known.
  public var field: String?
  /// The guest addresses that differ, for a difference of VMAs, as the left has them.
  public var range: AddressRange?
  /// The instruction that faulted or made the call; nil where no trace says.
  public var place: CodePlace?
  /// What a fault touched; nil where it is none.
  public var touched: TouchedMemory?
  /// Both maps around it, for the first difference of VMAs with its fingerprint.
  public var excerpt: LayoutExcerpt?
  /// False where it is explained, such as another placement in a run recorded apart.
  public var isFinding: Bool = true
}

/// A divergence that no earlier one explains, how often it came, and what followed from it.
public struct RootDivergence: Sendable {
  /// What follows from a root, those of one fingerprint together.
  public struct Consequence: Sendable {
    /// The first of them.
    public var first: Divergence
    /// How many.
    public var count: UInt64
  }

  /// The first of its fingerprint.
  public var first: Divergence
  /// How many of this fingerprint there are.
  public var count: UInt64 = 1
  /// The last event of the left trace with it; of the right, where the left has none.
  public var lastEvent: UInt64
  /// What followed, in order of appearance; at most `DiffOptions.consequenceLimit` kinds.
  public var consequences: [Consequence] = []
  /// How many consequences there are in all, also those that are not listed.
  public var consequenceCount: UInt64 = 0
}
