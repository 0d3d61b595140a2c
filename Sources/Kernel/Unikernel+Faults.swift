// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension Unikernel {
  /// Resolves a page fault and tells the machine what changed; where it cannot be resolved, says
  /// what the signal would be and lets the program live. For a guest that wants to know.
  public mutating func attempt(
    _ fault: PageFault, on machine: inout some Machine & ~Copyable
  ) -> FaultOutcome {
    let outcome = resolve(fault, on: &machine)
    for change in addressSpace.takeTranslationChanges() { machine.apply(change) }
    reportVMAChanges(to: &machine)
    return outcome
  }

  private mutating func resolve(
    _ fault: PageFault, on machine: inout some Machine & ~Copyable
  ) -> FaultOutcome {
    let files = files
    let outcome = addressSpace.resolve(fault) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    files.fillError = nil
    return outcome
  }

  /// Resolves a page fault, or ends the program with its signal.
  mutating func answer(
    _ fault: PageFault, on machine: inout some Machine & ~Copyable
  ) -> Completion {
    let isSpurious = addressSpace.permits(fault)
    switch resolve(fault, on: &machine) {
    case .resolved: return isSpurious ? .spurious : .resolved
    case .undecided: return .undecided
    case .signal(let signal, _): return end(by: signal)
    }
  }

  /// Ends the program with the signal of an exception. Source: Linux, `arch/x86/kernel/traps.c`.
  mutating func answer(_ exception: HardwareException) -> Completion {
    switch exception.vector {
    case 0, 16, 19: end(by: .floatingPoint)
    case 1, 3: end(by: .trap)
    case 6: end(by: .illegalInstruction)
    case 11, 12, 17: end(by: .busError)
    default: end(by: .segmentationViolation)
    }
  }

  /// The end by a signal that the guest's own instruction raised: it cannot be ignored or put off.
  private mutating func end(by signal: Signal) -> Completion {
    if process.signals.disposition(of: signal) == .handled {
      endReason = Self.noDelivery
    }
    return .ended(.killed(signal))
  }

  /// What `endReason` says where a handler should have run.
  static var noDelivery: StaticString {
    "the program has a handler for the signal, and signals are not delivered to handlers yet"
  }
}
