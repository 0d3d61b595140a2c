// SPDX-License-Identifier: BSD-3-Clause

/// Names of bits: file.
extension FlagName {
  static func file(_ index: Int, of kind: ArgumentKind) -> FlagName? {
    switch kind {
    case .openFlags: openFlags(index)
    case .atFlags: atFlags(index)
    case .accessMode: accessMode(index)
    case .renameFlags: renameFlags(index)
    case .flockOperation: flockOperation(index)
    case .descriptorFlags: descriptorFlags(index)
    case .pipeFlags: pipeFlags(index)
    case .inotifyFlags: inotifyFlags(index)
    case .closeRangeFlags: closeRangeFlags(index)
    case .statxMask: statxMask(index)
    default: nil
    }
  }

  private static func openFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("O_RDONLY", 0x0, mask: 3)
    case 1: FlagName("O_WRONLY", 0x1, mask: 3)
    case 2: FlagName("O_RDWR", 0x2, mask: 3)
    case 3: FlagName("O_CREAT", 0x40)
    case 4: FlagName("O_EXCL", 0x80)
    case 5: FlagName("O_NOCTTY", 0x100)
    case 6: FlagName("O_TRUNC", 0x200)
    case 7: FlagName("O_APPEND", 0x400)
    case 8: FlagName("O_NONBLOCK", 0x800)
    case 9: FlagName("O_SYNC", 0x101000)
    case 10: FlagName("O_DSYNC", 0x1000)
    case 11: FlagName("O_ASYNC", 0x2000)
    case 12: FlagName("O_DIRECT", 0x4000)
    case 13: FlagName("O_LARGEFILE", 0x8000)
    case 14: FlagName("O_NOFOLLOW", 0x20000)
    case 15: FlagName("O_NOATIME", 0x40000)
    case 16: FlagName("O_CLOEXEC", 0x80000)
    case 17: FlagName("O_PATH", 0x200000)
    case 18: FlagName("O_TMPFILE", 0x410000)
    case 19: FlagName("O_DIRECTORY", 0x10000)
    default: nil
    }
  }

  private static func atFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("AT_SYMLINK_NOFOLLOW", 0x100)
    case 1: FlagName("AT_REMOVEDIR", 0x200)
    case 2: FlagName("AT_SYMLINK_FOLLOW", 0x400)
    case 3: FlagName("AT_NO_AUTOMOUNT", 0x800)
    case 4: FlagName("AT_EMPTY_PATH", 0x1000)
    case 5: FlagName("AT_STATX_FORCE_SYNC", 0x2000)
    case 6: FlagName("AT_STATX_DONT_SYNC", 0x4000)
    case 7: FlagName("AT_RECURSIVE", 0x8000)
    default: nil
    }
  }

  private static func accessMode(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("R_OK", 0x4)
    case 1: FlagName("W_OK", 0x2)
    case 2: FlagName("X_OK", 0x1)
    default: nil
    }
  }

  private static func renameFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("RENAME_NOREPLACE", 0x1)
    case 1: FlagName("RENAME_EXCHANGE", 0x2)
    case 2: FlagName("RENAME_WHITEOUT", 0x4)
    default: nil
    }
  }

  private static func flockOperation(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("LOCK_SH", 0x1)
    case 1: FlagName("LOCK_EX", 0x2)
    case 2: FlagName("LOCK_NB", 0x4)
    case 3: FlagName("LOCK_UN", 0x8)
    default: nil
    }
  }

  private static func descriptorFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("FD_CLOEXEC", 0x1)
    default: nil
    }
  }

  private static func inotifyFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("IN_NONBLOCK", 0x800)
    case 1: FlagName("IN_CLOEXEC", 0x80000)
    default: nil
    }
  }

  private static func pipeFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("O_CLOEXEC", 0x80000)
    case 1: FlagName("O_NONBLOCK", 0x800)
    case 2: FlagName("O_DIRECT", 0x4000)
    default: nil
    }
  }

  private static func closeRangeFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("CLOSE_RANGE_UNSHARE", 0x2)
    case 1: FlagName("CLOSE_RANGE_CLOEXEC", 0x4)
    default: nil
    }
  }

  private static func statxMask(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("STATX_TYPE", 0x1)
    case 1: FlagName("STATX_MODE", 0x2)
    case 2: FlagName("STATX_NLINK", 0x4)
    case 3: FlagName("STATX_UID", 0x8)
    case 4: FlagName("STATX_GID", 0x10)
    case 5: FlagName("STATX_ATIME", 0x20)
    case 6: FlagName("STATX_MTIME", 0x40)
    case 7: FlagName("STATX_CTIME", 0x80)
    case 8: FlagName("STATX_INO", 0x100)
    case 9: FlagName("STATX_SIZE", 0x200)
    case 10: FlagName("STATX_BLOCKS", 0x400)
    case 11: FlagName("STATX_BTIME", 0x800)
    case 12: FlagName("STATX_MNT_ID", 0x1000)
    case 13: FlagName("STATX_DIOALIGN", 0x2000)
    case 14: FlagName("STATX_MNT_ID_UNIQUE", 0x4000)
    case 15: FlagName("STATX_SUBVOL", 0x8000)
    case 16: FlagName("STATX_WRITE_ATOMIC", 0x10000)
    case 17: FlagName("STATX_DIO_READ_ALIGN", 0x20000)
    default: nil
    }
  }
}
