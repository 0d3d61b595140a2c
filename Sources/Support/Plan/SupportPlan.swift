// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// The order of work on a kernel that lets the most applications run soonest.
public struct SupportPlan: Sendable {
  /// What is done about a call.
  public enum Work: String, Sendable, Hashable, CaseIterable {
    /// It answers with success and does nothing.
    case fake
    /// It does what Linux does.
    case implement
  }

  /// Work on one call.
  public struct Item: Sendable, Hashable {
    /// The call.
    public var number: SystemCallNumber
    /// The sub-command or flag of it; nil for the call as a whole.
    public var part: CallPart?
    /// What is done.
    public var work: Work
    /// What it costs.
    public var cost: UInt64
  }

  /// Work that is done together, and the applications that run after it.
  public struct Step: Sendable {
    /// The work, by number.
    public var items: [Item]
    /// What runs after this step and did not before, by name.
    public var unlocked: [String]
    /// The cost of this step and of all before.
    public var totalCost: UInt64
    /// How many applications run after this step.
    public var runningCount: Int

    /// The cost of this step.
    public var cost: UInt64 { items.cost }
  }

  /// The kernel's name.
  public var kernel: String
  /// How the steps were put in order.
  public var order: Order
  /// What runs without any work, by name.
  public var running: [String] = []
  /// The steps, first to last.
  public var steps: [Step] = []
  /// Applications whose needs are predicted from traces, and not measured, by name.
  public var predicted: [String] = []
  /// Applications of which nothing can be said, and why, by name.
  public var doubtful: [(name: String, doubt: ApplicationNeeds.Doubt)] = []

  /// How the steps are put in order.
  public enum Order: String, Sendable, CaseIterable {
    /// The most applications for the cost: what raises the curve soonest.
    case soonest
    /// The application that lacks the fewest calls next, as Loupe does.
    case fewest
  }
}

extension [SupportPlan.Item] {
  /// What all of it costs.
  var cost: UInt64 { reduce(0) { $0 + $1.cost } }
}

extension SupportPlan.Item {
  /// By number; a call before its parts.
  func isBefore(_ other: SupportPlan.Item) -> Bool {
    if number != other.number { return number.rawValue < other.number.rawValue }
    guard let part, let others = other.part else { return part == nil && other.part != nil }
    return part < others
  }
}
