// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension MemoryRegionList {
  /// Makes the regions disjoint and joins neighbours that are alike.
  /// Unikraft, from 0.14 on: ukplat_memregion_list_coalesce().
  ///
  /// Of two kinds the one of higher priority (free, then what is in use, then reserved) keeps its
  /// bytes: the other is cut, taken out, or parted in two. Of equal priority and flags they become
  /// one that has the bytes of both. EINVAL for what cannot be: two that are in use and overlap,
  /// one in use and one reserved, or one priority with different flags. ENOMEM where parting finds
  /// no room. Untyped regions say nothing about memory and stay. After an error nothing has
  /// changed.
  public mutating func coalesce() throws(Errno) {
    let before = regions
    do throws(Errno) {
      var index = 0
      while index + 1 < regions.count {
        if try !coalescePair(at: index) {
          index += 1
        } else {
          // What a change let come next may meet what stood before.
          sort()
          index = max(0, index - 1)
        }
      }
    } catch {
      regions = before
      throw error
    }
  }

  private mutating func sort() {
    for index in regions.indices.dropFirst() {
      var at = index
      while at > 0, regions[at - 1].physical > regions[at].physical {
        regions.swapAt(at - 1, at)
        at -= 1
      }
    }
  }

  /// Deals with a region and those after it that it meets; false where nothing had to be done.
  private mutating func coalescePair(at index: Int) throws(Errno) -> Bool {
    let left = regions[index]
    if left.kind == .untyped { return false }
    var other = index + 1
    while other < regions.count, regions[other].kind == .untyped { other += 1 }
    if other == regions.count { return false }
    let right = regions[other]
    if left.range.upperBound < right.range.lowerBound { return false }
    if left.range.upperBound == right.range.lowerBound {
      return join(index, other, adjoiningOnly: true)
    }
    if left.priority == right.priority {
      guard left.flags == right.flags, left.kind == right.kind else { throw .invalidArgument }
      if left.isResource { throw .invalidArgument }
      return join(index, other, adjoiningOnly: false)
    }
    guard left.kind == .free || right.kind == .free else { throw .invalidArgument }
    try cut(index, other)
    return true
  }

  /// Makes two regions one. The original computes a length here that loses the right one's end.
  private mutating func join(_ index: Int, _ other: Int, adjoiningOnly: Bool) -> Bool {
    let left = regions[index]
    let right = regions[other]
    let gap = right.range.lowerBound - left.range.lowerBound
    let isAlike =
      left.kind == right.kind && left.flags == right.flags && !left.isResource
      && (left.virtual == right.virtual && left.virtual.rawValue == .max
        || right.virtual.rawValue == left.virtual.rawValue &+ gap)
    if adjoiningOnly && !isAlike { return false }
    let end = max(left.range.upperBound, right.range.upperBound)
    regions[index].byteCount = end - left.range.lowerBound
    regions.remove(at: other)
    return true
  }

  /// Takes from the free one of two what the other has.
  private mutating func cut(_ index: Int, _ other: Int) throws(Errno) {
    let left = regions[index]
    let right = regions[other]
    let freeIndex = left.kind == .free ? index : other
    let free = regions[freeIndex]
    let used = freeIndex == index ? right.range : left.range
    regions.remove(at: freeIndex)
    let head = free.range.lowerBound..<max(free.range.lowerBound, used.lowerBound)
    let tail = min(free.range.upperBound, used.upperBound)..<free.range.upperBound
    for part in [head, tail] where !part.isEmpty {
      var region = free
      region.physical = PhysicalAddress(part.lowerBound)
      if free.virtual.rawValue != .max {
        region.virtual = VirtualAddress(
          free.virtual.rawValue &+ (part.lowerBound - free.range.lowerBound))
      }
      region.byteCount = part.upperBound - part.lowerBound
      try insert(region)
    }
  }
}
