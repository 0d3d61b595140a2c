// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// The VMAs of an address space in ascending order: a B-tree whose entries know their extent and
/// the largest gap inside, so that finding an address, a neighbour, or a gap is a walk from the
/// root.
///
/// An entry of a leaf is a VMA, an entry of an inner node is a node. Both are kept alike: the
/// lowest address, the highest, the largest gap between, and the number of the VMA or node. The
/// nodes lie in arrays, field by field, so that a search reads one run of addresses.
///
/// Invariants: entries ascend and do not overlap; every node but an empty root has an entry; an
/// inner entry's extent and gap are those of its node; all leaves have the same depth.
struct VMATree {
  static var fanout: Int { 32 }

  private(set) var lows: [UInt64] = []
  private(set) var highs: [UInt64] = []
  private(set) var gaps: [UInt64] = []
  private(set) var children: [UInt32] = []
  private(set) var counts: [UInt8] = []
  private var freeNodes: [UInt32] = []

  private var vmas: [VMA] = []
  private var freeVMAs: [UInt32] = []

  private(set) var root = 0
  /// Levels above the leaves.
  private(set) var height = 0
  /// How many VMAs there are.
  private(set) var count = 0

  init() { root = makeNode() }

  /// A place in the tree: which node and entry at each level, the leaf at index 0. Good until the
  /// tree changes.
  struct Position {
    fileprivate(set) var nodes: InlineArray<8, UInt32> = InlineArray(repeating: 0)
    fileprivate(set) var slots: InlineArray<8, UInt8> = InlineArray(repeating: 0)
  }

  // MARK: Looking

  /// The VMA there.
  subscript(position: Position) -> VMA { vmas[Int(children[index(position, 0)])] }

  /// The first VMA that ends above `address`.
  func first(endingAbove address: VirtualAddress) -> Position? {
    if count == 0 { return nil }
    var position = Position()
    var node = root
    for level in stride(from: height, through: 0, by: -1) {
      let slot = slot(in: node, endingAbove: address.rawValue)
      if slot == Int(counts[node]) { return nil }
      position.nodes[level] = UInt32(node)
      position.slots[level] = UInt8(slot)
      node = Int(children[node * Self.fanout + slot])
    }
    return position
  }

  /// The next VMA above.
  func next(_ position: Position) -> Position? {
    var result = position
    for level in 0...height
    where Int(result.slots[level]) + 1 < Int(counts[Int(result.nodes[level])]) {
      result.slots[level] += 1
      descend(&result, from: level, toLast: false)
      return result
    }
    return nil
  }

  /// The next VMA below.
  func previous(_ position: Position) -> Position? {
    var result = position
    for level in 0...height where result.slots[level] > 0 {
      result.slots[level] -= 1
      descend(&result, from: level, toLast: true)
      return result
    }
    return nil
  }

  /// The highest VMA.
  var last: Position? {
    if count == 0 { return nil }
    var position = Position()
    position.nodes[height] = UInt32(root)
    position.slots[height] = counts[root] - 1
    descend(&position, from: height, toLast: true)
    return position
  }

  private func descend(_ position: inout Position, from level: Int, toLast: Bool) {
    for below in stride(from: level - 1, through: 0, by: -1) {
      let node = children[index(position, below + 1)]
      position.nodes[below] = node
      position.slots[below] = toLast ? counts[Int(node)] - 1 : 0
    }
  }

  /// The first entry of the node that ends above `address`, or the count.
  @inline(__always)
  private func slot(in node: Int, endingAbove address: UInt64) -> Int {
    let first = node * Self.fanout
    var low = 0
    var high = Int(counts[node])
    while low < high {
      let middle = (low + high) / 2
      if highs[first + middle] > address { high = middle } else { low = middle + 1 }
    }
    return low
  }

  @inline(__always)
  private func index(_ position: Position, _ level: Int) -> Int {
    Int(position.nodes[level]) * Self.fanout + Int(position.slots[level])
  }

  // MARK: Changing

  /// Puts a VMA where none is.
  mutating func insert(_ vma: VMA) {
    let number: UInt32
    if let free = freeVMAs.popLast() {
      number = free
      vmas[Int(free)] = vma
    } else {
      number = UInt32(vmas.count)
      vmas.append(vma)
    }
    count += 1
    let range = vma.range
    if let right = insert(
      number, range.lowerBound.rawValue, range.upperBound.rawValue, into: root, level: height)
    {
      let left = root
      root = makeNode()
      height += 1
      counts[root] = 2
      children[root * Self.fanout] = UInt32(left)
      children[root * Self.fanout + 1] = UInt32(right)
      summarise(root, 0)
      summarise(root, 1)
    }
  }

  /// Takes the VMA there away.
  mutating func remove(_ position: Position) {
    freeVMAs.append(children[index(position, 0)])
    count -= 1
    removeEntry(Int(position.nodes[0]), Int(position.slots[0]))
    for level in stride(from: 1, through: height, by: 1) {
      let node = Int(position.nodes[level])
      let slot = Int(position.slots[level])
      if counts[Int(children[node * Self.fanout + slot])] == 0 {
        freeNodes.append(children[node * Self.fanout + slot])
        removeEntry(node, slot)
      } else {
        summarise(node, slot)
        joinNeighbours(node, slot)
      }
    }
    while height > 0, counts[root] <= 1 {
      let old = root
      if counts[root] == 1 {
        root = Int(children[root * Self.fanout])
        height -= 1
      } else {
        root = makeNode()
        height = 0
      }
      freeNodes.append(UInt32(old))
    }
  }

