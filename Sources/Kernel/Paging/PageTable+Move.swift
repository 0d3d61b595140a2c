// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension PageTable {
  /// A leaf without a place.
  struct DetachedLeaf {
    var address: VirtualAddress
    var level: Int
    var pte: PTE
  }

  /// The most tables that the leaves of `range` can need at `target`.
  func moveBound(_ range: AddressRange, to target: AddressRange) -> UInt64 {
    var leafCount: UInt64 = 0
    forEachLeaf(in: range) { _, _, _ in leafCount += 1 }
    return min(tableBound(of: target), leafCount * UInt64(topLevel))
  }

  /// Takes all leaves of the range away without their frames, and the tables that became empty.
  mutating func detachAll(
    _ range: AddressRange, frames: inout BuddyFrameAllocator, log: inout TranslationLog
  ) -> [DetachedLeaf] {
    var leaves: [DetachedLeaf] = []
    forEachLeaf(in: range) { address, level, entry in
      leaves.append(
        DetachedLeaf(
          address: address, level: level, pte: PTE(rawValue: memory.word(at: entry))))
    }
    var cleared: AddressRange?
    for leaf in leaves {
      detach(leaf.address, frames: &frames)
      if leaf.pte.isPresent {
        cleared = (cleared?.lowerBound ?? leaf.address)..<leaf.address + Self.span(leaf.level)
      }
    }
    if let cleared { log.unmap(cleared.lowerBound, byteCount: cleared.byteCount) }
    return leaves
  }

  /// Puts leaves back, `distance` bytes further, where there are none. Needs tables in stock or
  /// free frames for them: as many as `detachAll` gave back, or `moveBound`.
  mutating func attach(
    _ leaves: [DetachedLeaf], distance: UInt64 = 0, frames: inout BuddyFrameAllocator,
    log: inout TranslationLog, protection: (VirtualAddress) -> Protection
  ) {
    for leaf in leaves {
      let address = leaf.address + distance
      do throws(Errno) {
        try set(leaf.pte, at: address, level: leaf.level, frames: &frames)
      } catch {
        preconditionFailure("no table for a leaf that moves")
      }
      if leaf.pte.isPresent {
        log.map(
          address, to: leaf.pte.address, byteCount: Self.span(leaf.level),
          protection: leaf.pte.limited(protection(leaf.address)))
      }
    }
  }

  /// Cuts every page of the range into 4 KiB ones, so that they can stand at any address.
  mutating func splitAll(
    in range: AddressRange, frames: inout BuddyFrameAllocator
  ) throws(Errno) {
    var address = range.lowerBound
    while address < range.upperBound {
      let (pte, level) = walk(address)
      if pte.isLeaf, level > 0 {
        try split(at: address + PageSize.base.byteCount, frames: &frames)
      } else {
        address = Self.end(of: address, level: level)
      }
    }
  }
}
