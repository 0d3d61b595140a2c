// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What the program wants done with signals. Linux: `struct sighand_struct` and its neighbours.
///
/// The state is kept truthfully, but handlers are not run yet: a signal that would run one ends the
/// program instead, and `Unikernel.endReason` says so.
struct SignalState {
  /// Linux: `struct kernel_sigaction`, 32 bytes in this order.
  struct Action {
    /// SIG_DFL 0, SIG_IGN 1, or the address of a handler.
    var handler: UInt64 = 0
    var flags: UInt64 = 0
    var restorer: UInt64 = 0
    var mask: UInt64 = 0
  }

  /// What happens when a signal comes.
  enum Disposition {
    case ignored
    case ending
    /// A handler would run.
    case handled
  }

  /// The actions of signals 1 to 64.
  var actions = [Action](repeating: Action(), count: 64)
  /// The blocked signals; bit 0 is signal 1.
  var mask: UInt64 = 0
  /// Signals that came while they were blocked.
  var pending: UInt64 = 0
  /// sigaltstack(2).
  var alternateStack = VirtualAddress(0)
  var alternateStackByteCount: UInt64 = 0
  var alternateStackFlags: UInt32 = 2  // SS_DISABLE

  /// Signals that cannot be blocked, ignored or handled: SIGKILL and SIGSTOP.
  static var untouchable: UInt64 { 1 << 8 | 1 << 18 }

  /// The bit of a signal, 1 to 64.
  static func bit(_ signal: Signal) -> UInt64 { 1 << (UInt64(signal.rawValue) - 1) }

  /// What the action of a signal says. Source: signal(7).
  func disposition(of signal: Signal) -> Disposition {
    let isIgnoredByDefault =
      switch signal.rawValue {
      case 17, 18, 23, 28: true  // SIGCHLD, SIGCONT, SIGURG, SIGWINCH
      case 19, 20, 21, 22: true  // stopping the only program would stop the run
      default: false
      }
    switch actions[Int(signal.rawValue) - 1].handler {
    case 0: return isIgnoredByDefault ? .ignored : .ending
    case 1: return .ignored
    default: return .handled
    }
  }

  /// What an execve(2) does: handlers, their stack, flags and masks of all actions are gone; what
  /// is ignored stays so. Linux: `flush_signal_handlers()`.
  mutating func forgetHandlers() {
    for index in actions.indices {
      actions[index] = Action(handler: actions[index].handler == 1 ? 1 : 0)
    }
    alternateStack = VirtualAddress(0)
    alternateStackByteCount = 0
    alternateStackFlags = 2
  }
}
