// SPDX-License-Identifier: BSD-3-Clause

/// The O_* bits of open(2). Source: `asm-generic/fcntl.h`.
struct OpenFlags: OptionSet, Sendable {
  let rawValue: UInt32

  /// O_WRONLY.
  static var writeOnly: OpenFlags { OpenFlags(rawValue: 0o1) }
  /// O_RDWR.
  static var readWrite: OpenFlags { OpenFlags(rawValue: 0o2) }
  /// O_CREAT.
  static var create: OpenFlags { OpenFlags(rawValue: 0o100) }
  /// O_EXCL.
  static var exclusive: OpenFlags { OpenFlags(rawValue: 0o200) }
  /// O_TRUNC.
  static var truncate: OpenFlags { OpenFlags(rawValue: 0o1000) }
  /// O_APPEND.
  static var append: OpenFlags { OpenFlags(rawValue: 0o2000) }
  /// O_NONBLOCK.
  static var nonBlock: OpenFlags { OpenFlags(rawValue: 0o4000) }
  /// O_LARGEFILE, which Linux sets for every 64-bit program.
  static var largeFile: OpenFlags { OpenFlags(rawValue: 0o100000) }
  /// O_DIRECTORY.
  static var directory: OpenFlags { OpenFlags(rawValue: 0o200000) }
  /// O_NOFOLLOW.
  static var noFollow: OpenFlags { OpenFlags(rawValue: 0o400000) }
  /// O_CLOEXEC.
  static var closeOnExec: OpenFlags { OpenFlags(rawValue: 0o2000000) }
  /// O_PATH.
  static var path: OpenFlags { OpenFlags(rawValue: 0o10000000) }
  /// The bit of O_TMPFILE that O_DIRECTORY does not have.
  static var temporary: OpenFlags { OpenFlags(rawValue: 0o20000000) }
  /// What F_SETFL may change: O_APPEND, O_ASYNC, O_DIRECT, O_NOATIME, O_NONBLOCK.
  static var changeable: OpenFlags {
    OpenFlags(rawValue: 0o2000 | 0o20000 | 0o40000 | 0o1000000 | 0o4000)
  }
  /// What open(2) uses up and F_GETFL does not tell: O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_CLOEXEC.
  static var transient: OpenFlags {
    OpenFlags(rawValue: 0o100 | 0o200 | 0o400 | 0o1000 | 0o2000000)
  }

  /// Whether the access mode lets read(2) through.
  var allowsReading: Bool { !contains(.path) && (rawValue & 3 == 0 || rawValue & 3 == 2) }
  /// Whether the access mode lets write(2) through; mode 3 and O_PATH let nothing through.
  var allowsWriting: Bool { !contains(.path) && (rawValue & 3 == 1 || rawValue & 3 == 2) }
}
