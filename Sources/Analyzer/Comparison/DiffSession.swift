// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// One diff under way: what is known of both sides and what was found.
struct DiffSession {
  let options: DiffOptions
  let leftHeader: TraceHeader
  let rightHeader: TraceHeader
  /// What neither side can be asked about.
  let unseen: TraceHeader.Unseen
  /// Whether the kernel of the right took over the VMA changes of the left after each step, as a
  /// replay does of what it replays.
  let rightAdopts: Bool

  var normaliser: Normaliser
  var ledger: DivergenceLedger
  var statistics = DiffStatistics()
  var layouts = LayoutPair()
  /// By which name the right calls a file, and the left the file that the right calls so.
  var fileNames: [[UInt8]: [UInt8]] = [:]
  var leftFileNames: [[UInt8]: [UInt8]] = [:]
  /// Whether a divergence of the first layout has shown both maps.
  var hasShownFirstLayout = false
  /// The VMAs of other processes, by the task that each began with; `layouts` has those of the
  /// first.
  var otherSpaces: [UInt32: LayoutPair] = [:]
  /// In which of `otherSpaces` a task lives; none is the first process.
  var spaceOfTask: [UInt32: UInt32] = [:]
  var missing: [UInt32: MissingCall] = [:]
  var external: [UInt32: UInt64] = [:]
  /// The calls that were asked for.
  var listed: [ListedCall] = []
  /// Which calls each side makes.
  var sides = CallSides()
  /// For each task the last root that the program could notice, and how many steps ago it was.
  var recentRoots: [UInt32: (root: Int, age: Int)] = [:]

  init(
    options: DiffOptions, isReplay: Bool, leftHeader: TraceHeader, rightHeader: TraceHeader
  ) {
    self.options = options
    self.leftHeader = leftHeader
    self.rightHeader = rightHeader
    unseen = leftHeader.unseen.union(rightHeader.unseen)
    rightAdopts = isReplay && rightHeader.origin == .replay && leftHeader.origin != .replay
    normaliser = Normaliser(isReplay: isReplay, seesLayouts: !unseen.contains(.vmas))
    if !isReplay { normaliser.fileNames = FileNameMap(leftHeader, rightHeader) }
    ledger = DivergenceLedger(options)
  }

  /// Takes the next steps of both sides.
  mutating func compare(_ pair: StepPair) {
    guard let step = pair.left ?? pair.right else { return }
    age(step.task)
    noteSides(pair)
    let root: Int?
    if let left = pair.left, let right = pair.right {
      root = compareOutcomes(left, right)
    } else {
      root = unpaired(step, isLeft: pair.left != nil)
    }
    let layoutRoot = inSpace(of: step) { $0.compareLayouts(pair.left, pair.right, under: root) }
    if !options.listedCalls.isEmpty { list(pair, differs: (root ?? layoutRoot) != nil) }
    if let root = root ?? layoutRoot, step.principal != nil {
      if recentRoots.count >= Self.taskLimit { recentRoots.removeAll() }
      recentRoots[step.task] = (root, 0)
    }
  }

  private static var taskLimit: Int { 65536 }

  /// The result, when both traces are at their ends.
  consuming func finish(_ aligner: StepAligner) -> DiffResult {
    statistics.leftEventCount = aligner.left.grouper.eventCount
    statistics.rightEventCount = aligner.right.grouper.eventCount
    statistics.ignoredFaultCount =
      aligner.left.leftOutFaultCount + aligner.right.leftOutFaultCount
    statistics.droppedCount = aligner.left.grouper.droppedCount + aligner.right.grouper.droppedCount
    statistics.unkeptDivergenceCount = ledger.unkeptCount
    statistics.external = external.map { number, count in
      DiffStatistics.CallCount(name: CallRow.name(ofKey: number), count: count)
    }
    statistics.external.sort { ($1.count, $0.name) < ($0.count, $1.name) }
    let calls = missing.values.sorted {
      ($1.count, $0.number.rawValue) < ($0.count, $1.number.rawValue)
    }
    var files: [[UInt8]: TraceHeader.File] = [:]
    for file in leftHeader.files + aligner.left.grouper.files + rightHeader.files
      + aligner.right.grouper.files
    {
      files[file.path] = files[file.path] ?? file
    }
    var result = DiffResult(
      leftHeader: leftHeader, rightHeader: rightHeader, isReplay: normaliser.isReplay,
      roots: ledger.roots, missingCalls: calls, oneSidedCalls: sides.oneSided,
      statistics: statistics, files: files)
    if !options.listedCalls.isEmpty { result.listedCalls = listed }
    return result
  }

  // MARK: Helpers of the comparisons

  private static var recentLimit: Int { 64 }

  private mutating func age(_ task: UInt32) {
    guard let recent = recentRoots[task] else { return }
    recentRoots[task] = recent.age < Self.recentLimit ? (recent.root, recent.age + 1) : nil
  }

  /// Records a divergence of a step and returns its root.
  mutating func record(
    _ divergenceClass: DivergenceClass, _ left: Step?, _ right: Step?, expected: Outcome,
    actual: Outcome, field: String? = nil, shape: String? = nil, isFinding: Bool = true,
    under root: Int? = nil
  ) -> Int? {
    guard let step = left ?? right else { return nil }
    let subject = step.subject
    var divergence = Divergence(
      divergenceClass: divergenceClass,
      fingerprint: Divergence.fingerprint(
        divergenceClass, subject: subject, shape: shape ?? step.shape, expected: expected,
        actual: actual),
      subject: subject, request: step.requestText, task: step.task, leftEvent: left?.number,
      rightEvent: right?.number, expected: expected, actual: actual, field: field,
      isFinding: isFinding)
    divergence.place = place(left, right)
    divergence.touched = touched(left, right)
    return ledger.record(divergence, under: root)
  }
}
