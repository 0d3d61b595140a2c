// SPDX-License-Identifier: BSD-3-Clause

public import Trace

/// What a diff of two traces found.
public struct DiffResult: Sendable {
  /// The header of the left trace.
  public var leftHeader: TraceHeader
  /// The header of the right trace.
  public var rightHeader: TraceHeader
  /// Whether the requests were taken to be the same by construction.
  public var isReplay: Bool
  /// Divergences that no other explains, one for each fingerprint, in order of appearance.
  public var roots: [RootDivergence]
  /// Calls that the right kernel does not have, most frequent first, also those that the left
  /// does not have either.
  public var missingCalls: [MissingCall]
  /// Calls that only one side makes, of runs recorded apart.
  public var oneSidedCalls: [OneSidedCall] = []
  /// The calls that were asked for, side by side, in order; nil where none were.
  public var listedCalls: [ListedCall]?
  /// What was looked at, and what was not.
  public var statistics: DiffStatistics
  /// Which builds of files were mapped, by path: as the left trace tells, else the right one.
  public var files: [[UInt8]: TraceHeader.File]

  /// Whether anything differs that is not explained.
  public var hasFindings: Bool {
    roots.contains { $0.first.isFinding } || statistics.unkeptDivergenceCount > 0
  }

  /// Names the functions of all places that are told: `function` is given which build of a file it
  /// is, and the offset in it.
  public mutating func resolvePlaces(_ function: (TraceHeader.File, UInt64) -> CodeFunction?) {
    for index in missingCalls.indices { missingCalls[index].site?.resolve(files, function) }
    for index in roots.indices {
      roots[index].first.place?.resolve(files, function)
      for consequence in roots[index].consequences.indices {
        roots[index].consequences[consequence].first.place?.resolve(files, function)
      }
    }
  }

  /// The roots of these classes, in order of appearance.
  public func roots(of classes: [DivergenceClass]) -> [RootDivergence] {
    roots.filter { classes.contains($0.first.divergenceClass) }
  }
}
