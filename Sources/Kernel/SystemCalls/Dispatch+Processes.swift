// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// The calls about the process, its signals and the system.
  static func processHandler<M: Machine & ~Copyable>(
    _ number: SystemCallNumber
  ) -> SystemCallHandler<M>? {
    switch number {
    case .exit, .exit_group: { (k, r, m) throws(Errno) in k.exit(r) }
    case .arch_prctl: { (k, r, m) throws(Errno) in try k.archPrctl(r, on: &m) }
    case .prctl: { (k, r, m) throws(Errno) in try k.prctl(r, on: &m) }
    case .uname: { (k, r, m) throws(Errno) in try k.uname(r, on: &m) }
    case .sysinfo: { (k, r, m) throws(Errno) in try k.sysinfo(r, on: &m) }
    case .getrandom: { (k, r, m) throws(Errno) in try k.getrandom(r, on: &m) }
    case .getpid, .getpgrp: { (k, r, m) throws(Errno) in ProcessState.id }
    case .getppid: { (k, r, m) throws(Errno) in ProcessState.parentID }
    case .gettid: { (k, r, m) throws(Errno) in k.taskID(r) }
    case .getpgid, .getsid: { (k, r, m) throws(Errno) in try k.getpgid(r) }
    case .getuid, .geteuid, .getgid, .getegid: { (k, r, m) throws(Errno) in 0 }
    case .getgroups: { (k, r, m) throws(Errno) in try k.getgroups(r) }
    case .getrlimit: { (k, r, m) throws(Errno) in try k.getrlimit(r, on: &m) }
    case .setrlimit: { (k, r, m) throws(Errno) in try k.setrlimit(r, on: &m) }
    case .prlimit64: { (k, r, m) throws(Errno) in try k.prlimit64(r, on: &m) }
    case .set_tid_address: { (k, r, m) throws(Errno) in k.setTIDAddress(r) }
    case .set_robust_list: { (k, r, m) throws(Errno) in try k.setRobustList(r) }
    case .sched_yield: { (k, r, m) throws(Errno) in 0 }
    case .sched_getaffinity: { (k, r, m) throws(Errno) in try k.schedGetaffinity(r, on: &m) }
    case .futex: { (k, r, m) throws(Errno) in try k.futex(r, on: &m) }
    case .rt_sigaction: { (k, r, m) throws(Errno) in try k.rtSigaction(r, on: &m) }
    case .rt_sigprocmask: { (k, r, m) throws(Errno) in try k.rtSigprocmask(r, on: &m) }
    case .rt_sigpending: { (k, r, m) throws(Errno) in try k.rtSigpending(r, on: &m) }
    case .sigaltstack: { (k, r, m) throws(Errno) in try k.sigaltstack(r, on: &m) }
    case .kill: { (k, r, m) throws(Errno) in try k.kill(r) }
    case .tkill: { (k, r, m) throws(Errno) in try k.tkill(r) }
    case .tgkill: { (k, r, m) throws(Errno) in try k.tgkill(r) }
    default: nil
    }
  }
}
