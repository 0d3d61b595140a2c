// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension DiffSession {
  /// Compares what came of two steps that belong together. Returns the root of what differs.
  mutating func compareOutcomes(_ left: Step, _ right: Step) -> Int? {
    guard let leftEvent = left.principal, let rightEvent = right.principal else {
      learnFirstLayout(left, right)
      return nil
    }
    switch leftEvent.kind {
    case .systemCall: return compareCalls(left, leftEvent, right, rightEvent)
    case .pageFault, .exception:
      let isAdopted = leftEvent.flags.union(rightEvent.flags).contains(.adopted)
      statistics.comparedFaultCount += leftEvent.kind == .pageFault && !isAdopted ? 1 : 0
      if leftEvent.unknown.union(rightEvent.unknown).contains(.result) {
        statistics.unknownResultCount += 1
        return nil
      }
      if leftEvent.kind == .pageFault, !isAdopted {
        statistics.leftFaultEnds.note(leftEvent.result)
        statistics.rightFaultEnds.note(rightEvent.result)
      }
      if leftEvent.result == rightEvent.result {
        if leftEvent.result == 0, rightEvent.flags.subtracting(leftEvent.flags).contains(.spurious)
        {
          statistics.noteSpuriousFault(in: spuriousPlace(left, right))
        }
        return nil
      }
      return record(
        .faultOutcome, left, right, expected: faultOutcome(leftEvent),
        actual: faultOutcome(rightEvent), under: earlierRoot(left.task))
    case .end, .taskEnded:
      if leftEvent.code == rightEvent.code, leftEvent.result == rightEvent.result { return nil }
      return record(
        .result, left, right, expected: endOutcome(leftEvent), actual: endOutcome(rightEvent),
        under: earlierRoot(left.task))
    case .gap:
      countGap(leftEvent, isLeft: true)
      countGap(rightEvent, isLeft: false)
      return nil
    default: return nil
    }
  }

  private func spuriousPlace(_ left: Step, _ right: Step) -> String {
    guard let vma = touched(left, right)?.right else { return "nowhere" }
    if vma.backing == .file { return printable(vma.name) }
    return vma.backing.text
  }

  /// Takes a step that only one side has. Returns the root that it belongs to.
  mutating func unpaired(_ step: Step, isLeft: Bool) -> Int? {
    guard let event = step.principal else { return nil }
    let left = isLeft ? step : nil
    let right = isLeft ? nil : step
    if isUnseen(event) {
      statistics.unseenEndCount += 1
      return nil
    }
    func either(_ outcome: Outcome) -> (expected: Outcome, actual: Outcome) {
      isLeft ? (outcome, .absent) : (.absent, outcome)
    }
    switch event.kind {
    case .gap:
      countGap(event, isLeft: isLeft)
      return nil
    case .pageFault where event.result == 0:
      statistics.unpairedFaultCount += 1
      return nil
    case .pageFault, .exception:
      let (expected, actual) = either(faultOutcome(event))
      return record(
        .faultOutcome, left, right, expected: expected, actual: actual,
        under: recentRoots[step.task]?.root)
    case .signal:
      let (expected, actual) = either(.signal(UInt8(clamping: event.code)))
      return record(
        .faultOutcome, left, right, expected: expected, actual: actual,
        under: recentRoots[step.task]?.root)
    case .end:
      let (expected, actual) = either(endOutcome(event))
      return record(
        .result, left, right, expected: expected, actual: actual,
        under: recentRoots[step.task]?.root)
    case .systemCall:
      if !isLeft, event.flags.contains(.missing) { noteMissing(nil, nil, step, event) }
      let (expected, actual) = either(.request(step.requestText))
      return record(
        .path, left, right, expected: expected, actual: actual,
        shape: step.shape + (isLeft ? "left" : "right"), under: recentRoots[step.task]?.root)
    default:
      let (expected, actual) = either(.request(step.requestText))
      return record(
        .path, left, right, expected: expected, actual: actual, shape: isLeft ? "left" : "right",
        under: recentRoots[step.task]?.root)
    }
  }

  /// Whether the other side does not see such events at all.
  func isUnseen(_ event: Event) -> Bool {
    switch event.kind {
    case .signal: unseen.contains(.signals)
    case .end, .taskEnded: unseen.contains(.ends)
    case .systemCall: unseen.contains(.ends) && event.flags.contains(.didNotReturn)
    default: false
    }
  }

  /// What may have led to a difference between runs that went their own ways; a replay is put back
  /// on the way of the recorded run after each divergence.
  private func earlierRoot(_ task: UInt32) -> Int? {
    normaliser.isReplay ? nil : recentRoots[task]?.root
  }

  private func faultOutcome(_ event: Event) -> Outcome {
    event.result == 0 ? .resolved : .signal(UInt8(clamping: -max(event.result, -255)))
  }

  private func endOutcome(_ event: Event) -> Outcome {
    if event.kind == .taskEnded {
      return .ended(event.code == 0 ? "exited \(event.result)" : "killed by \(event.result)")
    }
    return .ended(event.endText)
  }

  private mutating func countGap(_ event: Event, isLeft: Bool) {
    let count = max(1, event.operands[0])
    if isLeft {
      statistics.leftLostCount &+= count
    } else {
      statistics.rightLostCount &+= count
    }
  }
}

extension Event {
  /// How the run ended, of an `end` event.
  var endText: String {
    switch EndKind(rawValue: UInt8(clamping: code)) {
    case .exited: "exited \(result)"
    case .killed: "killed by " + Signal(rawValue: UInt8(clamping: result)).text
    case .timedOut: "timed out"
    case .machineFailed: "machine failed"
    case .interrupted: "interrupted"
    case nil: "in an unknown way"
    }
  }
}
