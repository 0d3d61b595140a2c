// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension PageTable {
  /// Gives all leaves of the range this protection; what is not there is left out. Without any
  /// permission a leaf is not present any more but keeps its frame. A larger page must lie inside
  /// or outside as a whole. Unikraft: ukplat_page_set_attr().
  mutating func protect(
    _ range: AddressRange, _ protection: Protection, log: inout TranslationLog
  ) {
    forEachLeaf(in: range) { address, level, entry in
      precondition(
        address + Self.span(level) <= range.upperBound || level == 0, "half of a larger page")
      let old = PTE(rawValue: memory.word(at: entry))
      let new = old.with(protection)
      memory.setWord(new.rawValue, at: entry)
      let byteCount = Self.span(level)
      switch (old.isPresent, new.isPresent) {
      case (true, true):
        log.protect(address, byteCount: byteCount, protection: new.limited(protection))
      case (true, false): log.unmap(address, byteCount: byteCount)
      case (false, true):
        log.map(
          address, to: new.address, byteCount: byteCount, protection: new.limited(protection))
      case (false, false): break
      }
    }
  }

  /// Calls `body` with address, level and place of each leaf whose page begins in the range, in
  /// ascending order. `body` may change the leaf, not remove it.
  func forEachLeaf(
    in range: AddressRange,
    _ body: (_ address: VirtualAddress, _ level: Int, _ entry: PhysicalAddress) -> Void
  ) {
    visit(range, level: topLevel, table: root, body)
  }

  private func visit(
    _ range: AddressRange, level: Int, table: PhysicalAddress,
    _ body: (_ address: VirtualAddress, _ level: Int, _ entry: PhysicalAddress) -> Void
  ) {
    var address = range.lowerBound
    while address < range.upperBound {
      let end = min(Self.end(of: address, level: level), range.upperBound)
      let entry = Self.entry(address, level: level, table: table)
      let pte = PTE(rawValue: memory.word(at: entry))
      if pte.isLeaf {
        if address.isAligned(to: Self.span(level)) { body(address, level, entry) }
      } else if !pte.isEmpty {
        visit(address..<end, level: level - 1, table: pte.address, body)
      }
      address = end
    }
  }

  /// Whether a page larger than 4 KiB lies on both sides of `address`.
  func isStraddled(_ address: VirtualAddress) -> Bool {
    if statistics.leaves[1] | statistics.leaves[2] == 0 { return false }
    let (pte, level) = walk(address)
    return pte.isLeaf && level > 0 && !address.isAligned(to: Self.span(level))
  }

  /// Cuts pages that lie on both sides of `address` into smaller ones. The CPU need not hear of it:
  /// every translation stays. Needs at most two tables; with them in stock it does not fail.
  mutating func split(
    at address: VirtualAddress, frames: inout BuddyFrameAllocator
  ) throws(Errno) {
    var table = root
    var level = topLevel
    while level > 0 {
      let entry = Self.entry(address, level: level, table: table)
      let pte = PTE(rawValue: memory.word(at: entry))
      if pte.isEmpty { return }
      if pte.isLeaf {
        if address.isAligned(to: Self.span(level)) { return }
        let lower = try takeTable(level: level - 1, &frames)
        let step = Self.span(level - 1)
        // Below level 1 bit 7 is the PAT bit and no large bit.
        let attributes =
          (pte.rawValue & ~PTE.addressMask) & (level == 1 ? ~PTE.largeBit : .max)
        for index in 0..<Self.entriesPerTable {
          memory.setWord(
            (pte.address.rawValue + index * step) | attributes, at: lower + index * 8)
        }
        memory.setWord(
          PTE.table(lower, count: Self.entriesPerTable).rawValue, at: entry)
        statistics.cut(level: level)
        table = lower
      } else {
        table = pte.address
      }
      level -= 1
    }
  }
}
