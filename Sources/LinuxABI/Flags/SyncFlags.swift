// SPDX-License-Identifier: BSD-3-Clause

/// The MS_* bits of msync(2). Source: `asm-generic/mman-common.h`.
public struct SyncFlags: OptionSet, Sendable {
  /// The bits as the call has them.
  public let rawValue: UInt32

  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// MS_ASYNC.
  @inlinable public static var async: SyncFlags { SyncFlags(rawValue: 1) }
  /// MS_INVALIDATE.
  @inlinable public static var invalidate: SyncFlags { SyncFlags(rawValue: 2) }
  /// MS_SYNC.
  @inlinable public static var sync: SyncFlags { SyncFlags(rawValue: 4) }
}

/// The MCL_* bits of mlockall(2). Source: `asm-generic/mman.h`.
public struct LockFlags: OptionSet, Sendable {
  /// The bits as the call has them.
  public let rawValue: UInt32

  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// MCL_CURRENT.
  @inlinable public static var current: LockFlags { LockFlags(rawValue: 1) }
  /// MCL_FUTURE.
  @inlinable public static var future: LockFlags { LockFlags(rawValue: 2) }
  /// MCL_ONFAULT.
  @inlinable public static var onFault: LockFlags { LockFlags(rawValue: 4) }
}
