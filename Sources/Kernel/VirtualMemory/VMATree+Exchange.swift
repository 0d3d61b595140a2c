// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension VMATree {
  /// Sees to so many exchanges not needing memory. ENOMEM where there is none.
  @inline(__always)
  mutating func reserve(exchanges count: Int = 1) throws(Errno) {
    // An exchange splits at most one leaf and the nodes on the way to it, for two VMAs each.
    try pool.reserve(leaves: 2 * count, inners: 2 * count * (height + 1))
  }

  /// Puts `vma`, whose range is `range`, in the place of whatever the range holds, or nothing; cuts
  /// what reaches over its ends and merges what can be merged there. The one way in which the
  /// VMAs change.
  mutating func exchange(_ range: AddressRange, for vma: VMA?) {
    while true {
      let position = place(of: range.lowerBound)
      switch exchange(range, for: vma, at: position) {
      case .done: return
      case .needsRoom: split(position)
      case .crossesLeaves:
        exchangeInSteps(range, for: vma)
        return
      }
    }
  }

  private enum Attempt {
    case done
    case needsRoom
    case crossesLeaves
  }

  /// Does it where all that changes lies in one leaf with room.
  @inline(__always)
  private mutating func exchange(
    _ range: AddressRange, for vma: VMA?, at position: Position
  ) -> Attempt {
    let leaf = position.leaf
    let oldCount = leaf.count
    let low = range.lowerBound.rawValue
    let high = range.upperBound.rawValue
    var first = position.slot
    if first > 0, leaf.high(first - 1) > low { first -= 1 }
    var end = position.slot
    while end < oldCount, leaf.low(end) < high { end += 1 }
    if crosses(position, first, end, range, vma) { return .crossesLeaves }

    var head: VMA?
    var tail: VMA?
    if first < end {
      if leaf.low(first) < low {
        head = leaf[first].part(VirtualAddress(leaf.low(first))..<range.lowerBound)
      }
      if leaf.high(end - 1) > high {
        tail = leaf[end - 1].part(range.upperBound..<VirtualAddress(leaf.high(end - 1)))
      }
    }
    var middle = vma
    if let vma {
      var merged = vma
      if let left = head ?? (first > 0 ? leaf[first - 1] : nil), left.canMerge(with: merged) {
        if head == nil { first -= 1 }
        head = nil
        merged = left.merged(with: merged)
      }
      if let right = tail ?? (end < oldCount ? leaf[end] : nil), merged.canMerge(with: right) {
        if tail == nil { end += 1 }
        tail = nil
        merged = merged.merged(with: right)
      }
      middle = merged
    }
    let newCount = (head == nil ? 0 : 1) + (middle == nil ? 0 : 1) + (tail == nil ? 0 : 1)
    if oldCount - (end - first) + newCount > VMALeaf.fanout { return .needsRoom }
    leaf.resize(first..<end, to: newCount)
    count += newCount - (end - first)
    var slot = first
    if let head {
      leaf[slot] = head
      slot += 1
    }
    if let middle {
      leaf[slot] = middle
      slot += 1
    }
    if let tail { leaf[slot] = tail }
    settle(position)
    return .done
  }

  /// Whether what is to change, or to merge, reaches into a neighbouring leaf.
  @inline(__always)
  private func crosses(
    _ position: Position, _ first: Int, _ end: Int, _ range: AddressRange, _ vma: VMA?
  ) -> Bool {
    if height == 0 { return false }
    let leaf = position.leaf
    if end == leaf.count, let following = nextLeaf(position) {
      let next = following.leaf.low(0)
      if next < range.upperBound.rawValue { return true }
      if let vma, next == range.upperBound.rawValue, vma.canMerge(with: self[following]) {
        return true
      }
    }
    if first == 0, let vma, leaf.low(0) >= range.lowerBound.rawValue {
      var start = position
      start.slot = 0
      if let preceding = previous(start), self[preceding].canMerge(with: vma) { return true }
    }
    return false
  }

  /// The same one VMA at a time.
  private mutating func exchangeInSteps(_ range: AddressRange, for vma: VMA?) {
    while let position = first(endingAbove: range.lowerBound),
      self[position].range.lowerBound < range.upperBound
    {
      let old = self[position]
      if old.range.lowerBound < range.lowerBound {
        replace(position, with: old.part(old.range.lowerBound..<range.lowerBound))
        if old.range.upperBound > range.upperBound {
          insert(old.part(range.upperBound..<old.range.upperBound))
        }
      } else if old.range.upperBound > range.upperBound {
        replace(position, with: old.part(range.upperBound..<old.range.upperBound))
      } else {
        remove(position)
      }
    }
    guard var merged = vma else { return }
    if let position = first(endingAbove: range.lowerBound - 1),
      self[position].canMerge(with: merged)
    {
      merged = self[position].merged(with: merged)
      remove(position)
    }
    if let position = first(endingAbove: merged.range.upperBound),
      merged.canMerge(with: self[position])
    {
      merged = merged.merged(with: self[position])
      remove(position)
    }
    insert(merged)
  }
}
