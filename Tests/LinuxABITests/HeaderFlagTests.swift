// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@Suite(.enabled(if: Headers.areAvailable, "needs a C compiler and Linux's headers"))
struct HeaderFlagTests {
  /// Names that the headers of Linux 6.1 with glibc 2.36 lack, and their values in Linux 6.18.
  private let younger: [String: UInt64] = [
    "MADV_GUARD_INSTALL": 102, "MADV_GUARD_REMOVE": 103, "MAP_ABOVE4G": 0x80,
    "MFD_NOEXEC_SEAL": 0x8, "MFD_EXEC": 0x10, "STATX_MNT_ID_UNIQUE": 0x4000,
    "STATX_SUBVOL": 0x8000, "STATX_WRITE_ATOMIC": 0x10000, "STATX_DIO_READ_ALIGN": 0x20000,
    "CLONE_CLEAR_SIGHAND": 0x1_0000_0000, "CLONE_INTO_CGROUP": 0x2_0000_0000,
    "F_DUPFD_QUERY": 1027, "F_CREATED_QUERY": 1028, "F_CANCELLK": 1029, "SCHED_DEADLINE": 6,
    "SCHED_EXT": 7, "PR_SET_MDWE": 65, "PR_GET_MDWE": 66, "PR_SET_MEMORY_MERGE": 67,
    "PR_GET_MEMORY_MERGE": 68, "PR_GET_SHADOW_STACK_STATUS": 74, "PR_SET_SHADOW_STACK_STATUS": 75,
    "PR_LOCK_SHADOW_STACK_STATUS": 76, "PR_TIMER_CREATE_RESTORE_IDS": 77, "PR_FUTEX_HASH": 78,
    "PR_GET_AUXV": 0x4155_5856, "ARCH_GET_UNTAG_MASK": 0x4001, "ARCH_ENABLE_TAGGED_ADDR": 0x4002,
    "ARCH_GET_MAX_TAG_BITS": 0x4003, "ARCH_FORCE_TAGGED_SVA": 0x4004, "ARCH_SHSTK_ENABLE": 0x5001,
    "ARCH_SHSTK_DISABLE": 0x5002, "ARCH_SHSTK_LOCK": 0x5003, "ARCH_SHSTK_UNLOCK": 0x5004,
    "ARCH_SHSTK_STATUS": 0x5005, "SOL_VSOCK": 287, "PROCMAP_QUERY": 0xc068_6611,
    "MEMBARRIER_CMD_GET_REGISTRATIONS": 512,
    // The C library has no such name, or says 0 because its own open(2) sets the bit.
    "O_LARGEFILE": 0x8000, "SOCK_PACKET": 10, "SA_RESTORER": 0x0400_0000,
    "SS_AUTODISARM": 0x8000_0000,
  ]

  /// Names that are enumerators, which the preprocessor does not see.
  private func isEnumerator(_ name: String) -> Bool {
    (name.hasPrefix("MEMBARRIER_") && name != "MEMBARRIER_CMD_GET_REGISTRATIONS")
      || ["P_ALL", "P_PID", "P_PGID", "P_PIDFD"].contains(name)
  }

  private func expectNames(_ own: [String: UInt64], atLeast count: Int) throws {
    let header = try Headers.values(
      of: own.keys.filter(isEnumerator),
      optional: own.keys.filter { !isEnumerator($0) && $0 != "O_LARGEFILE" },
      including: Headers.flags)
    for (name, value) in own {
      let expected = header[name] ?? younger[name]
      #expect(expected == value, "\(name)")
    }
    #expect(own.count >= count)
    #expect(header.count >= count * 3 / 4)
  }

  @Test func `flags have the values of the headers`() throws {
    var own: [String: UInt64] = [:]
    for kind in ArgumentKind.allCases {
      var index = 0
      while let flag = FlagName.at(index, of: kind) {
        #expect(flag.value & ~flag.mask == 0)
        #expect(own[flag.name.text] == nil || own[flag.name.text] == flag.value)
        own[flag.name.text] = flag.value
        index += 1
      }
    }
    try expectNames(own, atLeast: 190)
  }

  @Test func `codes have the values of the headers`() throws {
    var own: [String: UInt64] = [:]
    let kinds = ArgumentKind.allCases.filter { $0 != .signal && $0 != .directoryDescriptor }
    let large: [UInt64] = [
      0x5961_6d61, 0x5356_4d41, 0x4155_5856, 0xffff_ffff, 0xc068_6611, 0x402c_542b, 0x802c_542a,
      0x402c_542c, 0x402c_542d, 0x8004_5430, 0x4004_5431, 0x4004_9409, 0x4020_940d, 0xc018_9436,
      0x8008_6601, 0x4008_6602, 0x801c_581f, 0x401c_5820, 0xc020_660b, 0x8008_1272, 0x8004_5200,
      0xc018_aa3f, 0xc020_aa00, 0x8010_aa01, 0x8010_aa02, 0xc028_aa03, 0xc020_aa04, 0xc018_aa06,
      0xc020_aa07,
    ]
    for kind in kinds {
      let end: UInt64 = kind == .ioctlRequest || kind == .archPrctlCode ? 0x1_0000 : 0x800
      for value in Array(0..<end) + large {
        guard let name = SystemCallTable.codeName(kind, value) else { continue }
        // -1 in C is 32 bits here.
        own[name.text] = value == 0xffff_ffff ? .max : value
      }
    }
    try expectNames(own, atLeast: 300)
  }

