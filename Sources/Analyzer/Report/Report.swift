// SPDX-License-Identifier: BSD-3-Clause

/// A diff for readers: text of 100 columns, or JSON. The same diff gives the same bytes.
public struct Report: Sendable {
  /// Where one of the traces came from.
  public struct Source: Sendable {
    /// What the reader calls it: the name of the file, or how it came to be.
    public var name: String
    /// What was wrong with it: damaged or lost blocks, a cut.
    public var problems: [String]
    /// As given.
    public init(name: String, problems: [String] = []) {
      self.name = name
      self.problems = problems
    }
  }

  /// How much a report says.
  public enum Scope: Sendable {
    /// What differs between the traces: `diff`.
    case differences
    /// Also what is missing on both sides, and what was not checked: `report`.
    case full
  }

  /// The number of the JSON's form, 1; it changes when a member changes its meaning or goes.
  public static var schemaVersion: UInt64 { 1 }

  /// What is reported.
  public var diff: DiffResult
  /// The trace that says what is expected.
  public var left: Source
  /// The trace that says what came.
  public var right: Source
  /// How much is said.
  public var scope: Scope

  /// A report of a diff.
  public init(diff: DiffResult, left: Source, right: Source, scope: Scope = .full) {
    self.diff = diff
    self.left = left
    self.right = right
    self.scope = scope
  }

  /// Whether there is anything that is not explained: the exit code 1 instead of 0. What the
  /// outside decided, mappings that merely lie elsewhere, and damage of the files are none.
  public var hasFindings: Bool {
    diff.hasFindings || (scope == .full && !diff.missingCalls.isEmpty)
  }

  /// The parts of a report in order, with the classes of each.
  static var parts: [(title: String, key: String, classes: [DivergenceClass])] {
    [
      ("Errno and result differences", "results", [.errno, .result]),
      (
        "VMA divergences", "layouts",
        [.vmaExtent, .vmaProtection, .vmaBacking, .vmaCount, .pageTable]
      ),
      ("Placement", "placements", [.placement]),
      ("Output differences", "outputs", [.outputBytes]),
      ("Faults and signals", "faults", [.faultOutcome]),
      ("Other ways of the program", "paths", [.request, .path]),
    ]
  }
}
