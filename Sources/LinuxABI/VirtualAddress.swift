// SPDX-License-Identifier: BSD-3-Clause

/// An address as the guest sees it; never a pointer of the host. Unikraft: `__vaddr_t`.
public struct VirtualAddress: RawRepresentable, Comparable, Sendable {
  /// The 64-bit number.
  public let rawValue: UInt64

  /// Any number; `isCanonical` tells whether the CPU takes it.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Any number, for literals and arithmetic.
  @inlinable
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Lower addresses come first.
  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The address `byteCount` higher; wraps, check first where it matters.
  @inlinable
  public static func + (left: Self, byteCount: UInt64) -> Self { Self(left.rawValue &+ byteCount) }

  /// The address `byteCount` lower; wraps, check first where it matters.
  @inlinable
  public static func - (left: Self, byteCount: UInt64) -> Self { Self(left.rawValue &- byteCount) }

  /// The bytes from `right` up to `left`.
  @inlinable
  public static func - (left: Self, right: Self) -> UInt64 { left.rawValue &- right.rawValue }

  /// Whether the address is a multiple of `byteCount`, a power of two.
  @inlinable
  public func isAligned(to byteCount: UInt64) -> Bool { rawValue & (byteCount - 1) == 0 }

  /// The next lower multiple of `byteCount`, a power of two.
  @inlinable
  public func alignedDown(to byteCount: UInt64) -> Self { Self(rawValue & ~(byteCount - 1)) }

  /// The next higher multiple of `byteCount`, a power of two; nil where it would wrap.
  @inlinable
  public func alignedUp(to byteCount: UInt64) -> Self? {
    let (sum, overflow) = rawValue.addingReportingOverflow(byteCount - 1)
    return overflow ? nil : Self(sum & ~(byteCount - 1))
  }

  /// The byte within its 4 KiB page, 0 to 4095.
  @inlinable
  public var pageOffset: UInt64 { rawValue & (PageSize.base.byteCount - 1) }

  /// Whether bits 47 to 63 agree (four-level paging). Source: Intel SDM 1, 3.3.7.1.
  @inlinable
  public var isCanonical: Bool {
    let top = Int64(bitPattern: rawValue) >> 47
    return top == 0 || top == -1
  }
}

/// A half-open range of guest addresses.
public typealias AddressRange = Range<VirtualAddress>

extension Range<VirtualAddress> {
  /// Bytes in the range.
  @inlinable
  public var byteCount: UInt64 { upperBound - lowerBound }

  /// 4 KiB pages in the range, which is page-aligned.
  @inlinable
  public var pageCount: UInt64 { byteCount / PageSize.base.byteCount }

  /// The range of `byteCount` bytes at `start`; nil where it would wrap.
  @inlinable
  public init?(start: VirtualAddress, byteCount: UInt64) {
    let (end, overflow) = start.rawValue.addingReportingOverflow(byteCount)
    if overflow { return nil }
    self = start..<VirtualAddress(end)
  }
}
