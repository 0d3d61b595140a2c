// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What the kernel keeps of the program beside its memory and files. Linux: `struct task_struct`.
struct ProcessState {
  /// A resource limit, in the resource's unit. Linux: `struct rlimit64`.
  struct Limit {
    var current: UInt64
    var maximum: UInt64
  }

  /// getpid(2), and gettid(2) of the first task: the same in every run.
  static var id: Int64 { 1000 }
  /// getppid(2).
  static var parentID: Int64 { 999 }
  /// RLIM_INFINITY.
  static var unlimited: UInt64 { .max }

  /// The working directory.
  var workingDirectory: FilePath
  /// The file mode creation mask.
  var creationMask: UInt32 = 0o022
  /// The name of the task, at most 15 bytes. Linux: `comm`.
  var name: [UInt8]
  /// RLIMIT_* by number.
  var limits: [Limit]
  /// The descriptors.
  var descriptors = DescriptorTable()
  /// Signal actions, masks and the alternate stack.
  var signals = SignalState()
  /// FS base, as the last ARCH_SET_FS left it.
  var fsBase = VirtualAddress(0)
  /// GS base.
  var gsBase = VirtualAddress(0)
  /// The head of the robust futex list.
  var robustList = VirtualAddress(0)
  /// What set_tid_address(2) was given.
  var clearChildTID = VirtualAddress(0)
  /// PR_SET_DUMPABLE.
  var isDumpable = true
  /// PR_SET_NO_NEW_PRIVS.
  var hasNoNewPrivileges = false
  /// PR_SET_PDEATHSIG.
  var parentDeathSignal: UInt32 = 0
  /// PR_SET_TIMERSLACK, in nanoseconds.
  var timerSlack: UInt64 = 50_000
  /// The outside gave other ids to the program than the kernel does: what it names by an id may be
  /// somebody.
  var hasOutsideIDs = false
  /// Tasks that live; a trace can bring more than the one that the kernel starts.
  var taskCount = 1

  init(workingDirectory: FilePath, name: [UInt8], stackByteCount: UInt64) {
    self.workingDirectory = workingDirectory
    self.name = Array(name.prefix(15))
    let unlimited = Limit(current: Self.unlimited, maximum: Self.unlimited)
    limits = Array(repeating: unlimited, count: 16)
    limits[3].current = stackByteCount  // RLIMIT_STACK
    limits[4].current = 0  // RLIMIT_CORE
    limits[6] = Limit(current: 1, maximum: 1)  // RLIMIT_NPROC
    limits[7] = Limit(current: 1024, maximum: 1024)  // RLIMIT_NOFILE
    limits[8] = Limit(current: 8 << 20, maximum: 8 << 20)  // RLIMIT_MEMLOCK
    limits[11] = Limit(current: 0, maximum: 0)  // RLIMIT_SIGPENDING
    limits[12] = Limit(current: 819_200, maximum: 819_200)  // RLIMIT_MSGQUEUE
    limits[13] = Limit(current: 0, maximum: 0)  // RLIMIT_NICE
    limits[14] = Limit(current: 0, maximum: 0)  // RLIMIT_RTPRIO
  }

  /// RLIMIT_NOFILE: one past the highest descriptor.
  var descriptorLimit: Int { Int(min(limits[7].current, 1024)) }
}
