// SPDX-License-Identifier: BSD-3-Clause

/// Names of codes: files.
extension SystemCallTable {
  static func fileCode(_ kind: ArgumentKind, _ value: UInt64) -> StaticString? {
    switch kind {
    case .fileAdvice: fileAdvice(value)
    case .whence: whence(value)
    case .fcntlCommand: fcntlCommand(value)
    case .lockType: lockType(value)
    default: nil
    }
  }

  private static func fileAdvice(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "POSIX_FADV_NORMAL"
    case 1: "POSIX_FADV_RANDOM"
    case 2: "POSIX_FADV_SEQUENTIAL"
    case 3: "POSIX_FADV_WILLNEED"
    case 4: "POSIX_FADV_DONTNEED"
    case 5: "POSIX_FADV_NOREUSE"
    default: nil
    }
  }

  private static func whence(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "SEEK_SET"
    case 1: "SEEK_CUR"
    case 2: "SEEK_END"
    case 3: "SEEK_DATA"
    case 4: "SEEK_HOLE"
    default: nil
    }
  }

  private static func lockType(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "F_RDLCK"
    case 1: "F_WRLCK"
    case 2: "F_UNLCK"
    default: nil
    }
  }

  private static func fcntlCommand(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "F_DUPFD"
    case 1: "F_GETFD"
    case 2: "F_SETFD"
    case 3: "F_GETFL"
    case 4: "F_SETFL"
    case 5: "F_GETLK"
    case 6: "F_SETLK"
    case 7: "F_SETLKW"
    case 8: "F_SETOWN"
    case 9: "F_GETOWN"
    case 10: "F_SETSIG"
    case 11: "F_GETSIG"
    case 15: "F_SETOWN_EX"
    case 16: "F_GETOWN_EX"
    case 36: "F_OFD_GETLK"
    case 37: "F_OFD_SETLK"
    case 38: "F_OFD_SETLKW"
    case 1024: "F_SETLEASE"
    case 1025: "F_GETLEASE"
    case 1026: "F_NOTIFY"
    case 1027: "F_DUPFD_QUERY"
    case 1028: "F_CREATED_QUERY"
    case 1029: "F_CANCELLK"
    case 1030: "F_DUPFD_CLOEXEC"
    case 1031: "F_SETPIPE_SZ"
    case 1032: "F_GETPIPE_SZ"
    case 1033: "F_ADD_SEALS"
    case 1034: "F_GET_SEALS"
    case 1035: "F_GET_RW_HINT"
    case 1036: "F_SET_RW_HINT"
    case 1037: "F_GET_FILE_RW_HINT"
    case 1038: "F_SET_FILE_RW_HINT"
    default: nil
    }
  }
}
