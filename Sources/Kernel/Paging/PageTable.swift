// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A page table of x86-64 with four or five levels, kept in physical memory as the CPU reads it.
/// Unikraft: `struct uk_pagetable`.
///
/// Invariants: every table but the root has an entry that is not empty, and its count in the entry
/// above is right; a leaf lies at level 0, 1 or 2 and its frame is aligned to its size; a frame
/// that is not borrowed stands in one leaf only.
public struct PageTable {
  /// Where the top table lies: CR3.
  public let root: PhysicalAddress
  /// The level of the top table: 3 with four-level paging, 4 with five levels (CR4.LA57).
  public let topLevel: Int
  let memory: PhysicalMemory
  /// Zeroed frames set aside, so that a change that has begun cannot fail for want of a table.
  var stock: [PhysicalAddress] = []
  /// How many pages and tables there are.
  public internal(set) var statistics = PageTableStatistics()
  /// Frames that tables take, the root included.
  public var tableCount: UInt64 { statistics.tableCount }

  static var entriesPerTable: UInt64 { 512 }

  /// An empty table. ENOMEM where there is no frame for it.
  init(
    memory: PhysicalMemory, topLevel: Int = 3, frames: inout BuddyFrameAllocator
  ) throws(Errno) {
    precondition(topLevel == 3 || topLevel == 4, "a page table of neither four nor five levels")
    self.memory = memory
    self.topLevel = topLevel
    root = try Self.allocateTable(memory, &frames)
    statistics.tables[topLevel] = 1
  }

  // MARK: Addresses

  /// The bits of an address that the table translates: 48 or 57.
  var addressBits: UInt64 { PageSize.base.shift + 9 * UInt64(topLevel + 1) }

  /// Whether the CPU takes the address: the bits that are not translated repeat the highest that
  /// is. Source: Intel SDM 1, 3.3.7.1.
  public func isCanonical(_ address: VirtualAddress) -> Bool {
    let top = Int64(bitPattern: address.rawValue) >> Int64(addressBits - 1)
    return top == 0 || top == -1
  }

  /// The addresses of all pages in the order of the table, without the bits that are not
  /// translated.
  var everything: AddressRange { VirtualAddress(0)..<VirtualAddress(1 << addressBits) }

  /// An address of `everything` as the CPU takes it.
  func canonical(_ address: VirtualAddress) -> VirtualAddress {
    let unused = 64 - addressBits
    return VirtualAddress(
      UInt64(bitPattern: Int64(bitPattern: address.rawValue << unused) >> Int64(unused)))
  }

  /// Bytes that an entry at `level` spans.
  @inline(__always)
  static func span(_ level: Int) -> UInt64 { 1 << UInt64(12 + 9 * level) }

  /// Where the entry for `address` lies in the table of `level` at `table`.
  @inline(__always)
  static func entry(
    _ address: VirtualAddress, level: Int, table: PhysicalAddress
  ) -> PhysicalAddress {
    table + ((address.rawValue >> UInt64(12 + 9 * level)) & 511) * 8
  }

  /// The entry that decides about `address`, and the level that it lies at: a leaf, or empty.
  /// Unikraft: ukplat_pt_walk().
  public func walk(_ address: VirtualAddress) -> (pte: PTE, level: Int) {
    var table = root
    var level = topLevel
    while true {
      let pte = PTE(rawValue: memory.word(at: Self.entry(address, level: level, table: table)))
      if pte.isEmpty || pte.isLeaf || level == 0 { return (pte, level) }
      table = pte.address
      level -= 1
    }
  }

  /// The first address of the range that no leaf covers, and where the hole ends that begins there.
  func firstHole(in range: AddressRange) -> AddressRange? {
    var address = range.lowerBound
    while address < range.upperBound {
      let (pte, level) = walk(address)
      let end = Self.end(of: address, level: level)
      if pte.isEmpty { return address..<holeEnd(from: min(end, range.upperBound), in: range) }
      address = end
    }
    return nil
  }

  private func holeEnd(from start: VirtualAddress, in range: AddressRange) -> VirtualAddress {
    var address = start
    while address < range.upperBound {
      let (pte, level) = walk(address)
      if !pte.isEmpty { return address }
      address = Self.end(of: address, level: level)
    }
    return range.upperBound
  }

  /// The end of the span of the entry for `address`; saturates at the top of the address space.
  static func end(of address: VirtualAddress, level: Int) -> VirtualAddress {
    let last = address.rawValue | (span(level) - 1)
    return VirtualAddress(last == .max ? .max : last + 1)
  }
}
