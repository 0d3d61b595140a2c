// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension DiffSession {
  /// Compares two calls that belong together. Returns the root of what differs.
  mutating func compareCalls(
    _ left: Step, _ leftEvent: Event, _ right: Step, _ rightEvent: Event
  ) -> Int? {
    statistics.pairedCallCount += 1
    let lacksLeft = leftEvent.flags.contains(.missing)
    let lacksRight = rightEvent.flags.contains(.missing)
    if lacksRight { noteMissing(left, leftEvent, right, rightEvent) }
    if leftEvent.result == 0, SystemCallNumber(rawValue: leftEvent.code).makesProcesses {
      // From here on this is the child, with a number of its own.
      normaliser.processes = ValueMap()
      normaliser.parents = ValueMap()
    }
    if lacksLeft || lacksRight {
      if lacksLeft == lacksRight { return nil }
      let call = CallRow(leftEvent, with: rightEvent)
      return record(
        .missingCall, left, right,
        expected: lacksLeft ? .noSuchCall : outcome(leftEvent, call),
        actual: lacksRight ? .noSuchCall : outcome(rightEvent, call),
        shape: (call.subcommand ?? "") + (lacksRight ? "" : "left"),
        // Where the other kernel answered ENOSYS, too, nothing differs for the program.
        isFinding: leftEvent.result != rightEvent.result)
    }
    if rightEvent.flags.contains(.adopted) || leftEvent.flags.contains(.adopted) {
      if spaceOfTask[right.task] == nil {
        external[CallRow(rightEvent).key, default: 0] += 1
      } else {
        statistics.otherProcessCallCount += 1
      }
      if !normaliser.isReplay {
        learn(leftEvent, rightEvent, CallRow(leftEvent, with: rightEvent))
      }
      return nil
    }
    statistics.comparedCallCount += 1
    if leftEvent.code != rightEvent.code { statistics.renamedCallCount += 1 }
    // Aligned, they are the same call by one name or another.
    let (leftEvent, rightEvent) =
      normaliser.forms(left, leftEvent, right, rightEvent) ?? (leftEvent, rightEvent)
    let call = CallRow(leftEvent, with: rightEvent)
    noteUnknown(leftEvent, rightEvent, call)
    if !normaliser.isReplay, normaliser.match(left, right) != .strong {
      return record(
        .request, left, right, expected: .request(left.requestText),
        actual: .request(right.requestText), shape: "", under: recentRoots[left.task]?.root)
    }
    if leftEvent.unknown.union(rightEvent.unknown).contains(.result) {
      statistics.unknownResultCount += 1
      return nil
    }
    let root = compareResults(left, leftEvent, right, rightEvent, call)
    if root == nil, !unseen.contains(.payload) {
      return compareOutputs(left, leftEvent, right, rightEvent, call)
    }
    return root
  }

  private mutating func compareResults(
    _ left: Step, _ leftEvent: Event, _ right: Step, _ rightEvent: Event, _ call: CallRow
  ) -> Int? {
    let isLeftGone = leftEvent.flags.contains(.didNotReturn)
    let isRightGone = rightEvent.flags.contains(.didNotReturn)
    if isLeftGone, isRightGone { return nil }
    let expected = outcome(leftEvent, call)
    let actual = outcome(rightEvent, call)
    if isLeftGone != isRightGone {
      return record(.result, left, right, expected: expected, actual: actual)
    }
    let leftErrno = Errno(result: leftEvent.result)
    let rightErrno = Errno(result: rightEvent.result)
    if leftErrno != nil || rightErrno != nil {
      if leftErrno == rightErrno { return nil }
      return record(.errno, left, right, expected: expected, actual: actual)
    }
    switch agreement(leftEvent, rightEvent, call) {
    case .same: break
    case .explained: statistics.explainedNumberCount += 1
    case .placedElsewhere:
      statistics.explainedPlacementCount += normaliser.isReplay ? 0 : 1
      let root = record(
        .placement, left, right, expected: .address(UInt64(bitPattern: leftEvent.result)),
        actual: .address(UInt64(bitPattern: rightEvent.result)), shape: "",
        isFinding: normaliser.isReplay)
      learn(leftEvent, rightEvent, call)
      return normaliser.isReplay ? root : nil
    case .different:
      let shift = call.resultKind == .descriptor && normaliser.descriptors.isShifted
      let root = record(
        .result, left, right, expected: expected, actual: actual,
        isFinding: !shift || normaliser.isReplay)
      learn(leftEvent, rightEvent, call)
      return root
    }
    learn(leftEvent, rightEvent, call)
    return nil
  }

  /// Counts what cannot be compared, because a side does not tell it.
  private mutating func noteUnknown(_ left: Event, _ right: Event, _ call: CallRow) {
    let unknown = left.unknown.union(right.unknown)
    if unknown.isEmpty, normaliser.seesLayouts { return }
    for index in 0..<call.argumentCount where call.kind(index) != .unused {
      if unknown.contains(.operand(index)) {
        statistics.unknownArgumentCount += 1
      } else if call.kind(index) == .address,
        normaliser.isUnexplained(left.operands[index], right.operands[index]),
        !(call.number == .brk && normaliser.sameBreak(left.operands[index], right.operands[index]))
      {
        statistics.unexplainedAddressCount += 1
      }
    }
  }

  private enum Agreement {
    case same, explained, placedElsewhere, different
  }

  /// Whether two successful results mean the same.
  private mutating func agreement(_ left: Event, _ right: Event, _ call: CallRow) -> Agreement {
    switch call.resultKind {
    case .processID:
      if left.result == right.result { return .same }
      // Which number a process gets is no business of the kernel under test; that it stays is.
      let processes = normaliser[keyPath: Normaliser.processes(of: call.number)]
      if processes.isNew(left.result, right.result) { return .explained }
      return processes.matches(left.result, right.result) ? .explained : .different
    case .time:
      if left.result != right.result, unseen.contains(.inputs) || !normaliser.isReplay {
        statistics.uncomparedTimeCount += 1
        return .same
      }
      return left.result == right.result ? .same : .different
    case .descriptor:
      if left.result == right.result { return .same }
      return !normaliser.isReplay && normaliser.descriptors.matches(left.result, right.result)
        ? .explained : .different
    case .address:
      if left.result == right.result { return .same }
      return addressAgreement(left, right, call)
    default: return left.result == right.result ? .same : .different
    }
  }

  private func addressAgreement(_ left: Event, _ right: Event, _ call: CallRow) -> Agreement {
    let leftAddress = UInt64(bitPattern: left.result)
    let rightAddress = UInt64(bitPattern: right.result)
    if !normaliser.isReplay,
      normaliser.addresses.matches(leftAddress, rightAddress)
        || (call.number == .brk && normaliser.sameBreak(leftAddress, rightAddress))
    {
      return .same
    }
    // Each got what it asked for, and what it asked for cannot be compared.
    if left.result != 0, left.operands[0] == leftAddress, right.operands[0] == rightAddress,
      normaliser.isUnexplained(leftAddress, rightAddress)
    {
      return .same
    }
    let isFixed: Bool
    switch call.number {
    case .brk:
      // A break that moved for one and not for the other is no question of placement.
      let moved = left.operands[0] != 0 && leftAddress == left.operands[0]
      let movedRight = right.operands[0] != 0 && rightAddress == right.operands[0]
      isFixed = moved != movedRight
    case .mmap:
      let flags = MapFlags(rawValue: UInt32(truncatingIfNeeded: call.operands[3]))
      isFixed = !flags.isDisjoint(with: [.fixed, .fixedNoReplace])
    case .mremap: isFixed = call.operands[3] & 2 != 0
    default: isFixed = false
    }
    return isFixed ? .different : .placedElsewhere
  }

  /// Notes which number of the right stands for which of the left.
  private mutating func learn(_ left: Event, _ right: Event, _ call: CallRow) {
    if left.result < 0 || right.result < 0 { return }
    switch call.resultKind {
    case .processID:
      normaliser[keyPath: Normaliser.processes(of: call.number)].learn(left.result, right.result)
    case .descriptor where !normaliser.isReplay:
      normaliser.descriptors.learn(left.result, right.result)
    case .address where !normaliser.isReplay: learnAddress(left, right, call)
    default: break
    }
    if call.number == .close, !normaliser.isReplay {
      normaliser.descriptors.forget(left: Int64(Int32(truncatingIfNeeded: left.operands[0])))
    }
  }

  private mutating func learnAddress(_ left: Event, _ right: Event, _ call: CallRow) {
    let leftAddress = UInt64(bitPattern: left.result)
    let rightAddress = UInt64(bitPattern: right.result)
    let byteCount: UInt64
    switch call.number {
    case .brk:
      learnBreak(leftAddress, rightAddress)
      return
    case .mmap: byteCount = call.operands[1]
    case .mremap: byteCount = call.operands[2]
    default: byteCount = 1
    }
    let (rounded, overflow) = byteCount.addingReportingOverflow(0xfff)
    if overflow { return }
    normaliser.addresses.learn(leftAddress, rightAddress, byteCount: rounded & ~0xfff)
  }

  /// The heap lies from the first break on, which each side has somewhere else.
  private mutating func learnBreak(_ left: UInt64, _ right: UInt64) {
    guard let first = normaliser.firstBreak else {
      normaliser.firstBreak = (left, right)
      return
    }
    if left <= first.left || !normaliser.sameBreak(left, right) { return }
    // VMAs end at pages. Where both breaks lie alike in theirs, so much is known of whole pages.
    let isAlike = left & 0xfff == right & 0xfff
    let before = isAlike ? first.left & 0xfff : 0
    let behind = isAlike ? (0 &- left) & 0xfff : 0
    normaliser.addresses.learn(
      first.left - before, first.right - before,
      byteCount: left - first.left + before + behind)
  }

  /// One outcome as a report has it.
  func outcome(_ event: Event, _ call: CallRow) -> Outcome {
    if event.flags.contains(.didNotReturn) { return .didNotReturn }
    if let errno = Errno(result: event.result) { return .error(errno) }
    switch call.resultKind {
    case .address, .hex: return .address(UInt64(bitPattern: event.result))
    default: return .value(event.result)
    }
  }
}
