// SPDX-License-Identifier: BSD-3-Clause

/// A clock of clock_gettime(2); a negative one belongs to a process or a file.
/// Source: `linux/time.h`.
public struct ClockID: RawRepresentable, Equatable, Sendable {
  /// The CLOCK_* number.
  public let rawValue: Int32

  /// Any number.
  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// CLOCK_REALTIME.
  @inlinable public static var realtime: ClockID { ClockID(rawValue: 0) }
  /// CLOCK_MONOTONIC.
  @inlinable public static var monotonic: ClockID { ClockID(rawValue: 1) }
  /// CLOCK_PROCESS_CPUTIME_ID.
  @inlinable public static var processTime: ClockID { ClockID(rawValue: 2) }
  /// CLOCK_THREAD_CPUTIME_ID.
  @inlinable public static var threadTime: ClockID { ClockID(rawValue: 3) }
  /// CLOCK_MONOTONIC_RAW.
  @inlinable public static var monotonicRaw: ClockID { ClockID(rawValue: 4) }
  /// CLOCK_REALTIME_COARSE.
  @inlinable public static var realtimeCoarse: ClockID { ClockID(rawValue: 5) }
  /// CLOCK_MONOTONIC_COARSE.
  @inlinable public static var monotonicCoarse: ClockID { ClockID(rawValue: 6) }
  /// CLOCK_BOOTTIME.
  @inlinable public static var bootTime: ClockID { ClockID(rawValue: 7) }
  /// CLOCK_REALTIME_ALARM.
  @inlinable public static var realtimeAlarm: ClockID { ClockID(rawValue: 8) }
  /// CLOCK_BOOTTIME_ALARM.
  @inlinable public static var bootTimeAlarm: ClockID { ClockID(rawValue: 9) }
  /// CLOCK_TAI.
  @inlinable public static var atomicTime: ClockID { ClockID(rawValue: 11) }
}
