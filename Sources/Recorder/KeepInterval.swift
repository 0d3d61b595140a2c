// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc
internal import Trace

/// When a recorder lets its sink keep what it has: a second after it did so last, later where
/// keeping is dear, so that it takes no more than a twentieth of the time.
struct KeepInterval {
  private static let nanoseconds: UInt64 = 1_000_000_000

  private var due = MonotonicTime.now + Self.nanoseconds

  /// To be called often, also while nothing happens: a program may wait long after its last call.
  mutating func keepIfDue(_ sink: inout some EventSink & ~Copyable) {
    let start = MonotonicTime.now
    if start < due { return }
    sink.keep()
    let end = MonotonicTime.now
    due = end + max(Self.nanoseconds, 20 * (end - start))
  }
}

/// The clock that no one sets.
enum MonotonicTime {
  /// Nanoseconds since some time before the recorder began.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
