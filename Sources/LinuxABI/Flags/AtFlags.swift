// SPDX-License-Identifier: BSD-3-Clause

/// The AT_* bits of calls that take a directory and a path. Source: `linux/fcntl.h`.
public struct AtFlags: OptionSet, Sendable {
  /// The bits as the call has them.
  public let rawValue: UInt32

  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// AT_SYMLINK_NOFOLLOW.
  @inlinable public static var noFollow: AtFlags { AtFlags(rawValue: 0x100) }
  /// AT_EACCESS, of faccessat2(2).
  @inlinable public static var effectiveAccess: AtFlags { AtFlags(rawValue: 0x200) }
  /// AT_REMOVEDIR, of unlinkat(2).
  @inlinable public static var removeDirectory: AtFlags { AtFlags(rawValue: 0x200) }
  /// AT_SYMLINK_FOLLOW.
  @inlinable public static var follow: AtFlags { AtFlags(rawValue: 0x400) }
  /// AT_NO_AUTOMOUNT.
  @inlinable public static var noAutomount: AtFlags { AtFlags(rawValue: 0x800) }
  /// AT_EMPTY_PATH.
  @inlinable public static var emptyPath: AtFlags { AtFlags(rawValue: 0x1000) }
  /// AT_STATX_FORCE_SYNC.
  @inlinable public static var forceSync: AtFlags { AtFlags(rawValue: 0x2000) }
  /// AT_STATX_DONT_SYNC.
  @inlinable public static var dontSync: AtFlags { AtFlags(rawValue: 0x4000) }
  /// AT_RECURSIVE.
  @inlinable public static var recursive: AtFlags { AtFlags(rawValue: 0x8000) }
}

extension AtFlags {
  /// AT_FDCWD: in place of a directory, the working directory.
  @inlinable public static var workingDirectory: Int32 { -100 }
}
