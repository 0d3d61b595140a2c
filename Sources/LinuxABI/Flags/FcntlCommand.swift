// SPDX-License-Identifier: BSD-3-Clause

/// What fcntl(2) is to do. Source: `asm-generic/fcntl.h`, `linux/fcntl.h`.
public struct FcntlCommand: RawRepresentable, Equatable, Sendable {
  /// The F_* number.
  public let rawValue: UInt32

  /// Any number.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// F_DUPFD.
  @inlinable public static var duplicate: FcntlCommand { FcntlCommand(rawValue: 0) }
  /// F_GETFD.
  @inlinable public static var getDescriptorFlags: FcntlCommand { FcntlCommand(rawValue: 1) }
  /// F_SETFD.
  @inlinable public static var setDescriptorFlags: FcntlCommand { FcntlCommand(rawValue: 2) }
  /// F_GETFL.
  @inlinable public static var getFlags: FcntlCommand { FcntlCommand(rawValue: 3) }
  /// F_SETFL.
  @inlinable public static var setFlags: FcntlCommand { FcntlCommand(rawValue: 4) }
  /// F_GETLK.
  @inlinable public static var getLock: FcntlCommand { FcntlCommand(rawValue: 5) }
  /// F_SETLK.
  @inlinable public static var setLock: FcntlCommand { FcntlCommand(rawValue: 6) }
  /// F_SETLKW.
  @inlinable public static var setLockWaiting: FcntlCommand { FcntlCommand(rawValue: 7) }
  /// F_SETOWN.
  @inlinable public static var setOwner: FcntlCommand { FcntlCommand(rawValue: 8) }
  /// F_GETOWN.
  @inlinable public static var getOwner: FcntlCommand { FcntlCommand(rawValue: 9) }
  /// F_SETSIG.
  @inlinable public static var setSignal: FcntlCommand { FcntlCommand(rawValue: 10) }
  /// F_GETSIG.
  @inlinable public static var getSignal: FcntlCommand { FcntlCommand(rawValue: 11) }
  /// F_SETOWN_EX.
  @inlinable public static var setTypedOwner: FcntlCommand { FcntlCommand(rawValue: 15) }
  /// F_GETOWN_EX.
  @inlinable public static var getTypedOwner: FcntlCommand { FcntlCommand(rawValue: 16) }
  /// F_OFD_GETLK.
  @inlinable public static var getFileLock: FcntlCommand { FcntlCommand(rawValue: 36) }
  /// F_OFD_SETLK.
  @inlinable public static var setFileLock: FcntlCommand { FcntlCommand(rawValue: 37) }
  /// F_OFD_SETLKW.
  @inlinable public static var setFileLockWaiting: FcntlCommand { FcntlCommand(rawValue: 38) }
  /// F_DUPFD_CLOEXEC.
  @inlinable public static var duplicateCloseOnExec: FcntlCommand { FcntlCommand(rawValue: 1030) }
  /// F_SETPIPE_SZ.
  @inlinable public static var setPipeByteCount: FcntlCommand { FcntlCommand(rawValue: 1031) }
  /// F_GETPIPE_SZ.
  @inlinable public static var getPipeByteCount: FcntlCommand { FcntlCommand(rawValue: 1032) }
  /// F_ADD_SEALS.
  @inlinable public static var addSeals: FcntlCommand { FcntlCommand(rawValue: 1033) }
  /// F_GET_SEALS.
  @inlinable public static var getSeals: FcntlCommand { FcntlCommand(rawValue: 1034) }
}
