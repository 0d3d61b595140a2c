// SPDX-License-Identifier: BSD-3-Clause

/// An address in the machine's physical memory: an offset from its first byte. Unikraft:
/// `__paddr_t`.
public struct PhysicalAddress: RawRepresentable, Comparable, Sendable {
  /// The offset in bytes.
  public let rawValue: UInt64

  /// Any offset.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Any offset, for literals and arithmetic.
  @inlinable
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Lower addresses come first.
  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The address `byteCount` higher.
  @inlinable
  public static func + (left: Self, byteCount: UInt64) -> Self { Self(left.rawValue &+ byteCount) }

  /// The bytes from `right` up to `left`.
  @inlinable
  public static func - (left: Self, right: Self) -> UInt64 { left.rawValue &- right.rawValue }

  /// Whether the address is a multiple of `byteCount`, a power of two.
  @inlinable
  public func isAligned(to byteCount: UInt64) -> Bool { rawValue & (byteCount - 1) == 0 }
}

/// A run of physical memory, such as the piece of a frame that a guest buffer covers.
public struct PhysicalSegment: Equatable, Sendable {
  /// Its first byte.
  public let start: PhysicalAddress
  /// Its length in bytes.
  public let byteCount: UInt64

  /// A run of `byteCount` bytes from `start`.
  @inlinable
  public init(start: PhysicalAddress, byteCount: UInt64) {
    self.start = start
    self.byteCount = byteCount
  }
}
