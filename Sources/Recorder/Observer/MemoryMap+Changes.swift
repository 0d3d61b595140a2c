// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI

extension MemoryMap {
  /// What turns `old` into this map, in address order: every VMA that is not there in the old map
  /// exactly so, and every stretch that was covered and is not. Linear in the VMAs of both.
  func changes(since old: MemoryMap) -> [VMAChange] {
    var changes: [VMAChange] = []
    var index = 0
    var cursor = VirtualAddress(0)
    for vma in vmas {
      old.appendCovered(cursor..<vma.range.lowerBound, from: &index, to: &changes)
      while index < old.vmas.count && old.vmas[index].range.upperBound <= vma.range.lowerBound {
        index += 1
      }
      if index >= old.vmas.count || !old.vmas[index].isSame(as: vma) {
        changes.append(.mapped(vma))
      }
      cursor = vma.range.upperBound
    }
    old.appendCovered(cursor..<VirtualAddress(.max), from: &index, to: &changes)
    return changes
  }

  /// Everything that is mapped, unmapped.
  var removal: [VMAChange] { MemoryMap().changes(since: self) }

  /// The end of the highest VMA below the stack: where Linux begins to place mappings top-down,
  /// as long as the program has not unmapped what stood there first. Linux: `mm->mmap_base`.
  var topDownBase: VirtualAddress {
    guard let stack = vmas.lastIndex(where: { $0.backing == .stack }), stack > 0 else {
      return VirtualAddress(0)
    }
    return vmas[stack - 1].range.upperBound
  }

  /// Appends what this map covers of a gap of the other, neighbours joined.
  private func appendCovered(
    _ gap: AddressRange, from index: inout Int, to changes: inout [VMAChange]
  ) {
    if gap.isEmpty { return }
    while index < vmas.count && vmas[index].range.upperBound <= gap.lowerBound { index += 1 }
    var joined: AddressRange?
    var next = index
    while next < vmas.count && vmas[next].range.lowerBound < gap.upperBound {
      let part = vmas[next].range.clamped(to: gap)
      if let before = joined, before.upperBound == part.lowerBound {
        joined = before.lowerBound..<part.upperBound
      } else {
        if let before = joined { changes.append(.unmapped(before)) }
        joined = part
      }
      next += 1
    }
    if let last = joined { changes.append(.unmapped(last)) }
  }
}

extension VMADescription {
  /// Whether every field is equal.
  func isSame(as other: VMADescription) -> Bool {
    range == other.range && protection == other.protection && isShared == other.isShared
      && backing == other.backing && offset == other.offset && name == other.name
  }
}
