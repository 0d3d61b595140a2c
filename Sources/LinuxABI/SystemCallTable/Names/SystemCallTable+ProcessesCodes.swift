// SPDX-License-Identifier: BSD-3-Clause

/// Names of codes: processes, signals and clocks.
extension SystemCallTable {
  static func processCode(_ kind: ArgumentKind, _ value: UInt64) -> StaticString? {
    switch kind {
    case .prctlCode: prctlCode(value)
    case .archPrctlCode: archPrctlCode(value)
    case .signalHow: signalHow(value)
    case .clock: clock(value)
    case .intervalTimer: intervalTimer(value)
    case .waitIDType: waitIDType(value)
    case .schedulingPolicy: schedulingPolicy(value)
    case .priorityTarget: priorityTarget(value)
    case .resource: resource(value)
    case .resourceUsageTarget: resourceUsageTarget(value)
    default: nil
    }
  }

  private static func prctlCode(_ value: UInt64) -> StaticString? {
    switch value {
    case 1: "PR_SET_PDEATHSIG"
    case 2: "PR_GET_PDEATHSIG"
    case 3: "PR_GET_DUMPABLE"
    case 4: "PR_SET_DUMPABLE"
    case 5: "PR_GET_UNALIGN"
    case 6: "PR_SET_UNALIGN"
    case 7: "PR_GET_KEEPCAPS"
    case 8: "PR_SET_KEEPCAPS"
    case 9: "PR_GET_FPEMU"
    case 10: "PR_SET_FPEMU"
    case 11: "PR_GET_FPEXC"
    case 12: "PR_SET_FPEXC"
    case 13: "PR_GET_TIMING"
    case 14: "PR_SET_TIMING"
    case 15: "PR_SET_NAME"
    case 16: "PR_GET_NAME"
    case 19: "PR_GET_ENDIAN"
    case 20: "PR_SET_ENDIAN"
    case 21: "PR_GET_SECCOMP"
    case 22: "PR_SET_SECCOMP"
    case 23: "PR_CAPBSET_READ"
    case 24: "PR_CAPBSET_DROP"
    case 25: "PR_GET_TSC"
    case 26: "PR_SET_TSC"
    case 27: "PR_GET_SECUREBITS"
    case 28: "PR_SET_SECUREBITS"
    case 29: "PR_SET_TIMERSLACK"
    case 30: "PR_GET_TIMERSLACK"
    case 31: "PR_TASK_PERF_EVENTS_DISABLE"
    case 32: "PR_TASK_PERF_EVENTS_ENABLE"
    case 33: "PR_MCE_KILL"
    case 34: "PR_MCE_KILL_GET"
    case 35: "PR_SET_MM"
    case 0x59616d61: "PR_SET_PTRACER"
    case 36: "PR_SET_CHILD_SUBREAPER"
    case 37: "PR_GET_CHILD_SUBREAPER"
    case 38: "PR_SET_NO_NEW_PRIVS"
    case 39: "PR_GET_NO_NEW_PRIVS"
    case 40: "PR_GET_TID_ADDRESS"
    case 41: "PR_SET_THP_DISABLE"
    case 42: "PR_GET_THP_DISABLE"
    case 45: "PR_SET_FP_MODE"
    case 46: "PR_GET_FP_MODE"
    case 47: "PR_CAP_AMBIENT"
    case 52: "PR_GET_SPECULATION_CTRL"
    case 53: "PR_SET_SPECULATION_CTRL"
    case 57: "PR_SET_IO_FLUSHER"
    case 58: "PR_GET_IO_FLUSHER"
    case 59: "PR_SET_SYSCALL_USER_DISPATCH"
    case 62: "PR_SCHED_CORE"
    case 65: "PR_SET_MDWE"
    case 66: "PR_GET_MDWE"
    case 67: "PR_SET_MEMORY_MERGE"
    case 68: "PR_GET_MEMORY_MERGE"
    case 74: "PR_GET_SHADOW_STACK_STATUS"
    case 75: "PR_SET_SHADOW_STACK_STATUS"
    case 76: "PR_LOCK_SHADOW_STACK_STATUS"
    case 77: "PR_TIMER_CREATE_RESTORE_IDS"
    case 78: "PR_FUTEX_HASH"
    case 0x41555856: "PR_GET_AUXV"
    case 0x53564d41: "PR_SET_VMA"
    default: nil
    }
  }