  /// Gives the VMA there other attributes or bounds that do not reach past its neighbours.
  mutating func replace(_ position: Position, with vma: VMA) {
    let entry = index(position, 0)
    vmas[Int(children[entry])] = vma
    let low = vma.range.lowerBound.rawValue
    let high = vma.range.upperBound.rawValue
    if lows[entry] == low, highs[entry] == high { return }
    lows[entry] = low
    highs[entry] = high
    for level in stride(from: 1, through: height, by: 1) {
      summarise(Int(position.nodes[level]), Int(position.slots[level]))
    }
  }

  /// Inserts below `node`; returns the node that was split off it, if one was.
  private mutating func insert(
    _ number: UInt32, _ low: UInt64, _ high: UInt64, into node: Int, level: Int
  ) -> Int? {
    var slot = slot(in: node, endingAbove: low)
    if level == 0 { return insertEntry(node, slot, low, high, 0, number) }
    if slot == Int(counts[node]) { slot -= 1 }
    let child = Int(children[node * Self.fanout + slot])
    let right = insert(number, low, high, into: child, level: level - 1)
    summarise(node, slot)
    guard let right else { return nil }
    let (low, high, gap) = summary(of: right)
    return insertEntry(node, slot + 1, low, high, gap, UInt32(right))
  }

  /// Inserts an entry; splits the node where it is full and returns the right half.
  private mutating func insertEntry(
    _ node: Int, _ slot: Int, _ low: UInt64, _ high: UInt64, _ gap: UInt64, _ child: UInt32
  ) -> Int? {
    var node = node
    var slot = slot
    var right: Int?
    if Int(counts[node]) == Self.fanout {
      let made = makeNode()
      right = made
      // Ascending insertion fills nodes; anything else halves them.
      let kept = slot == Self.fanout ? Self.fanout : Self.fanout / 2
      for index in kept..<max(kept, Self.fanout) { copyEntry(node, index, to: made, index - kept) }
      counts[made] = UInt8(Self.fanout - kept)
      counts[node] = UInt8(kept)
      if slot >= kept, kept == Self.fanout || slot > kept {
        node = made
        slot -= kept
      }
    }
    for index in stride(from: Int(counts[node]), to: slot, by: -1) {
      copyEntry(node, index - 1, to: node, index)
    }
    let entry = node * Self.fanout + slot
    lows[entry] = low
    highs[entry] = high
    gaps[entry] = gap
    children[entry] = child
    counts[node] += 1
    return right
  }

  private mutating func removeEntry(_ node: Int, _ slot: Int) {
    for index in slot + 1..<max(slot + 1, Int(counts[node])) {
      copyEntry(node, index, to: node, index - 1)
    }
    counts[node] -= 1
  }

  /// Joins the node of an entry with that of a neighbouring entry where half a node holds both.
  private mutating func joinNeighbours(_ node: Int, _ slot: Int) {
    if slot + 1 < Int(counts[node]), join(node, slot) { return }
    if slot > 0 { _ = join(node, slot - 1) }
  }

  private mutating func join(_ node: Int, _ slot: Int) -> Bool {
    let left = Int(children[node * Self.fanout + slot])
    let right = Int(children[node * Self.fanout + slot + 1])
    let leftCount = Int(counts[left])
    let sum = leftCount + Int(counts[right])
    if sum > Self.fanout / 2 { return false }
    for index in 0..<Int(counts[right]) { copyEntry(right, index, to: left, leftCount + index) }
    counts[left] = UInt8(sum)
    counts[right] = 0
    freeNodes.append(UInt32(right))
    removeEntry(node, slot + 1)
    summarise(node, slot)
    return true
  }

  // MARK: Nodes

  private mutating func makeNode() -> Int {
    if let free = freeNodes.popLast() {
      counts[Int(free)] = 0
      return Int(free)
    }
    lows.append(contentsOf: repeatElement(0, count: Self.fanout))
    highs.append(contentsOf: repeatElement(0, count: Self.fanout))
    gaps.append(contentsOf: repeatElement(0, count: Self.fanout))
    children.append(contentsOf: repeatElement(0, count: Self.fanout))
    counts.append(0)
    return counts.count - 1
  }

  private mutating func copyEntry(_ from: Int, _ source: Int, to: Int, _ target: Int) {
    let read = from * Self.fanout + source
    let write = to * Self.fanout + target
    lows[write] = lows[read]
    highs[write] = highs[read]
    gaps[write] = gaps[read]
    children[write] = children[read]
  }

  /// Extent and largest gap of a node that is not empty.
  func summary(of node: Int) -> (low: UInt64, high: UInt64, gap: UInt64) {
    let first = node * Self.fanout
    let last = first + Int(counts[node]) - 1
    var gap = gaps[first]
    for index in first + 1..<max(first + 1, last + 1) {
      gap = max(gap, gaps[index], lows[index] - highs[index - 1])
    }
    return (lows[first], highs[last], gap)
  }

  private mutating func summarise(_ node: Int, _ slot: Int) {
    let entry = node * Self.fanout + slot
    (lows[entry], highs[entry], gaps[entry]) = summary(of: Int(children[entry]))
  }
}
