// SPDX-License-Identifier: BSD-3-Clause

/// `struct rlimit`, 16 bytes.
public struct ResourceLimit: Equatable, Sendable {
  /// sizeof.
  public static var byteCount: Int { 16 }
  /// RLIM_INFINITY: no limit.
  public static var infinity: UInt64 { .max }

  /// rlim_cur: what holds now.
  public var soft: UInt64
  /// rlim_max: how far an unprivileged process may raise it.
  public var hard: UInt64

  /// A limit of its parts.
  public init(soft: UInt64, hard: UInt64) {
    self.soft = soft
    self.hard = hard
  }

  /// What 16 bytes at `offset` say; nil if there are fewer.
  public init?(_ bytes: Span<UInt8>, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= 16,
      let soft = LittleEndian.load(bytes, at: offset),
      let hard = LittleEndian.load(bytes, at: offset + 8)
    else { return nil }
    self.init(soft: soft, hard: hard)
  }

  /// Appends the 16 bytes.
  public func append(to bytes: inout [UInt8]) {
    LittleEndian.append(soft, to: &bytes)
    LittleEndian.append(hard, to: &bytes)
  }
}