  @Test func `options of sockets have the values of the headers`() throws {
    var own: [String: UInt64] = [:]
    for level: UInt64 in [0, 1, 6, 41] {
      for option in UInt64(0)..<256 {
        let operands: InlineArray<6, UInt64> = [3, level, option, 0, 0, 0]
        let name = SystemCallTable.subcommandName(of: .setsockopt, operands: operands)
        if let name { own[name.text] = option }
      }
    }
    try expectNames(own, atLeast: 70)
  }

  @Test func `the flag types have the values of the headers`() throws {
    try expectNames(
      [
        "PROT_READ": UInt64(Protection.read.rawValue),
        "PROT_WRITE": UInt64(Protection.write.rawValue),
        "PROT_EXEC": UInt64(Protection.execute.rawValue),
        "MAP_SHARED": UInt64(MapFlags.shared.rawValue),
        "MAP_PRIVATE": UInt64(MapFlags.private.rawValue),
        "MAP_SHARED_VALIDATE": UInt64(MapFlags.sharedValidate.rawValue),
        "MAP_TYPE": UInt64(MapFlags.typeMask.rawValue),
        "MAP_FIXED": UInt64(MapFlags.fixed.rawValue),
        "MAP_ANONYMOUS": UInt64(MapFlags.anonymous.rawValue),
        "MAP_32BIT": UInt64(MapFlags.below2GiB.rawValue),
        "MAP_ABOVE4G": UInt64(MapFlags.above4GiB.rawValue),
        "MAP_GROWSDOWN": UInt64(MapFlags.growsDown.rawValue),
        "MAP_DENYWRITE": UInt64(MapFlags.denyWrite.rawValue),
        "MAP_EXECUTABLE": UInt64(MapFlags.executable.rawValue),
        "MAP_LOCKED": UInt64(MapFlags.locked.rawValue),
        "MAP_NORESERVE": UInt64(MapFlags.noReserve.rawValue),
        "MAP_POPULATE": UInt64(MapFlags.populate.rawValue),
        "MAP_NONBLOCK": UInt64(MapFlags.nonBlock.rawValue),
        "MAP_STACK": UInt64(MapFlags.stack.rawValue),
        "MAP_HUGETLB": UInt64(MapFlags.hugeTLB.rawValue),
        "MAP_SYNC": UInt64(MapFlags.sync.rawValue),
        "MAP_FIXED_NOREPLACE": UInt64(MapFlags.fixedNoReplace.rawValue),
        "MAP_UNINITIALIZED": UInt64(MapFlags.uninitialized.rawValue),
        "MREMAP_MAYMOVE": UInt64(RemapFlags.mayMove.rawValue),
        "MREMAP_FIXED": UInt64(RemapFlags.fixed.rawValue),
        "MREMAP_DONTUNMAP": UInt64(RemapFlags.dontUnmap.rawValue),
        "MS_ASYNC": UInt64(SyncFlags.async.rawValue),
        "MS_INVALIDATE": UInt64(SyncFlags.invalidate.rawValue),
        "MS_SYNC": UInt64(SyncFlags.sync.rawValue),
        "MCL_CURRENT": UInt64(LockFlags.current.rawValue),
        "MCL_FUTURE": UInt64(LockFlags.future.rawValue),
        "MCL_ONFAULT": UInt64(LockFlags.onFault.rawValue),
      ], atLeast: 32)
  }

  @Test func `open and at flags have the values of the headers`() throws {
    let open: [(String, OpenFlags)] = [
      ("O_ACCMODE", .accessMask), ("O_RDONLY", .readOnly), ("O_WRONLY", .writeOnly),
      ("O_RDWR", .readWrite), ("O_CREAT", .create), ("O_EXCL", .exclusive),
      ("O_NOCTTY", .noControllingTerminal), ("O_TRUNC", .truncate), ("O_APPEND", .append),
      ("O_NONBLOCK", .nonBlocking), ("O_DSYNC", .dataSync), ("O_ASYNC", .async),
      ("O_DIRECT", .direct), ("O_LARGEFILE", .largeFile), ("O_DIRECTORY", .directory),
      ("O_NOFOLLOW", .noFollow), ("O_NOATIME", .noAccessTime), ("O_CLOEXEC", .closeOnExec),
      ("O_SYNC", .sync), ("O_PATH", .path), ("O_TMPFILE", .temporaryFile),
    ]
    let at: [(String, AtFlags)] = [
      ("AT_SYMLINK_NOFOLLOW", .noFollow), ("AT_EACCESS", .effectiveAccess),
      ("AT_REMOVEDIR", .removeDirectory), ("AT_SYMLINK_FOLLOW", .follow),
      ("AT_NO_AUTOMOUNT", .noAutomount), ("AT_EMPTY_PATH", .emptyPath),
      ("AT_STATX_FORCE_SYNC", .forceSync), ("AT_STATX_DONT_SYNC", .dontSync),
      ("AT_RECURSIVE", .recursive),
    ]
    var own: [String: UInt64] = [:]
    for (name, flag) in open { own[name] = UInt64(flag.rawValue) }
    for (name, flag) in at { own[name] = UInt64(flag.rawValue) }
    own["AT_FDCWD"] = UInt64(bitPattern: Int64(AtFlags.workingDirectory))
    try expectNames(own, atLeast: 31)
  }
}
