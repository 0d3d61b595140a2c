// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

/// The types that the kernel uses and the names of the table say the same; the names are checked
/// against the headers.
struct FlagTypeTests {
  @Test func `advice, clocks, resources and commands have the names of the table`() {
    let advice: [(MemoryAdvice, String)] = [
      (.normal, "MADV_NORMAL"), (.random, "MADV_RANDOM"), (.sequential, "MADV_SEQUENTIAL"),
      (.willNeed, "MADV_WILLNEED"), (.dontNeed, "MADV_DONTNEED"), (.free, "MADV_FREE"),
      (.remove, "MADV_REMOVE"), (.dontFork, "MADV_DONTFORK"), (.doFork, "MADV_DOFORK"),
      (.mergeable, "MADV_MERGEABLE"), (.unmergeable, "MADV_UNMERGEABLE"),
      (.hugePage, "MADV_HUGEPAGE"), (.noHugePage, "MADV_NOHUGEPAGE"),
      (.dontDump, "MADV_DONTDUMP"), (.doDump, "MADV_DODUMP"), (.wipeOnFork, "MADV_WIPEONFORK"),
      (.keepOnFork, "MADV_KEEPONFORK"), (.cold, "MADV_COLD"), (.pageOut, "MADV_PAGEOUT"),
      (.populateRead, "MADV_POPULATE_READ"), (.populateWrite, "MADV_POPULATE_WRITE"),
      (.dontNeedLocked, "MADV_DONTNEED_LOCKED"), (.collapse, "MADV_COLLAPSE"),
      (.hardwarePoison, "MADV_HWPOISON"), (.softOffline, "MADV_SOFT_OFFLINE"),
      (.guardInstall, "MADV_GUARD_INSTALL"), (.guardRemove, "MADV_GUARD_REMOVE"),
    ]
    for (value, name) in advice { expect(.advice, UInt64(value.rawValue), name) }
    let clocks: [(ClockID, String)] = [
      (.realtime, "CLOCK_REALTIME"), (.monotonic, "CLOCK_MONOTONIC"),
      (.processTime, "CLOCK_PROCESS_CPUTIME_ID"), (.threadTime, "CLOCK_THREAD_CPUTIME_ID"),
      (.monotonicRaw, "CLOCK_MONOTONIC_RAW"), (.realtimeCoarse, "CLOCK_REALTIME_COARSE"),
      (.monotonicCoarse, "CLOCK_MONOTONIC_COARSE"), (.bootTime, "CLOCK_BOOTTIME"),
      (.realtimeAlarm, "CLOCK_REALTIME_ALARM"), (.bootTimeAlarm, "CLOCK_BOOTTIME_ALARM"),
      (.atomicTime, "CLOCK_TAI"),
    ]
    for (value, name) in clocks { expect(.clock, UInt64(value.rawValue), name) }
    let resources: [(Resource, String)] = [
      (.processorTime, "RLIMIT_CPU"), (.fileByteCount, "RLIMIT_FSIZE"), (.data, "RLIMIT_DATA"),
      (.stack, "RLIMIT_STACK"), (.core, "RLIMIT_CORE"), (.residentSet, "RLIMIT_RSS"),
      (.processCount, "RLIMIT_NPROC"), (.fileCount, "RLIMIT_NOFILE"),
      (.lockedMemory, "RLIMIT_MEMLOCK"), (.addressSpace, "RLIMIT_AS"), (.lockCount, "RLIMIT_LOCKS"),
      (.pendingSignals, "RLIMIT_SIGPENDING"), (.messageQueues, "RLIMIT_MSGQUEUE"),
      (.nice, "RLIMIT_NICE"), (.realtimePriority, "RLIMIT_RTPRIO"),
      (.realtimeTime, "RLIMIT_RTTIME"),
    ]
    for (value, name) in resources { expect(.resource, UInt64(value.rawValue), name) }
    let origins: [(SeekOrigin, String)] = [
      (.start, "SEEK_SET"), (.current, "SEEK_CUR"), (.end, "SEEK_END"), (.data, "SEEK_DATA"),
      (.hole, "SEEK_HOLE"),
    ]
    for (value, name) in origins { expect(.whence, UInt64(value.rawValue), name) }
  }

  @Test func `fcntl and arch_prctl commands have the names of the table`() {
    let commands: [(FcntlCommand, String)] = [
      (.duplicate, "F_DUPFD"), (.getDescriptorFlags, "F_GETFD"), (.setDescriptorFlags, "F_SETFD"),
      (.getFlags, "F_GETFL"), (.setFlags, "F_SETFL"), (.getLock, "F_GETLK"), (.setLock, "F_SETLK"),
      (.setLockWaiting, "F_SETLKW"), (.setOwner, "F_SETOWN"), (.getOwner, "F_GETOWN"),
      (.duplicateCloseOnExec, "F_DUPFD_CLOEXEC"), (.setPipeByteCount, "F_SETPIPE_SZ"),
      (.getPipeByteCount, "F_GETPIPE_SZ"), (.addSeals, "F_ADD_SEALS"), (.getSeals, "F_GET_SEALS"),
    ]
    for (value, name) in commands { expect(.fcntlCommand, UInt64(value.rawValue), name) }
    let codes: [(ArchPrctlCode, String)] = [
      (.setGS, "ARCH_SET_GS"), (.setFS, "ARCH_SET_FS"), (.getFS, "ARCH_GET_FS"),
      (.getGS, "ARCH_GET_GS"), (.getCPUID, "ARCH_GET_CPUID"), (.setCPUID, "ARCH_SET_CPUID"),
      (.shadowStackStatus, "ARCH_SHSTK_STATUS"),
    ]
    for (value, name) in codes { expect(.archPrctlCode, UInt64(value.rawValue), name) }
  }

