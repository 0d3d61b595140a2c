// SPDX-License-Identifier: BSD-3-Clause

/// The O_* bits of open(2) on x86-64, the access mode among them. Source: `asm-generic/fcntl.h`.
public struct OpenFlags: OptionSet, Sendable {
  /// The bits as the call has them.
  public let rawValue: UInt32

  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The mask of the access mode, O_ACCMODE.
  @inlinable public static var accessMask: OpenFlags { OpenFlags(rawValue: 0o3) }
  /// O_RDONLY, which is no bit: compare with `accessMode`.
  @inlinable public static var readOnly: OpenFlags { OpenFlags(rawValue: 0) }
  /// O_WRONLY.
  @inlinable public static var writeOnly: OpenFlags { OpenFlags(rawValue: 0o1) }
  /// O_RDWR.
  @inlinable public static var readWrite: OpenFlags { OpenFlags(rawValue: 0o2) }
  /// O_CREAT.
  @inlinable public static var create: OpenFlags { OpenFlags(rawValue: 0o100) }
  /// O_EXCL.
  @inlinable public static var exclusive: OpenFlags { OpenFlags(rawValue: 0o200) }
  /// O_NOCTTY.
  @inlinable public static var noControllingTerminal: OpenFlags { OpenFlags(rawValue: 0o400) }
  /// O_TRUNC.
  @inlinable public static var truncate: OpenFlags { OpenFlags(rawValue: 0o1000) }
  /// O_APPEND.
  @inlinable public static var append: OpenFlags { OpenFlags(rawValue: 0o2000) }
  /// O_NONBLOCK.
  @inlinable public static var nonBlocking: OpenFlags { OpenFlags(rawValue: 0o4000) }
  /// O_DSYNC.
  @inlinable public static var dataSync: OpenFlags { OpenFlags(rawValue: 0o10000) }
  /// O_ASYNC.
  @inlinable public static var async: OpenFlags { OpenFlags(rawValue: 0o20000) }
  /// O_DIRECT.
  @inlinable public static var direct: OpenFlags { OpenFlags(rawValue: 0o40000) }
  /// O_LARGEFILE, as the kernel sees it.
  @inlinable public static var largeFile: OpenFlags { OpenFlags(rawValue: 0o100000) }
  /// O_DIRECTORY.
  @inlinable public static var directory: OpenFlags { OpenFlags(rawValue: 0o200000) }
  /// O_NOFOLLOW.
  @inlinable public static var noFollow: OpenFlags { OpenFlags(rawValue: 0o400000) }
  /// O_NOATIME.
  @inlinable public static var noAccessTime: OpenFlags { OpenFlags(rawValue: 0o1000000) }
  /// O_CLOEXEC.
  @inlinable public static var closeOnExec: OpenFlags { OpenFlags(rawValue: 0o2000000) }
  /// O_SYNC.
  @inlinable public static var sync: OpenFlags { OpenFlags(rawValue: 0o4010000) }
  /// O_PATH.
  @inlinable public static var path: OpenFlags { OpenFlags(rawValue: 0o10000000) }
  /// O_TMPFILE.
  @inlinable public static var temporaryFile: OpenFlags { OpenFlags(rawValue: 0o20200000) }
}

extension OpenFlags {
  /// O_RDONLY, O_WRONLY or O_RDWR; 3 is none of them.
  @inlinable public var accessMode: OpenFlags { intersection(.accessMask) }
  /// Whether reading is allowed.
  @inlinable public var canRead: Bool { accessMode == .readOnly || accessMode == .readWrite }
  /// Whether writing is allowed.
  @inlinable public var canWrite: Bool { accessMode == .writeOnly || accessMode == .readWrite }
}
