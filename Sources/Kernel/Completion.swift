// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What the kernel answers to a trap.
public enum Completion: Sendable {
  /// The call returns this in RAX: a value, or minus an errno. `isMissing`: the dispatcher has no
  /// such call.
  case result(Int64, isMissing: Bool)
  /// Only the outside could decide the call and has not: the machine must adopt what it knows.
  case undecided
  /// The fault is resolved, the instruction runs again.
  case resolved
  /// There was nothing to resolve: the page table allowed the access already, on a CPU of this
  /// kernel's it would not have faulted. The instruction runs again.
  case spurious
  /// The program ends here and the guest does not go on.
  case ended(ExitStatus)
}

/// How a program ended.
public enum ExitStatus: Equatable, Sendable {
  /// By exit(2), with the low eight bits of its argument.
  case exited(UInt8)
  /// By a signal that it did not survive.
  case killed(Signal)
}

extension Completion {
  /// What a trace tells of the trap that was answered so.
  public func outcome(of trap: Trap) -> TrapOutcome {
    guard case .systemCall = trap else {
      if case .ended(.killed(let signal)) = self {
        return TrapOutcome(result: -Int64(signal.rawValue), returns: false)
      }
      var outcome = TrapOutcome(result: 0)
      if case .spurious = self { outcome.isSpurious = true }
      return outcome
    }
    if case .result(let result, let isMissing) = self {
      return TrapOutcome(result: result, isMissing: isMissing)
    }
    return TrapOutcome(result: 0, returns: false)
  }
}
