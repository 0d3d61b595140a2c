// SPDX-License-Identifier: BSD-3-Clause

internal import Trace

/// Steps of both traces that belong together; one is nil where only the other trace has it.
struct StepPair {
  var left: Step?
  var right: Step?
}

/// Brings two traces side by side, step by step and task by task, with a bounded look ahead.
///
/// Where both go on alike it costs one comparison a step. Where they do not, the alignment of the
/// highest weight over the next 8, then 64, then 256 steps of the task decides: a step counts 4
/// where the request is the same, 1 where only the call is. Where a side is an import, in which
/// much looks the same because it is not known, the next 256 steps decide at once.
struct StepAligner {
  private let lookaheads: [Int]

  var left = StepWindow()
  var right = StepWindow()
  /// Pairs that an alignment has decided and that have not been given yet, last first.
  private var decided: [StepPair] = []

  init(faults: FaultScope, isPartial: Bool = false) {
    lookaheads = isPartial ? [256] : [8, 64, 256]
    left.faults = faults
    right.faults = faults
  }

  /// The next pair, nil at the end of both traces.
  mutating func next<Left: EventSource & ~Copyable, Right: EventSource & ~Copyable>(
    _ leftSource: inout Left, _ rightSource: inout Right, _ normaliser: Normaliser
  ) throws(TraceError) -> StepPair? {
    if let pair = decided.popLast() { return pair }
    guard let leftPlace = try Self.first(&left, &leftSource) else {
      guard let rightPlace = try Self.first(&right, &rightSource) else { return nil }
      return StepPair(left: nil, right: right.take(rightPlace))
    }
    let task = left[leftPlace].task
    guard let rightPlace = try Self.next(&right, &rightSource, of: task, after: nil) else {
      return try alone(leftPlace, &leftSource)
    }
    let match = normaliser.match(left[leftPlace], right[rightPlace])
    if match == .strong {
      return StepPair(left: left.take(leftPlace), right: right.take(rightPlace))
    }
    if let pair = skip(leftPlace, rightPlace) { return pair }
    try realign(task, &leftSource, &rightSource, normaliser)
    return decided.popLast()
  }

  /// The right has no step of the task of the left's first, near enough: gives that step alone, or
  /// the right's first, if its task is not one of the left.
  private mutating func alone<Left: EventSource & ~Copyable>(
    _ leftPlace: Int, _ leftSource: inout Left
  ) throws(TraceError) -> StepPair {
    if let rightPlace = right.first {
      let task = right[rightPlace].task
      if try Self.next(&left, &leftSource, of: task, after: nil) == nil {
        return StepPair(left: nil, right: right.take(rightPlace))
      }
    }
    return StepPair(left: left.take(left.first!), right: nil)
  }

  /// What never is in step: VMA changes without a cause, gaps, faults that were resolved.
  private mutating func skip(_ leftPlace: Int, _ rightPlace: Int) -> StepPair? {
    let leftStep = left[leftPlace]
    let rightStep = right[rightPlace]
    if leftStep.isOutOfStep, !(rightStep.isFault && leftStep.isFault) {
      return StepPair(left: left.take(leftPlace), right: nil)
    }
    if rightStep.isOutOfStep, !(rightStep.isFault && leftStep.isFault) {
      return StepPair(left: nil, right: right.take(rightPlace))
    }
    return nil
  }

  private mutating func realign<Left: EventSource & ~Copyable, Right: EventSource & ~Copyable>(
    _ task: UInt32, _ leftSource: inout Left, _ rightSource: inout Right,
    _ normaliser: Normaliser
  ) throws(TraceError) {
    for lookahead in lookaheads {
      let leftPlaces = try Self.places(&left, &leftSource, of: task, lookahead)
      let rightPlaces = try Self.places(&right, &rightSource, of: task, lookahead)
      let isLast =
        lookahead == lookaheads.last
        || (leftPlaces.count < lookahead && rightPlaces.count < lookahead)
      let table = AlignmentTable(leftPlaces.count, rightPlaces.count) { row, column in
        normaliser.match(left[leftPlaces[row]], right[rightPlaces[column]])
      }
      guard let script = table.script(isLast: isLast) else { continue }
      for move in script {
        decided.append(
          StepPair(
            left: move.left.map { left.take(leftPlaces[$0]) },
            right: move.right.map { right.take(rightPlaces[$0]) }))
      }
      decided.reverse()
      return
    }
  }

  private static func places<Source: EventSource & ~Copyable>(
    _ window: inout StepWindow, _ source: inout Source, of task: UInt32, _ limit: Int
  ) throws(TraceError) -> [Int] {
    // Reading may move places, so all is read before any is noted.
    var count = 0
    var place: Int?
    while count < limit, let next = window.next(of: task, after: place) {
      place = next
      count += 1
    }
    while count < limit, try window.readOne(from: &source) {
      if window.isLast(of: task) { count += 1 }
    }
    var places: [Int] = []
    while places.count < limit, let next = window.next(of: task, after: places.last) {
      places.append(next)
    }
    return places
  }

  private static func first<Source: EventSource & ~Copyable>(
    _ window: inout StepWindow, _ source: inout Source
  ) throws(TraceError) -> Int? {
    if let place = window.first { return place }
    return try window.readOne(from: &source) ? window.first : nil
  }

  private static func next<Source: EventSource & ~Copyable>(
    _ window: inout StepWindow, _ source: inout Source, of task: UInt32, after place: Int?
  ) throws(TraceError) -> Int? {
    if let place = window.next(of: task, after: place) { return place }
    while try window.readOne(from: &source) {
      if window.isLast(of: task) { return window.next(of: task, after: nil) }
    }
    return nil
  }
}

extension Step {
  /// Whether it may stand anywhere between calls.
  var isOutOfStep: Bool {
    principal == nil || principal?.kind == .gap || isResolvedFault
  }
}