  private static func archPrctlCode(_ value: UInt64) -> StaticString? {
    switch value {
    case 0x1001: "ARCH_SET_GS"
    case 0x1002: "ARCH_SET_FS"
    case 0x1003: "ARCH_GET_FS"
    case 0x1004: "ARCH_GET_GS"
    case 0x1011: "ARCH_GET_CPUID"
    case 0x1012: "ARCH_SET_CPUID"
    case 0x1021: "ARCH_GET_XCOMP_SUPP"
    case 0x1022: "ARCH_GET_XCOMP_PERM"
    case 0x1023: "ARCH_REQ_XCOMP_PERM"
    case 0x1024: "ARCH_GET_XCOMP_GUEST_PERM"
    case 0x1025: "ARCH_REQ_XCOMP_GUEST_PERM"
    case 0x2001: "ARCH_MAP_VDSO_X32"
    case 0x2002: "ARCH_MAP_VDSO_32"
    case 0x2003: "ARCH_MAP_VDSO_64"
    case 0x4001: "ARCH_GET_UNTAG_MASK"
    case 0x4002: "ARCH_ENABLE_TAGGED_ADDR"
    case 0x4003: "ARCH_GET_MAX_TAG_BITS"
    case 0x4004: "ARCH_FORCE_TAGGED_SVA"
    case 0x5001: "ARCH_SHSTK_ENABLE"
    case 0x5002: "ARCH_SHSTK_DISABLE"
    case 0x5003: "ARCH_SHSTK_LOCK"
    case 0x5004: "ARCH_SHSTK_UNLOCK"
    case 0x5005: "ARCH_SHSTK_STATUS"
    default: nil
    }
  }

  private static func signalHow(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "SIG_BLOCK"
    case 1: "SIG_UNBLOCK"
    case 2: "SIG_SETMASK"
    default: nil
    }
  }

  private static func clock(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "CLOCK_REALTIME"
    case 1: "CLOCK_MONOTONIC"
    case 2: "CLOCK_PROCESS_CPUTIME_ID"
    case 3: "CLOCK_THREAD_CPUTIME_ID"
    case 4: "CLOCK_MONOTONIC_RAW"
    case 5: "CLOCK_REALTIME_COARSE"
    case 6: "CLOCK_MONOTONIC_COARSE"
    case 7: "CLOCK_BOOTTIME"
    case 8: "CLOCK_REALTIME_ALARM"
    case 9: "CLOCK_BOOTTIME_ALARM"
    case 11: "CLOCK_TAI"
    default: nil
    }
  }

  private static func intervalTimer(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "ITIMER_REAL"
    case 1: "ITIMER_VIRTUAL"
    case 2: "ITIMER_PROF"
    default: nil
    }
  }

  private static func waitIDType(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "P_ALL"
    case 1: "P_PID"
    case 2: "P_PGID"
    case 3: "P_PIDFD"
    default: nil
    }
  }

  private static func schedulingPolicy(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "SCHED_OTHER"
    case 1: "SCHED_FIFO"
    case 2: "SCHED_RR"
    case 3: "SCHED_BATCH"
    case 5: "SCHED_IDLE"
    case 6: "SCHED_DEADLINE"
    case 7: "SCHED_EXT"
    default: nil
    }
  }

  private static func priorityTarget(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "PRIO_PROCESS"
    case 1: "PRIO_PGRP"
    case 2: "PRIO_USER"
    default: nil
    }
  }

  private static func resource(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "RLIMIT_CPU"
    case 1: "RLIMIT_FSIZE"
    case 2: "RLIMIT_DATA"
    case 3: "RLIMIT_STACK"
    case 4: "RLIMIT_CORE"
    case 5: "RLIMIT_RSS"
    case 6: "RLIMIT_NPROC"
    case 7: "RLIMIT_NOFILE"
    case 8: "RLIMIT_MEMLOCK"
    case 9: "RLIMIT_AS"
    case 10: "RLIMIT_LOCKS"
    case 11: "RLIMIT_SIGPENDING"
    case 12: "RLIMIT_MSGQUEUE"
    case 13: "RLIMIT_NICE"
    case 14: "RLIMIT_RTPRIO"
    case 15: "RLIMIT_RTTIME"
    default: nil
    }
  }

  private static func resourceUsageTarget(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "RUSAGE_SELF"
    case 0xffff_ffff: "RUSAGE_CHILDREN"
    case 1: "RUSAGE_THREAD"
    default: nil
    }
  }
}
