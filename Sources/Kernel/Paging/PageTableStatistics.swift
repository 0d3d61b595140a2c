// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What a page table holds and what was done to it. Unikraft: the counters of
/// CONFIG_PAGING_STATS in `struct uk_pagetable`.
public struct PageTableStatistics: Sendable {
  var leaves: InlineArray<3, UInt64> = InlineArray(repeating: 0)
  var tables: InlineArray<5, UInt64> = InlineArray(repeating: 0)
  var splits: InlineArray<3, UInt64> = InlineArray(repeating: 0)

  /// Leaves of that size, present or not. Unikraft: `nr_lx_pages`.
  public func leafCount(_ size: PageSize) -> UInt64 { leaves[Int(size.rawValue)] }

  /// Tables of that level, 0 to 4; the root is the only one of its level. Unikraft: `nr_pt_pages`.
  public func tableCount(level: Int) -> UInt64 { tables[level] }

  /// How often a page of that size was cut into 512 smaller ones. Unikraft: `nr_lx_splits`.
  public func splitCount(_ size: PageSize) -> UInt64 { splits[Int(size.rawValue)] }

  /// Tables of all levels.
  public var tableCount: UInt64 {
    var sum: UInt64 = 0
    for level in tables.indices { sum += tables[level] }
    return sum
  }

  /// Bytes that leaves cover.
  public var leafByteCount: UInt64 {
    var sum: UInt64 = 0
    for size in PageSize.allCases { sum += leafCount(size) * size.byteCount }
    return sum
  }

  mutating func cut(level: Int) {
    splits[level] += 1
    leaves[level] -= 1
    leaves[level - 1] += PageTable.entriesPerTable
  }
}