  @Test func `clone flags and futex commands have the names of the table`() {
    let flags: [(CloneFlags, String)] = [
      (.memory, "VM"), (.fileSystem, "FS"), (.files, "FILES"), (.signalHandlers, "SIGHAND"),
      (.processDescriptor, "PIDFD"), (.ptrace, "PTRACE"), (.vfork, "VFORK"), (.parent, "PARENT"),
      (.thread, "THREAD"), (.newMountNamespace, "NEWNS"), (.semaphores, "SYSVSEM"),
      (.setThreadStorage, "SETTLS"), (.setParentThreadID, "PARENT_SETTID"),
      (.clearChildThreadID, "CHILD_CLEARTID"), (.detached, "DETACHED"), (.untraced, "UNTRACED"),
      (.setChildThreadID, "CHILD_SETTID"), (.newControlGroupNamespace, "NEWCGROUP"),
      (.newNameNamespace, "NEWUTS"), (.newIPCNamespace, "NEWIPC"), (.newUserNamespace, "NEWUSER"),
      (.newProcessNamespace, "NEWPID"), (.newNetworkNamespace, "NEWNET"), (.io, "IO"),
      (.clearSignalHandlers, "CLEAR_SIGHAND"), (.intoControlGroup, "INTO_CGROUP"),
    ]
    for (flag, name) in flags {
      #expect(appended(flag.rawValue, as: .cloneFlags) == "CLONE_" + name)
    }
    let commands: [(FutexCommand, String)] = [
      (.wait, "WAIT"), (.wake, "WAKE"), (.descriptor, "FD"), (.requeue, "REQUEUE"),
      (.compareRequeue, "CMP_REQUEUE"), (.wakeOperation, "WAKE_OP"), (.lockPI, "LOCK_PI"),
      (.unlockPI, "UNLOCK_PI"), (.tryLockPI, "TRYLOCK_PI"), (.waitBitSet, "WAIT_BITSET"),
      (.wakeBitSet, "WAKE_BITSET"), (.waitRequeuePI, "WAIT_REQUEUE_PI"),
      (.compareRequeuePI, "CMP_REQUEUE_PI"), (.lockPI2, "LOCK_PI2"),
    ]
    for (command, name) in commands {
      #expect(appended(UInt64(command.rawValue), as: .futexOperation) == "FUTEX_" + name)
      #expect(
        FutexCommand(operation: UInt64(command.rawValue) | FutexCommand.privateFlag) == command)
    }
  }

  @Test func `values are spelled by their names`() {
    #expect(appended(0, as: .protection) == "PROT_NONE")
    #expect(appended(5, as: .protection) == "PROT_READ|PROT_EXEC")
    #expect(appended(0x22, as: .mapFlags) == "MAP_PRIVATE|MAP_ANONYMOUS")
    #expect(appended(3, as: .mapFlags) == "MAP_SHARED_VALIDATE")
    #expect(appended(0x8000_0012, as: .mapFlags) == "MAP_PRIVATE|MAP_FIXED|0x80000000")
    #expect(appended(0o2000000, as: .openFlags) == "O_RDONLY|O_CLOEXEC")
    #expect(appended(0o4010001, as: .openFlags) == "O_WRONLY|O_SYNC")
    #expect(appended(0o20200002, as: .openFlags) == "O_RDWR|O_TMPFILE")
    #expect(appended(3, as: .openFlags) == "0x3")
    #expect(appended(0, as: .atFlags) == "0")
    #expect(appended(0, as: .accessMode) == "F_OK")
    #expect(appended(0x80, as: .futexOperation) == "FUTEX_WAIT|FUTEX_PRIVATE_FLAG")
    #expect(appended(0x80001, as: .socketType) == "SOCK_STREAM|SOCK_CLOEXEC")
    #expect(
      appended(0x120_0011, as: .cloneFlags) == "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD")
    #expect(appended(.max, as: .protection)?.hasSuffix("|0xfffffffffcfffff0") == true)
    #expect(appended(UInt64(bitPattern: -100), as: .directoryDescriptor) == "AT_FDCWD")
    #expect(appended(0xffff_ff9c, as: .directoryDescriptor) == "AT_FDCWD")
    #expect(appended(3, as: .directoryDescriptor) == nil)
    #expect(appended(11, as: .signal) == "SIGSEGV")
    #expect(appended(999, as: .fcntlCommand) == nil)
    #expect(appended(7, as: .length) == nil)
  }

  private func expect(_ kind: ArgumentKind, _ value: UInt64, _ name: String) {
    #expect(SystemCallTable.codeName(kind, value)?.text == name)
  }

  private func appended(_ value: UInt64, as kind: ArgumentKind) -> String? {
    var bytes: [UInt8] = []
    guard SystemCallTable.append(value, as: kind, to: &bytes) else {
      #expect(bytes.isEmpty)
      return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
