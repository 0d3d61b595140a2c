// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

/// Compares two traces. The left one says what is expected, the right one what came.
///
/// Streaming: memory is a bounded window of both traces and the VMAs that are alive.
public struct TraceDiff: Sendable {
  /// How to compare.
  public var options: DiffOptions

  /// A diff with these options.
  public init(options: DiffOptions = DiffOptions()) { self.options = options }

  /// Compares two traces from where their sources stand to their ends. Throws what a source throws.
  public func run<Left: EventSource & ~Copyable, Right: EventSource & ~Copyable>(
    left: inout Left, leftHeader: TraceHeader, right: inout Right, rightHeader: TraceHeader
  ) throws(TraceError) -> DiffResult {
    let isReplay =
      switch options.requests {
      case .automatic: leftHeader.tellsOfSameRun(as: rightHeader)
      case .same: true
      case .independent: false
      }
    let unseen = leftHeader.unseen.union(rightHeader.unseen)
    let faults: FaultScope = unseen.contains(.faults) ? .none : isReplay ? .all : .fatal
    var aligner = StepAligner(faults: faults, isPartial: unseen.contains(.operands))
    var session = DiffSession(
      options: options, isReplay: isReplay, leftHeader: leftHeader, rightHeader: rightHeader)
    while let pair = try aligner.next(&left, &right, session.normaliser) {
      session.compare(pair)
    }
    return session.finish(aligner)
  }
}

extension TraceHeader {
  /// Whether both headers tell of one run: same program, arguments, environment and addresses. Then
  /// one is a replay of the other, or both of a third, or nothing that was random differed.
  func tellsOfSameRun(as other: TraceHeader) -> Bool {
    // An import knows too little of its run to say so.
    !unseen.union(other.unseen).contains(.operands)
      && program == other.program && arguments == other.arguments
      && environment == other.environment
      && workingDirectory == other.workingDirectory && mmapBase == other.mmapBase
      && breakStart == other.breakStart && seed == other.seed && clockStart == other.clockStart
      && personality == other.personality
      && auxiliaryVector.count == other.auxiliaryVector.count
      && zip(auxiliaryVector, other.auxiliaryVector).allSatisfy { $0 == $1 }
  }
}
