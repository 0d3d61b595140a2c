// SPDX-License-Identifier: BSD-3-Clause

/// What getrlimit(2) limits. Source: `asm-generic/resource.h`.
public struct Resource: RawRepresentable, Equatable, Sendable {
  /// The RLIMIT_* number.
  public let rawValue: UInt32

  /// Any number.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// RLIMIT_CPU.
  @inlinable public static var processorTime: Resource { Resource(rawValue: 0) }
  /// RLIMIT_FSIZE.
  @inlinable public static var fileByteCount: Resource { Resource(rawValue: 1) }
  /// RLIMIT_DATA.
  @inlinable public static var data: Resource { Resource(rawValue: 2) }
  /// RLIMIT_STACK.
  @inlinable public static var stack: Resource { Resource(rawValue: 3) }
  /// RLIMIT_CORE.
  @inlinable public static var core: Resource { Resource(rawValue: 4) }
  /// RLIMIT_RSS.
  @inlinable public static var residentSet: Resource { Resource(rawValue: 5) }
  /// RLIMIT_NPROC.
  @inlinable public static var processCount: Resource { Resource(rawValue: 6) }
  /// RLIMIT_NOFILE.
  @inlinable public static var fileCount: Resource { Resource(rawValue: 7) }
  /// RLIMIT_MEMLOCK.
  @inlinable public static var lockedMemory: Resource { Resource(rawValue: 8) }
  /// RLIMIT_AS.
  @inlinable public static var addressSpace: Resource { Resource(rawValue: 9) }
  /// RLIMIT_LOCKS.
  @inlinable public static var lockCount: Resource { Resource(rawValue: 10) }
  /// RLIMIT_SIGPENDING.
  @inlinable public static var pendingSignals: Resource { Resource(rawValue: 11) }
  /// RLIMIT_MSGQUEUE.
  @inlinable public static var messageQueues: Resource { Resource(rawValue: 12) }
  /// RLIMIT_NICE.
  @inlinable public static var nice: Resource { Resource(rawValue: 13) }
  /// RLIMIT_RTPRIO.
  @inlinable public static var realtimePriority: Resource { Resource(rawValue: 14) }
  /// RLIMIT_RTTIME.
  @inlinable public static var realtimeTime: Resource { Resource(rawValue: 15) }
}
