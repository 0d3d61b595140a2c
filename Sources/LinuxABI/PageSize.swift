// SPDX-License-Identifier: BSD-3-Clause

/// A page size of x86-64, which is also the level of the page table that maps it.
/// Unikraft: `PAGE_LEVEL`, `PAGE_LARGE_LEVEL`, `PAGE_HUGE_LEVEL`.
public enum PageSize: UInt8, CaseIterable, Comparable, Sendable {
  /// 4 KiB, level 0.
  case base = 0
  /// 2 MiB, level 1.
  case large = 1
  /// 1 GiB, level 2.
  case huge = 2

  /// The binary logarithm of the size: 12, 21 or 30.
  @inlinable
  public var shift: UInt64 { 12 + 9 * UInt64(rawValue) }

  /// The size in bytes.
  @inlinable
  public var byteCount: UInt64 { 1 << shift }

  /// Smaller sizes come first.
  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
