// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A four-level page table of x86-64, kept in physical memory as the CPU reads it.
/// Unikraft: `struct uk_pagetable`.
///
/// Invariants: every table but the root has an entry that is not empty, and its count in the entry
/// above is right; a leaf lies at level 0, 1 or 2 and its frame is aligned to its size; a frame
/// that is not borrowed stands in one leaf only.
public struct PageTable {
  /// Where the top table lies: CR3.
  public let root: PhysicalAddress
  let memory: PhysicalMemory
  /// Zeroed frames set aside, so that a change that has begun cannot fail for want of a table.
  var stock: [PhysicalAddress] = []
  /// Frames that tables take, the root included.
  public internal(set) var tableCount: UInt64 = 1

  static var topLevel: Int { 3 }
  static var entriesPerTable: UInt64 { 512 }

  /// An empty table. ENOMEM where there is no frame for it.
  init(memory: PhysicalMemory, frames: inout BuddyFrameAllocator) throws(Errno) {
    self.memory = memory
    root = try Self.allocateTable(memory, &frames)
  }

  private static func allocateTable(
    _ memory: PhysicalMemory, _ frames: inout BuddyFrameAllocator
  ) throws(Errno) -> PhysicalAddress {
    let run = try frames.allocate()
    if !run.isZero { memory.clear(run.segment) }
    return run.handOver()
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
    var level = Self.topLevel
    while true {
      let pte = PTE(rawValue: memory.word(at: Self.entry(address, level: level, table: table)))
      if pte.isEmpty || pte.isLeaf || level == 0 { return (pte, level) }
      table = pte.address
      level -= 1
    }
  }

  /// Where `address` lies, and up to which address that page goes on; nil where the guest could not
  /// access it so.
  @inline(__always)
  func translate(
    _ address: VirtualAddress, for access: Protection
  ) -> (physical: PhysicalAddress, end: VirtualAddress)? {
    let (pte, level) = walk(address)
    guard pte.allows(access) else { return nil }
    let offset = address.rawValue & (Self.span(level) - 1)
    return (pte.address + offset, address + (Self.span(level) - offset))
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

  // MARK: Tables

  mutating func takeTable(_ frames: inout BuddyFrameAllocator) throws(Errno) -> PhysicalAddress {
    let table: PhysicalAddress
    if let kept = stock.popLast() {
      table = kept
    } else {
      table = try Self.allocateTable(memory, &frames)
    }
    tableCount += 1
    return table
  }

  mutating func giveBack(_ table: PhysicalAddress, _ frames: inout BuddyFrameAllocator) {
    tableCount -= 1
    frames.free(table, areZero: true)
  }

  /// Sets frames for `count` tables aside; on failure none.
  mutating func fillStock(_ count: UInt64, _ frames: inout BuddyFrameAllocator) throws(Errno) {
    try frames.check(frameCount: count)
    for _ in 0..<count {
      do throws(Errno) {
        stock.append(try Self.allocateTable(memory, &frames))
      } catch {
        emptyStock(&frames)
        throw error
      }
    }
  }

  /// Gives what was set aside and not used back.
  mutating func emptyStock(_ frames: inout BuddyFrameAllocator) {
    while let table = stock.popLast() { frames.free(table, areZero: true) }
  }

  /// The most tables that leaves in `range` can need. Unikraft: `PT_PAGES`.
  static func tableBound(of range: AddressRange) -> UInt64 {
    var sum: UInt64 = 0
    for level in 1...topLevel {
      let first = range.lowerBound.rawValue >> UInt64(12 + 9 * level)
      let last = (range.upperBound.rawValue - 1) >> UInt64(12 + 9 * level)
      sum += last - first + 1
    }
    return sum
  }
}
