// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// The VMAs of an address space in ascending order: a tree of wide nodes that know the extent of
/// what is below them and the largest gap inside, so that finding an address, a neighbour or a gap
/// is a walk from the root. Linux: the maple tree, `lib/maple_tree.c`.
///
/// The VMAs themselves lie in the leaves: what is found is read where the search ended.
///
/// Invariants: entries ascend and do not overlap; every node but the only leaf of an empty tree has
/// an entry; an entry above the leaves has extent and gap of its node; all leaves have the same
/// depth.
struct VMATree: ~Copyable {
  var pool = VMANodePool()
  var root: VMANode
  /// Levels above the leaves.
  var height = 0
  /// How many VMAs there are.
  var count = 0

  /// The way to the leaf that was approached last; nil when nodes have come or gone since.
  private var recent: Position?

  init() { root = VMANode(pool.takeLeaf()) }

  /// Remembers the way to `address`: an operation looks at one neighbourhood many times.
  @inline(__always)
  mutating func approach(_ address: VirtualAddress) {
    if recent?.leaf.spans(address.rawValue) != true {
      recent = Self.walk(from: root, height, to: address)
    }
  }

  /// Forgets it, since nodes come or go.
  @inline(__always)
  mutating func forgetWay() { recent = nil }

  /// A place in the tree: a leaf, an entry of it or its end, and the way there, the leaf's parent
  /// at index 0. Good until the tree changes.
  struct Position {
    var leaf: VMALeaf
    var slot = 0
    fileprivate(set) var nodes: InlineArray<8, VMAInner?> = InlineArray(repeating: nil)
    fileprivate(set) var slots: InlineArray<8, UInt8> = InlineArray(repeating: 0)

    /// The node of that level on the way, and which of its entries it goes through.
    @inline(__always)
    func step(_ level: Int) -> (node: VMAInner, slot: Int) { (nodes[level]!, Int(slots[level])) }

    /// Goes through another entry at that level; what is below is not up to date then.
    mutating func moveEntry(level: Int, to slot: Int) {
      slots[level] = UInt8(truncatingIfNeeded: slot)
    }
  }

  // MARK: Looking

  /// The VMA there.
  subscript(position: Position) -> VMA {
    @inline(__always)
    get { position.leaf[position.slot] }
  }

  /// The VMA that holds `address`.
  @inline(__always)
  func find(_ address: VirtualAddress) -> VMA? {
    let leaf = leaf(for: address)
    let slot = leaf.countBeginning(atOrBelow: address.rawValue) - 1
    if slot < 0 || leaf.high(slot) <= address.rawValue { return nil }
    return leaf[slot]
  }

  /// The first VMA that ends above `address`.
  @inline(__always)
  func vma(endingAbove address: VirtualAddress) -> VMA? {
    let leaf = leaf(for: address)
    let slot = leaf.countBeginning(atOrBelow: address.rawValue)
    if slot > 0, leaf.high(slot - 1) > address.rawValue { return leaf[slot - 1] }
    if slot < leaf.count { return leaf[slot] }
    guard let position = nextLeaf(place(of: address)) else { return nil }
    return self[position]
  }

  @inline(__always)
  private func leaf(for address: VirtualAddress) -> VMALeaf {
    if let leaf = recent?.leaf, leaf.spans(address.rawValue) { return leaf }
    var node = root
    for _ in 0..<height {
      let inner = node.inner
      node = inner.child(inner.slot(for: address.rawValue))
    }
    return node.leaf
  }

  /// Where a VMA that begins at `address` belongs: all before that place begin at or below it. The
  /// one before lies in the same leaf, or there is none.
  @inline(__always)
  func place(of address: VirtualAddress) -> Position {
    if var position = recent, position.leaf.spans(address.rawValue) {
      position.slot = position.leaf.countBeginning(atOrBelow: address.rawValue)
      return position
    }
    return Self.walk(from: root, height, to: address)
  }

  // What is long is static: a method is handed a copy of the tree.
  private static func walk(
    from root: VMANode, _ height: Int, to address: VirtualAddress
  ) -> Position {
    var position = Position(leaf: root.leaf)
    var node = root
    for level in stride(from: height - 1, through: 0, by: -1) {
      let inner = node.inner
      let slot = inner.slot(for: address.rawValue)
      position.nodes[level] = inner
      position.slots[level] = UInt8(truncatingIfNeeded: slot)
      node = inner.child(slot)
    }
    position.leaf = node.leaf
    position.slot = position.leaf.countBeginning(atOrBelow: address.rawValue)
    return position
  }

  /// Where the first VMA lies that ends above `address`.
  @inline(__always)
  func first(endingAbove address: VirtualAddress) -> Position? {
    var position = place(of: address)
    if position.slot > 0, position.leaf.high(position.slot - 1) > address.rawValue {
      position.slot -= 1
      return position
    }
    if position.slot < position.leaf.count { return position }
    return nextLeaf(position)
  }

  /// The next VMA above.
  func next(_ position: Position) -> Position? {
    if position.slot + 1 < position.leaf.count {
      var result = position
      result.slot += 1
      return result
    }
    return nextLeaf(position)
  }

  /// The first VMA of the leaf behind.
  @inline(__always)
  func nextLeaf(_ position: Position) -> Position? { Self.nextLeaf(position, height) }

  private static func nextLeaf(_ position: Position, _ height: Int) -> Position? {
    var result = position
    for level in 0..<height {
      let (node, slot) = result.step(level)
      if slot + 1 < node.count {
        result.slots[level] += 1
        descend(&result, from: level, toLast: false)
        return result
      }
    }
    return nil
  }

  /// The next VMA below.
  @inline(__always)
  func previous(_ position: Position) -> Position? { Self.previous(position, height) }

  private static func previous(_ position: Position, _ height: Int) -> Position? {
    var result = position
    if result.slot > 0 {
      result.slot -= 1
      return result
    }
    for level in 0..<height where result.slots[level] > 0 {
      result.slots[level] -= 1
      descend(&result, from: level, toLast: true)
      return result
    }
    return nil
  }

  /// The lowest VMA.
  var first: Position? { count == 0 ? nil : first(endingAbove: VirtualAddress(0)) }

  /// The highest VMA.
  var last: Position? {
    if count == 0 { return nil }
    var position = Position(leaf: root.leaf)
    if height > 0 {
      position.nodes[height - 1] = root.inner
      position.slots[height - 1] = UInt8(root.inner.count - 1)
      Self.descend(&position, from: height - 1, toLast: true)
    }
    position.slot = position.leaf.count - 1
    return position
  }

  /// Goes down from the entry of that level to its first or last VMA.
  private static func descend(_ position: inout Position, from level: Int, toLast: Bool) {
    for below in stride(from: level - 1, through: 0, by: -1) {
      let (above, slot) = position.step(below + 1)
      let node = above.child(slot).inner
      position.nodes[below] = node
      position.slots[below] = toLast ? UInt8(node.count - 1) : 0
    }
    let (parent, slot) = position.step(0)
    position.leaf = parent.child(slot).leaf
    position.slot = toLast ? position.leaf.count - 1 : 0
  }
}
