// SPDX-License-Identifier: BSD-3-Clause

/// Processes and threads: beginning and ending, waiting, scheduling, the thread's own areas.
extension SystemCallRow {
  static func processes(_ number: Int) -> SystemCallRow? {
    switch number {
    case 24: modelled("sched_yield", "", .zeroOrError)
    case 39: external("getpid", "", .processID)
    case 56:
      modelled(
        "clone", "flags stack parent_tid child_tid tls", .processID, .code(.cloneFlags), .address,
        .writes(.processIDPointer, .fixed(4)), .writes(.processIDPointer, .fixed(4)), .hex)
    case 57: modelled("fork", "", .processID)
    case 58: modelled("vfork", "", .processID)
    case 59:
      modelled(
        "execve", "pathname argv envp", .zeroOrError, .path, .stringVector, .stringVector
      ).changingVMAs.completing(.returnsOnFailure)
    case 60: modelled("exit", "status", .none, .integer).completing(.neverReturns)
    case 61:
      external(
        "wait4", "pid wstatus options rusage", .processID, .pid,
        .writes(.waitStatus, .fixed(4)), .code(.waitOptions),
        .gives(.fixed(144), as: .resourceUsage))
    case 157:
      modelled(
        "prctl", "option arg2 arg3 arg4 arg5", .integer, .code(.prctlCode), .hex, .hex, .hex, .hex
      ).changingVMAs
    case 158:
      modelled("arch_prctl", "code addr", .zeroOrError, .code(.archPrctlCode), .address)
        .changingVMAs
    case 186: external("gettid", "", .processID)
    case 202:
      modelled(
        "futex", "uaddr futex_op val timeout uaddr2 val3", .integer,
        .reads(.futexWord, .fixed(4)), .code(.futexOperation), .integer, .hex, .address, .hex)
    case 218:
      modelled("set_tid_address", "tidptr", .processID, .address)
    case 231: modelled("exit_group", "status", .none, .integer).completing(.neverReturns)
    case 247:
      external(
        "waitid", "idtype id infop options rusage", .zeroOrError, .code(.waitIDType), .pid,
        .gives(.fixed(128), as: .signalInformation), .code(.waitOptions),
        .gives(.fixed(144), as: .resourceUsage))
    case 273: modelled("set_robust_list", "head len", .zeroOrError, Self.robustHead, .length)
    case 274:
      modelled(
        "get_robust_list", "pid head_ptr len_ptr", .zeroOrError, .pid,
        .writes(.structure, .fixed(8)), .writes(.structure, .fixed(8)))
    case 322:
      modelled(
        "execveat", "dirfd pathname argv envp flags", .zeroOrError, .directory, .path,
        .stringVector, .stringVector, .atFlags
      ).changingVMAs.completing(.returnsOnFailure)
    case 334:
      modelled(
        "rseq", "rseq rseq_len flags sig", .zeroOrError,
        .updates(.restartableSequence, .argument(1)), .length, .hex, .hex)
    case 435:
      modelled(
        "clone3", "cl_args size", .processID, .reads(.cloneArguments, .argument(1)), .length)
    default: threads(number) ?? scheduling(number)
    }
  }

  /// The head of the list is read when the thread ends, not by the call.
  private static var robustHead: SystemCallArgument { .code(.robustList) }

  private static func threads(_ number: Int) -> SystemCallRow? {
    switch number {
    case 101:
      external("ptrace", "request pid addr data", .integer, .integer, .pid, .hex, .hex)
    case 154:
      modelled("modify_ldt", "func ptr bytecount", .integer, .integer, .hex, .length)
    case 205: modelled("set_thread_area", "u_info", .zeroOrError, .updates(.structure, .fixed(16)))
    case 211: modelled("get_thread_area", "u_info", .zeroOrError, .updates(.structure, .fixed(16)))
    case 272: external("unshare", "flags", .zeroOrError, .code(.cloneFlags))
    case 308: external("setns", "fd nstype", .zeroOrError, .fd, .code(.cloneFlags))
    case 312:
      external(
        "kcmp", "pid1 pid2 type idx1 idx2", .integer, .pid, .pid, .integer, .unsigned, .unsigned)
    case 335: modelled("uretprobe", "", .zeroOrError)
    case 336: modelled("uprobe", "", .zeroOrError)
    case 434: external("pidfd_open", "pid flags", .descriptor, .pid, .openFlags)
    case 438: external("pidfd_getfd", "pidfd targetfd flags", .descriptor, .fd, .fd, .hex)
    case 449:
      external(
        "futex_waitv", "waiters nr_futexes flags timeout clockid", .integer,
        .reads(.structure, .elements(1, 24)), .count, .hex, .reads(.timespec, .fixed(16)), .clock)
    case 454:
      modelled("futex_wake", "uaddr mask nr flags", .count, .address, .hex, .integer, .hex)
    case 455:
      external(
        "futex_wait", "uaddr val mask flags timeout clockid", .zeroOrError,
        .reads(.futexWord, .fixed(4)), .unsigned, .hex, .hex, .reads(.timespec, .fixed(16)),
        .clock)
    case 456:
      modelled(
        "futex_requeue", "waiters flags nr_wake nr_requeue", .count,
        .reads(.structure, .fixed(48)), .hex, .integer, .integer)
    default: nil
    }
  }

  private static func scheduling(_ number: Int) -> SystemCallRow? {
    switch number {
    case 140: external("getpriority", "which who", .integer, .code(.priorityTarget), .pid)
    case 141:
      external(
        "setpriority", "which who prio", .zeroOrError, .code(.priorityTarget), .pid, .integer)
    case 142:
      external("sched_setparam", "pid param", .zeroOrError, .pid, .reads(.structure, .fixed(4)))
    case 143:
      external("sched_getparam", "pid param", .zeroOrError, .pid, .writes(.structure, .fixed(4)))
    case 144:
      external(
        "sched_setscheduler", "pid policy param", .zeroOrError, .pid, .code(.schedulingPolicy),
        .reads(.structure, .fixed(4)))
    case 145: external("sched_getscheduler", "pid", .integer, .pid)
    case 146: modelled("sched_get_priority_max", "policy", .integer, .code(.schedulingPolicy))
    case 147: modelled("sched_get_priority_min", "policy", .integer, .code(.schedulingPolicy))
    case 148:
      external(
        "sched_rr_get_interval", "pid tp", .zeroOrError, .pid, .writes(.timespec, .fixed(16)))
    case 203:
      external(
        "sched_setaffinity", "pid cpusetsize mask", .zeroOrError, .pid, .length,
        .reads(.processorSet, .argument(1)))
    case 204:
      external(
        "sched_getaffinity", "pid cpusetsize mask", .byteCount, .pid, .length,
        .writes(.processorSet, .result))
    case 251: external("ioprio_set", "which who ioprio", .zeroOrError, .integer, .pid, .hex)
    case 252: external("ioprio_get", "which who", .integer, .integer, .pid)
    case 309:
      external(
        "getcpu", "cpu node tcache", .zeroOrError, .writes(.integerPointer, .fixed(4)),
        .writes(.integerPointer, .fixed(4)), .address)
    case 314:
      external(
        "sched_setattr", "pid attr flags", .zeroOrError, .pid, .reads(.structure, .selfDescribing),
        .hex)
    case 315:
      external(
        "sched_getattr", "pid attr size flags", .zeroOrError, .pid,
        .writes(.structure, .argument(2)), .length, .hex)
    default: nil
    }
  }
}
