// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension PageTable {
  /// Puts a leaf for a page of `size` at `address`, where there is none. ENOMEM where a table is
  /// missing and there is no frame for it; then nothing has changed. Unikraft: ukplat_page_map().
  mutating func map(
    _ address: VirtualAddress, to physical: PhysicalAddress, size: PageSize = .base,
    protection: Protection, isBorrowed: Bool = false, isCopyOnWrite: Bool = false,
    frames: inout BuddyFrameAllocator, log: inout TranslationLog
  ) throws(Errno) {
    let leaf = PTE.leaf(
      physical, size: size, protection: protection, isBorrowed: isBorrowed,
      isCopyOnWrite: isCopyOnWrite)
    try set(leaf, at: address, level: Int(size.rawValue), frames: &frames)
    if leaf.isPresent {
      log.map(
        address, to: physical, byteCount: size.byteCount, protection: leaf.limited(protection))
    }
  }

  /// Puts a 4 KiB leaf in the place of the one at `address`. Tells nobody.
  mutating func replace(_ leaf: PTE, at address: VirtualAddress) {
    var table = root
    var level = topLevel
    while level > 0 {
      table =
        PTE(rawValue: memory.word(at: Self.entry(address, level: level, table: table))).address
      level -= 1
    }
    let place = Self.entry(address, level: 0, table: table)
    precondition(PTE(rawValue: memory.word(at: place)).isLeaf, "no page to replace")
    memory.setWord(leaf.rawValue, at: place)
  }

  /// Puts an entry where there is none.
  mutating func set(
    _ leaf: PTE, at address: VirtualAddress, level target: Int,
    frames: inout BuddyFrameAllocator
  ) throws(Errno) {
    var table = root
    var level = topLevel
    // The deepest entry that existed before, to take back what hangs below it on failure.
    var above: PhysicalAddress?
    while level > target {
      let place = Self.entry(address, level: level, table: table)
      let pte = PTE(rawValue: memory.word(at: place))
      precondition(!pte.isLeaf, "a page below a larger page")
      if pte.isEmpty {
        try hangTables(below: place, from: level, to: target, at: address, &frames)
        count(in: above, by: 1)
        above = place
        table = PTE(rawValue: memory.word(at: place)).address
      } else {
        above = place
        table = pte.address
      }
      level -= 1
    }
    let place = Self.entry(address, level: target, table: table)
    precondition(memory.word(at: place) == 0, "two pages at one address")
    memory.setWord(leaf.rawValue, at: place)
    count(in: above, by: 1)
    statistics.leaves[target] += 1
  }

  /// Makes the tables from `level` - 1 down to `target`, the lowest without an entry, all others
  /// with one, and hangs them below the entry at `place`; or none of them.
  private mutating func hangTables(
    below place: PhysicalAddress, from level: Int, to target: Int, at address: VirtualAddress,
    _ frames: inout BuddyFrameAllocator
  ) throws(Errno) {
    var made: InlineArray<4, PhysicalAddress> = InlineArray(repeating: PhysicalAddress(0))
    let needed = level - target
    for index in 0..<needed {
      do throws(Errno) {
        made[index] = try takeTable(level: level - 1 - index, &frames)
      } catch {
        for earlier in 0..<index {
          giveBack(made[earlier], level: level - 1 - earlier, &frames)
        }
        throw error
      }
    }
    for index in 1..<max(1, needed) {
      let entry = Self.entry(address, level: level - index, table: made[index - 1])
      // The lowest table has no entry yet: the caller counts the one that it puts there.
      let count: UInt64 = index == needed - 1 ? 0 : 1
      memory.setWord(PTE.table(made[index], count: count).rawValue, at: entry)
    }
    memory.setWord(PTE.table(made[0], count: needed == 1 ? 0 : 1).rawValue, at: place)
  }

  /// Counts an entry more or less in the table that the entry at `place` names; nil: in the root,
  /// which is not counted.
  @inline(__always)
  func count(in place: PhysicalAddress?, by change: Int) {
    guard let place else { return }
    let bits = memory.word(at: place)
    memory.setWord(bits &+ UInt64(bitPattern: Int64(change)) &<< PTE.countShift, at: place)
  }
}
