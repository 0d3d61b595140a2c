// SPDX-License-Identifier: BSD-3-Clause

/// Signals: handlers, masks, sending, waiting.
extension SystemCallRow {
  static func signals(_ number: Int) -> SystemCallRow? {
    switch number {
    case 13:
      modelled(
        "rt_sigaction", "signum act oldact sigsetsize", .zeroOrError, .signal,
        .reads(.signalAction, .fixed(32)), .writes(.signalAction, .fixed(32)), .length)
    case 14:
      modelled(
        "rt_sigprocmask", "how set oldset sigsetsize", .zeroOrError, .code(.signalHow),
        .reads(.signalSet, .argument(3)), .writes(.signalSet, .argument(3)), .length)
    case 15: modelled("rt_sigreturn", "", .none).completing(.neverReturns)
    case 34: external("pause", "", .zeroOrError)
    case 62: modelled("kill", "pid sig", .zeroOrError, .pid, .signal)
    case 127:
      external(
        "rt_sigpending", "set sigsetsize", .zeroOrError, .writes(.signalSet, .argument(1)), .length)
    case 128:
      external(
        "rt_sigtimedwait", "set info timeout sigsetsize", .integer,
        .reads(.signalSet, .argument(3)), .gives(.fixed(128), as: .signalInformation),
        .reads(.timespec, .fixed(16)), .length)
    case 129:
      modelled(
        "rt_sigqueueinfo", "tgid sig info", .zeroOrError, .pid, .signal,
        .reads(.signalInformation, .fixed(128)))
    case 130:
      external(
        "rt_sigsuspend", "mask sigsetsize", .zeroOrError, .reads(.signalSet, .argument(1)), .length)
    case 131:
      modelled(
        "sigaltstack", "ss old_ss", .zeroOrError, .reads(.signalStack, .fixed(24)),
        .writes(.signalStack, .fixed(24)))
    case 200: modelled("tkill", "tid sig", .zeroOrError, .pid, .signal)
    case 219: external("restart_syscall", "", .integer)
    case 234: modelled("tgkill", "tgid tid sig", .zeroOrError, .pid, .pid, .signal)
    case 282:
      modelled(
        "signalfd", "fd mask sizemask", .descriptor, .fd, .reads(.signalSet, .argument(2)), .length)
    case 289:
      modelled(
        "signalfd4", "fd mask sizemask flags", .descriptor, .fd,
        .reads(.signalSet, .argument(2)), .length, .openFlags)
    case 297:
      modelled(
        "rt_tgsigqueueinfo", "tgid tid sig info", .zeroOrError, .pid, .pid, .signal,
        .reads(.signalInformation, .fixed(128)))
    case 424:
      external(
        "pidfd_send_signal", "pidfd sig info flags", .zeroOrError, .fd, .signal,
        .reads(.signalInformation, .fixed(128)), .hex)
    default: nil
    }
  }
}
