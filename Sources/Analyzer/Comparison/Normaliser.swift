// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// How much alike two steps are.
enum StepMatch: Int {
  /// Another kind of step or another call.
  case none = 0
  /// The same call with other arguments.
  case weak = 1
  /// The same request, as far as the differences between the runs that are known explain it.
  case strong = 4
}

/// What is known of the names of things in both runs: which address, descriptor and process id of
/// the right stands for which of the left.
struct Normaliser {
  /// Whether the requests of both traces are the same by construction: one is a replay of the
  /// other, or both of a third.
  let isReplay: Bool
  /// Whether both sides saw what is mapped, so that every address is explained or is not.
  let seesLayouts: Bool
  var addresses = AddressMap()
  var descriptors = ValueMap()
  var processes = ValueMap()
  /// What getppid(2), getpgrp(2) and getsid(2) tell: numbers from outside, each of its own.
  var parents = ValueMap()
  var groups = ValueMap()
  var sessions = ValueMap()
  var fileNames = FileNameMap()

  /// The first break of each side, once both are known.
  var firstBreak: (left: UInt64, right: UInt64)?

  init(isReplay: Bool, seesLayouts: Bool = true) {
    self.isReplay = isReplay
    self.seesLayouts = seesLayouts
  }

  /// Which of the process ids a call tells.
  static func processes(of number: SystemCallNumber) -> WritableKeyPath<Self, ValueMap> {
    switch number {
    case .getppid: \.parents
    case .getpgrp, .getpgid: \.groups
    case .getsid: \.sessions
    default: \.processes
    }
  }

  /// How much alike two steps are.
  func match(_ left: Step, _ right: Step) -> StepMatch {
    guard let leftEvent = left.principal, let rightEvent = right.principal else {
      return left.principal == nil && right.principal == nil ? .strong : .none
    }
    if leftEvent.kind != rightEvent.kind { return .none }
    switch leftEvent.kind {
    case .systemCall:
      guard let (leftForm, rightForm) = forms(left, leftEvent, right, rightEvent) else {
        return .none
      }
      return sameArguments(left, leftForm, right, rightForm) ? .strong : .weak
    case .pageFault:
      let leftPage = leftEvent.operands[0] & ~0xfff
      let rightPage = rightEvent.operands[0] & ~0xfff
      return leftPage == rightPage || addresses.matches(leftPage, rightPage) ? .strong : .none
    case .exception, .signal: return leftEvent.code == rightEvent.code ? .strong : .none
    default: return .strong
    }
  }

  /// Two calls as the same one: themselves, or where their names differ the form that both have;
  /// nil where they are different calls. A replay makes the very calls that were recorded.
  func forms(
    _ left: Step, _ leftEvent: Event, _ right: Step, _ rightEvent: Event
  ) -> (left: Event, right: Event)? {
    if leftEvent.code == rightEvent.code { return (leftEvent, rightEvent) }
    if isReplay { return nil }
    let (leftForm, rightForm) = (
      left.commonForm(of: leftEvent), right.commonForm(of: rightEvent)
    )
    return leftForm.code == rightForm.code ? (leftForm, rightForm) : nil
  }

  private func sameArguments(
    _ left: Step, _ leftEvent: Event, _ right: Step, _ rightEvent: Event
  ) -> Bool {
    let unknown = leftEvent.unknown.union(rightEvent.unknown)
    var isIdentical = true
    for index in 0..<6
    where leftEvent.operands[index] != rightEvent.operands[index]
      && !unknown.contains(.operand(index))
    {
      isIdentical = false
    }
    if isReplay { return isIdentical }
    if isIdentical, !descriptors.isShifted, !processes.isShifted,
      left.attachments.isEmpty || right.attachments.isEmpty
    {
      return true
    }
    let call = CallRow(leftEvent, with: rightEvent)
    if call.number == .brk, sameBreak(leftEvent.operands[0], rightEvent.operands[0]) {
      return true
    }
    for index in 0..<call.argumentCount {
      let kind = call.kind(index)
      let leftValue = leftEvent.operands[index]
      let rightValue = rightEvent.operands[index]
      if !unknown.contains(.operand(index)), !sameArgument(kind, leftValue, rightValue) {
        return false
      }
      if kind == .path || kind == .string, let leftText = left.read(at: leftValue),
        let rightText = right.read(at: rightValue), leftText.differs(from: rightText),
        !(kind == .path && fileNames.explains(leftText, rightText))
      {
        return false
      }
    }
    return true
  }

  /// Whether two addresses that differ lie where one side did not see what is mapped, so that
  /// nothing can be said of them.
  func isUnexplained(_ left: UInt64, _ right: UInt64) -> Bool {
    if seesLayouts || isReplay || left == right || left == 0 || right == 0 { return false }
    return addresses.right(of: left) == nil && addresses.left(of: right) == nil
      && addresses.right(of: left - 1) == nil
  }

  /// Whether both breaks lie as far above the first.
  func sameBreak(_ left: UInt64, _ right: UInt64) -> Bool {
    guard let firstBreak else { return left == right }
    return left &- firstBreak.left == right &- firstBreak.right
  }

  /// Whether two values of an argument of this kind may be taken to ask the same.
  func sameArgument(_ kind: ArgumentKind, _ left: UInt64, _ right: UInt64) -> Bool {
    switch kind {
    case .unused: return true
    case .descriptor, .directoryDescriptor:
      return descriptors.matches(
        Int64(Int32(truncatingIfNeeded: left)), Int64(Int32(truncatingIfNeeded: right)))
    case .processID:
      return processes.matches(
        Int64(Int32(truncatingIfNeeded: left)), Int64(Int32(truncatingIfNeeded: right)))
    case .address:
      return left == right || addresses.matches(left, right) || isUnexplained(left, right)
    case let kind where kind.isAddress: return (left == 0) == (right == 0)
    case let kind where kind.isNarrow:
      return UInt32(truncatingIfNeeded: left) == UInt32(truncatingIfNeeded: right)
    default: return left == right
    }
  }
}

extension ArgumentKind {
  /// Whether the argument is an `int`, of whose register the kernel looks at the lower half.
  var isNarrow: Bool {
    switch self {
    case .integer, .userID, .milliseconds, .openFlags, .atFlags, .accessMode, .whence, .signal,
      .signalHow, .clock, .socketDomain, .socketType, .socketProtocol, .socketLevel,
      .socketOption, .messageFlags, .shutdownHow, .epollOperation, .epollFlags, .waitOptions,
      .resource, .randomFlags, .pipeFlags, .eventFlags, .advice, .fileAdvice, .futexOperation,
      .fcntlCommand, .descriptorFlags:
      true
    default: false
    }
  }
}
