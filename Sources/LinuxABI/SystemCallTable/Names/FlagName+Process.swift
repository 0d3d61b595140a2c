// SPDX-License-Identifier: BSD-3-Clause

/// Names of bits: process.
extension FlagName {
  static func process(_ index: Int, of kind: ArgumentKind) -> FlagName? {
    switch kind {
    case .cloneFlags: cloneFlags(index)
    case .waitOptions: waitOptions(index)
    case .randomFlags: randomFlags(index)
    case .timerFlags: timerFlags(index)
    case .futexOperation: futexOperation(index)
    default: nil
    }
  }

  private static func cloneFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("CLONE_VM", 0x100)
    case 1: FlagName("CLONE_FS", 0x200)
    case 2: FlagName("CLONE_FILES", 0x400)
    case 3: FlagName("CLONE_SIGHAND", 0x800)
    case 4: FlagName("CLONE_PIDFD", 0x1000)
    case 5: FlagName("CLONE_PTRACE", 0x2000)
    case 6: FlagName("CLONE_VFORK", 0x4000)
    case 7: FlagName("CLONE_PARENT", 0x8000)
    case 8: FlagName("CLONE_THREAD", 0x10000)
    case 9: FlagName("CLONE_NEWNS", 0x20000)
    case 10: FlagName("CLONE_SYSVSEM", 0x40000)
    case 11: FlagName("CLONE_SETTLS", 0x80000)
    case 12: FlagName("CLONE_PARENT_SETTID", 0x100000)
    case 13: FlagName("CLONE_CHILD_CLEARTID", 0x200000)
    case 14: FlagName("CLONE_DETACHED", 0x400000)
    case 15: FlagName("CLONE_UNTRACED", 0x800000)
    case 16: FlagName("CLONE_CHILD_SETTID", 0x1000000)
    case 17: FlagName("CLONE_NEWCGROUP", 0x2000000)
    case 18: FlagName("CLONE_NEWUTS", 0x4000000)
    case 19: FlagName("CLONE_NEWIPC", 0x8000000)
    case 20: FlagName("CLONE_NEWUSER", 0x10000000)
    case 21: FlagName("CLONE_NEWPID", 0x20000000)
    case 22: FlagName("CLONE_NEWNET", 0x40000000)
    case 23: FlagName("CLONE_IO", 0x80000000)
    case 24: FlagName("CLONE_CLEAR_SIGHAND", 0x100000000)
    case 25: FlagName("CLONE_INTO_CGROUP", 0x200000000)
    default: nil
    }
  }

  private static func waitOptions(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("WNOHANG", 0x1)
    case 1: FlagName("WUNTRACED", 0x2)
    case 2: FlagName("WEXITED", 0x4)
    case 3: FlagName("WCONTINUED", 0x8)
    case 4: FlagName("WNOWAIT", 0x1000000)
    case 5: FlagName("__WNOTHREAD", 0x20000000)
    case 6: FlagName("__WALL", 0x40000000)
    case 7: FlagName("__WCLONE", 0x80000000)
    default: nil
    }
  }

  private static func randomFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("GRND_NONBLOCK", 0x1)
    case 1: FlagName("GRND_RANDOM", 0x2)
    case 2: FlagName("GRND_INSECURE", 0x4)
    default: nil
    }
  }

  private static func timerFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("TIMER_ABSTIME", 0x1)
    case 1: FlagName("TFD_TIMER_CANCEL_ON_SET", 0x2)
    default: nil
    }
  }

  private static func futexOperation(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("FUTEX_WAIT", 0x0, mask: 0x7f)
    case 1: FlagName("FUTEX_WAKE", 0x1, mask: 0x7f)
    case 2: FlagName("FUTEX_FD", 0x2, mask: 0x7f)
    case 3: FlagName("FUTEX_REQUEUE", 0x3, mask: 0x7f)
    case 4: FlagName("FUTEX_CMP_REQUEUE", 0x4, mask: 0x7f)
    case 5: FlagName("FUTEX_WAKE_OP", 0x5, mask: 0x7f)
    case 6: FlagName("FUTEX_LOCK_PI", 0x6, mask: 0x7f)
    case 7: FlagName("FUTEX_UNLOCK_PI", 0x7, mask: 0x7f)
    case 8: FlagName("FUTEX_TRYLOCK_PI", 0x8, mask: 0x7f)
    case 9: FlagName("FUTEX_WAIT_BITSET", 0x9, mask: 0x7f)
    case 10: FlagName("FUTEX_WAKE_BITSET", 0xa, mask: 0x7f)
    case 11: FlagName("FUTEX_WAIT_REQUEUE_PI", 0xb, mask: 0x7f)
    case 12: FlagName("FUTEX_CMP_REQUEUE_PI", 0xc, mask: 0x7f)
    case 13: FlagName("FUTEX_LOCK_PI2", 0xd, mask: 0x7f)
    case 14: FlagName("FUTEX_PRIVATE_FLAG", 0x80)
    case 15: FlagName("FUTEX_CLOCK_REALTIME", 0x100)
    default: nil
    }
  }
}
