// SPDX-License-Identifier: BSD-3-Clause

/// `struct timespec`, 16 bytes: seconds, then nanoseconds.
public struct Timespec: Equatable, Sendable {
  /// sizeof.
  public static var byteCount: Int { 16 }

  /// tv_sec.
  public var seconds: Int64
  /// tv_nsec, 0 to 999,999,999 where the call is to take it; `isValid` tells.
  public var nanoseconds: Int64

  /// A time of its parts.
  public init(seconds: Int64, nanoseconds: Int64) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// A time of nanoseconds only; before zero the seconds are rounded down.
  public init(nanoseconds total: Int64) {
    let (quotient, remainder) = total.quotientAndRemainder(dividingBy: 1_000_000_000)
    seconds = remainder < 0 ? quotient - 1 : quotient
    nanoseconds = remainder < 0 ? remainder + 1_000_000_000 : remainder
  }

  /// What 16 bytes at `offset` say; nil if there are fewer.
  public init?(_ bytes: Span<UInt8>, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= 16,
      let seconds = LittleEndian.load(bytes, at: offset),
      let nanoseconds = LittleEndian.load(bytes, at: offset + 8)
    else { return nil }
    self.init(seconds: Int64(bitPattern: seconds), nanoseconds: Int64(bitPattern: nanoseconds))
  }

  /// Whether Linux takes it as a duration: EINVAL otherwise.
  public var isValid: Bool { seconds >= 0 && nanoseconds >= 0 && nanoseconds < 1_000_000_000 }

  /// All of it in nanoseconds; the nearest number of 64 bits where it does not fit.
  public var totalNanoseconds: Int64 {
    // Far from the edges the product fits, and 128 bits take a while.
    if seconds.magnitude < 1 << 32, nanoseconds.magnitude < 1 << 32 {
      return seconds &* 1_000_000_000 &+ nanoseconds
    }
    // It cannot wrap in 128 bits, and the checked operators need a routine that bare metal lacks.
    let total = Int128(seconds) &* 1_000_000_000 &+ Int128(nanoseconds)
    return Int64(clamping: total)
  }

  /// Appends the 16 bytes.
  public func append(to bytes: inout [UInt8]) {
    LittleEndian.append(UInt64(bitPattern: seconds), to: &bytes)
    LittleEndian.append(UInt64(bitPattern: nanoseconds), to: &bytes)
  }
}
