// SPDX-License-Identifier: BSD-3-Clause

/// What came of a program, and what it wrote.
public struct TrialOutcome: Sendable {
  /// How it ended.
  public enum Ending: Sendable, Equatable {
    /// With this status.
    case exited(Int32)
    /// By this signal.
    case killed(signal: Int32)
    /// Not within its time.
    case timedOut
    /// It wrote more than is kept.
    case flooded
    /// Its execve(2) failed with this errno.
    case notStarted(errno: Int32)
  }

  /// How it ended; with a test command: how that did.
  public var ending: Ending
  /// What it wrote to stdout; with a test command: what that did.
  public var output: [UInt8] = []
  /// The first bytes of what it wrote to stderr.
  public var errors: [UInt8] = []
  /// How the program ended, where that was before its test did.
  public var endedEarly: Ending?
  /// How long it took.
  public var duration: Duration = .zero
}

extension TrialOutcome.Ending: CustomStringConvertible {
  /// In words.
  public var description: String {
    switch self {
    case .exited(let status): "exited \(status)"
    case .killed(let signal): "killed by signal \(signal)"
    case .timedOut: "did not end in time"
    case .flooded: "wrote without end"
    case .notStarted(let errno): "did not start: errno \(errno)"
    }
  }
}

/// How often a program made each call, and which parts of it, as the first trial saw.
public struct CallUse: Sendable {
  /// How often, by target; whole calls and their parts.
  public private(set) var counts: [TrialTarget: Int] = [:]

  mutating func note(_ target: TrialTarget) { counts[target, default: 0] += 1 }
}
