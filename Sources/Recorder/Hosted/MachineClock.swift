// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc
internal import LinuxABI

/// Which time a guest sees.
public enum ClockChoice: Sendable {
  /// Made up, so that the same run gives the same bytes: the realtime clock begins at the coming
  /// midnight (UTC), the others at 0, and all advance by a microsecond with each question.
  case virtual
  /// Made up as `.virtual`, the realtime clock beginning so many nanoseconds after 1970.
  case virtualFrom(UInt64)
  /// The host's clocks.
  case real
}

/// The clocks of a machine.
struct MachineClock {
  private static let nanosecondsPerSecond: UInt64 = 1_000_000_000
  private static let secondsPerDay: UInt64 = 86_400

  /// What the realtime clock said, or will say, at the start; nanoseconds since 1970.
  let start: UInt64
  private let isReal: Bool
  private var elapsed: UInt64 = 0

  init(_ choice: ClockChoice) {
    let now = Self.now(CLOCK_REALTIME) ?? 0
    switch choice {
    case .virtual:
      let day = Self.secondsPerDay * Self.nanosecondsPerSecond
      start = (now + day - 1) / day * day
      isReal = false
    case .virtualFrom(let start):
      self.start = start
      isReal = false
    case .real:
      start = now
      isReal = true
    }
  }

  /// Nanoseconds of the clock with this id; EINVAL for one that clock_gettime(2) does not list.
  mutating func time(of clock: UInt32) throws(Errno) -> UInt64 {
    let isRealtime: Bool
    switch clock {
    case 0, 5, 8, 11: isRealtime = true
    case 1, 2, 3, 4, 6, 7, 9: isRealtime = false
    default: throw .invalidArgument
    }
    if isReal {
      guard let now = Self.now(clockid_t(clock)) else { throw .invalidArgument }
      return now
    }
    elapsed += 1000
    return isRealtime ? start &+ elapsed : elapsed
  }

  private static func now(_ clock: clockid_t) -> UInt64? {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return nil }
    return UInt64(time.tv_sec) * nanosecondsPerSecond + UInt64(time.tv_nsec)
  }
}

/// SplitMix64: the random bytes of a machine are a function of its seed.
struct MachineRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 7)
    while bytes.count < count {
      let word = next()
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
