// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension VMATree {
  /// Puts a VMA where none is, merged with nothing.
  mutating func insert(_ vma: VMA) {
    var position = place(of: vma.range.lowerBound)
    if position.leaf.count == VMALeaf.fanout {
      split(position)
      position = place(of: vma.range.lowerBound)
    }
    position.leaf.resize(position.slot..<position.slot, to: 1)
    position.leaf[position.slot] = vma
    count += 1
    refresh(position)
  }

  /// Takes the VMA there away.
  mutating func remove(_ position: Position) {
    position.leaf.resize(position.slot..<position.slot + 1, to: 0)
    count -= 1
    settle(position)
  }

  /// Gives the VMA there other attributes or bounds that do not reach past its neighbours.
  mutating func replace(_ position: Position, with vma: VMA) {
    position.leaf[position.slot] = vma
    refresh(position)
  }

  // MARK: Upwards

  /// Brings what the nodes above know of the leaf up to date.
  @inline(__always)
  func refresh(_ position: Position) {
    if height > 0 { Self.refresh(position, position.leaf.summary, from: 0, to: height) }
  }

  private static func refresh(
    _ position: Position, _ summary: VMASummary, from level: Int, to height: Int
  ) {
    var summary = summary
    for level in level..<height {
      let (node, slot) = position.step(level)
      if node[slot] == summary { return }
      node[slot] = summary
      summary = node.summary
    }
  }

  /// The same after VMAs have gone: takes an empty leaf away and joins small ones.
  @inline(__always)
  mutating func settle(_ position: Position) {
    if height == 0 { return }
    let leafCount = position.leaf.count
    if leafCount > VMALeaf.fanout / 3 {
      refresh(position)
    } else if leafCount > 0 {
      refresh(position)
      joinLeaves(position)
    } else {
      forgetWay()
      pool.give(position.leaf)
      removeEntry(position, level: 0)
    }
  }

  /// Takes the entry of that level on the way away, and the nodes that become empty.
  private mutating func removeEntry(_ position: Position, level: Int) {
    forgetWay()
    var level = level
    while true {
      let (node, slot) = position.step(level)
      node.remove(slot)
      if node.count > 0 {
        Self.refresh(position, node.summary, from: level + 1, to: height)
        if node.count <= VMAInner.fanout / 3 { joinNodes(position, level: level) }
        break
      }
      pool.give(node)
      if level + 1 == height {
        height = 0
        root = VMANode(pool.takeLeaf())
        return
      }
      level += 1
    }
    while height > 0, root.inner.count == 1 {
      let old = root.inner
      root = old.child(0)
      height -= 1
      pool.give(old)
    }
  }

  /// Joins the leaf with a neighbour below the same node where three quarters of one hold both.
  private mutating func joinLeaves(_ position: Position) {
    var position = position
    let (node, slot) = position.step(0)
    for left in [slot, slot - 1] where left >= 0 && left + 1 < node.count {
      let leaf = node.child(left).leaf
      let other = node.child(left + 1).leaf
      if leaf.count + other.count > VMALeaf.fanout * 3 / 4 { continue }
      leaf.take(from: other, 0)
      node[left] = leaf.summary
      pool.give(other)
      position.moveEntry(level: 0, to: left + 1)
      removeEntry(position, level: 0)
      return
    }
  }

  private mutating func joinNodes(_ position: Position, level: Int) {
    if level + 1 >= height { return }
    var position = position
    let (above, slot) = position.step(level + 1)
    for left in [slot, slot - 1] where left >= 0 && left + 1 < above.count {
      let node = above.child(left).inner
      let other = above.child(left + 1).inner
      if node.count + other.count > VMAInner.fanout * 3 / 4 { continue }
      node.take(from: other, 0)
      above[left] = node.summary
      pool.give(other)
      position.moveEntry(level: level + 1, to: left + 1)
      removeEntry(position, level: level + 1)
      return
    }
  }

  // MARK: Splitting

  /// Evens the leaf out with a neighbour below the same node that has room for four more, so that
  /// leaves are fuller, and fewer; whether there is one.
  private func shareLeaf(_ position: Position) -> Bool {
    if height == 0 { return false }
    let (node, slot) = position.step(0)
    for left in [slot, slot - 1] where left >= 0 && left + 1 < node.count {
      let (leaf, other) = (node.child(left).leaf, node.child(left + 1).leaf)
      let both = leaf.count + other.count
      if both > 2 * VMALeaf.fanout - 4 { continue }
      leaf.even(with: other, keeping: both / 2)
      node[left] = leaf.summary
      node[left + 1] = other.summary
      Self.refresh(position, node.summary, from: 1, to: height)
      return true
    }
    return false
  }

  /// Makes room for two more VMAs in a full leaf: a neighbour takes some, or it becomes two, and so
  /// do the full nodes above it.
  mutating func split(_ position: Position) {
    forgetWay()
    let leaf = position.leaf
    // Where VMAs come in ascending or descending order leaves stay full, but for the two more that
    // cutting one in three makes; else they are halved.
    let isAtEnd = position.slot == leaf.count && nextLeaf(position) == nil
    if !isAtEnd, shareLeaf(position) { return }
    let right = pool.takeLeaf()
    let kept = isAtEnd ? leaf.count - 2 : position.slot == 0 ? 2 : leaf.count / 2
    right.take(from: leaf, kept)
    var summary = leaf.summary
    var carried = VMANode(right)
    var carriedSummary = right.summary
    for level in 0..<height {
      let (node, slot) = position.step(level)
      node[slot] = summary
      if node.count < VMAInner.fanout {
        node.insert(carried, carriedSummary, at: slot + 1)
        Self.refresh(position, node.summary, from: level + 1, to: height)
        return
      }
      let other = pool.takeInner()
      let kept = isAtEnd ? node.count - 1 : slot == 0 ? 1 : node.count / 2
      other.take(from: node, kept)
      if slot + 1 <= kept {
        node.insert(carried, carriedSummary, at: slot + 1)
      } else {
        other.insert(carried, carriedSummary, at: slot + 1 - kept)
      }
      summary = node.summary
      carried = VMANode(other)
      carriedSummary = other.summary
    }
    precondition(height < 8, "more VMAs than there are addresses")
    let top = pool.takeInner()
    top.insert(root, summary, at: 0)
    top.insert(carried, carriedSummary, at: 1)
    root = VMANode(top)
    height += 1
  }
}
