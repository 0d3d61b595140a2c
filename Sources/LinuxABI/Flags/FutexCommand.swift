// SPDX-License-Identifier: BSD-3-Clause

/// What futex(2) is to do, without the bits FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME.
/// Source: `linux/futex.h`.
public struct FutexCommand: RawRepresentable, Equatable, Sendable {
  /// The FUTEX_* number.
  public let rawValue: UInt32

  /// Any number.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// FUTEX_WAIT.
  @inlinable public static var wait: FutexCommand { FutexCommand(rawValue: 0) }
  /// FUTEX_WAKE.
  @inlinable public static var wake: FutexCommand { FutexCommand(rawValue: 1) }
  /// FUTEX_FD.
  @inlinable public static var descriptor: FutexCommand { FutexCommand(rawValue: 2) }
  /// FUTEX_REQUEUE.
  @inlinable public static var requeue: FutexCommand { FutexCommand(rawValue: 3) }
  /// FUTEX_CMP_REQUEUE.
  @inlinable public static var compareRequeue: FutexCommand { FutexCommand(rawValue: 4) }
  /// FUTEX_WAKE_OP.
  @inlinable public static var wakeOperation: FutexCommand { FutexCommand(rawValue: 5) }
  /// FUTEX_LOCK_PI.
  @inlinable public static var lockPI: FutexCommand { FutexCommand(rawValue: 6) }
  /// FUTEX_UNLOCK_PI.
  @inlinable public static var unlockPI: FutexCommand { FutexCommand(rawValue: 7) }
  /// FUTEX_TRYLOCK_PI.
  @inlinable public static var tryLockPI: FutexCommand { FutexCommand(rawValue: 8) }
  /// FUTEX_WAIT_BITSET.
  @inlinable public static var waitBitSet: FutexCommand { FutexCommand(rawValue: 9) }
  /// FUTEX_WAKE_BITSET.
  @inlinable public static var wakeBitSet: FutexCommand { FutexCommand(rawValue: 10) }
  /// FUTEX_WAIT_REQUEUE_PI.
  @inlinable public static var waitRequeuePI: FutexCommand { FutexCommand(rawValue: 11) }
  /// FUTEX_CMP_REQUEUE_PI.
  @inlinable public static var compareRequeuePI: FutexCommand { FutexCommand(rawValue: 12) }
  /// FUTEX_LOCK_PI2.
  @inlinable public static var lockPI2: FutexCommand { FutexCommand(rawValue: 13) }
}

extension FutexCommand {
  /// The command of the second argument of futex(2).
  @inlinable public init(operation: UInt64) { self.init(rawValue: UInt32(operation & 0x7f)) }
  /// FUTEX_PRIVATE_FLAG.
  @inlinable public static var privateFlag: UInt64 { 0x80 }
  /// FUTEX_CLOCK_REALTIME.
  @inlinable public static var realtimeFlag: UInt64 { 0x100 }
}
