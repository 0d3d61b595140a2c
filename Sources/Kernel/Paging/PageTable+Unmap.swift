// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension PageTable {
  /// Takes all leaves of the range away, gives their frames back unless they are borrowed, and the
  /// tables that became empty. A larger page must lie inside or outside as a whole: see `split`.
  /// `keepsFrames`: no frame is given back. Unikraft: ukplat_page_unmap().
  mutating func unmap(
    _ range: AddressRange, keepsFrames: Bool = false, frames: inout BuddyFrameAllocator,
    log: inout TranslationLog
  ) {
    // Absent pages between present ones join the change: none of the range is present afterwards.
    var cleared: AddressRange?
    clear(range, keepsFrames, level: topLevel, table: root, place: nil, &frames, &cleared)
    if let cleared { log.unmap(cleared.lowerBound, byteCount: cleared.byteCount) }
  }

  private mutating func clear(
    _ range: AddressRange, _ keepsFrames: Bool, level: Int, table: PhysicalAddress,
    place: PhysicalAddress?, _ frames: inout BuddyFrameAllocator, _ cleared: inout AddressRange?
  ) {
    var address = range.lowerBound
    while address < range.upperBound {
      let end = min(Self.end(of: address, level: level), range.upperBound)
      let entry = Self.entry(address, level: level, table: table)
      let pte = PTE(rawValue: memory.word(at: entry))
      if pte.isLeaf {
        precondition(address + Self.span(level) == end, "half of a larger page")
        if pte.isPresent { cleared = (cleared?.lowerBound ?? address)..<end }
        memory.setWord(0, at: entry)
        statistics.leaves[level] -= 1
        if !pte.isBorrowed, !keepsFrames {
          frames.free(pte.address, frameCount: Self.span(level) >> PageSize.base.shift)
        }
        count(in: place, by: -1)
      } else if !pte.isEmpty {
        clear(
          address..<end, keepsFrames, level: level - 1, table: pte.address, place: entry, &frames,
          &cleared)
        if PTE(rawValue: memory.word(at: entry)).count == 0 {
          memory.setWord(0, at: entry)
          giveBack(pte.address, level: level - 1, &frames)
          count(in: place, by: -1)
        }
      }
      address = end
    }
  }

  /// Takes the leaf at `address` away without its frame; gives tables that became empty back.
  mutating func detach(_ address: VirtualAddress, frames: inout BuddyFrameAllocator) {
    var places: InlineArray<5, PhysicalAddress> = InlineArray(repeating: PhysicalAddress(0))
    var table = root
    var level = topLevel
    while true {
      places[level] = Self.entry(address, level: level, table: table)
      let pte = PTE(rawValue: memory.word(at: places[level]))
      if pte.isLeaf { break }
      precondition(!pte.isEmpty, "no leaf to detach")
      table = pte.address
      level -= 1
    }
    memory.setWord(0, at: places[level])
    statistics.leaves[level] -= 1
    while level < topLevel {
      level += 1
      count(in: places[level], by: -1)
      let above = PTE(rawValue: memory.word(at: places[level]))
      if above.count > 0 { break }
      memory.setWord(0, at: places[level])
      giveBack(above.address, level: level - 1, &frames)
    }
  }
}
