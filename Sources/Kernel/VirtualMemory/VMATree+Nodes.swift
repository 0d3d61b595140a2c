// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// A node at the bottom of the tree: up to 15 VMAs in ascending order.
///
/// The memory of a node belongs to the tree's pool and is good as long as the tree has the node; a
/// node is a name for it. All lows lie in two cache lines with the count, all highs in two more, so
/// that a search and the summary read few lines, side by side. Behind the count the lows are the
/// highest number, which lets a search look at all of them without a branch.
@safe struct VMALeaf {
  static var fanout: Int { 15 }
  static var byteCount: Int {
    (256 + fanout * MemoryLayout<VMA.Attributes>.stride + 63) & ~63
  }

  @unsafe let base: UnsafeMutableRawPointer

  private var lows: UnsafeMutablePointer<UInt64> {
    unsafe (base + 8).assumingMemoryBound(to: UInt64.self)
  }
  private var highs: UnsafeMutablePointer<UInt64> {
    unsafe (base + 128).assumingMemoryBound(to: UInt64.self)
  }
  private var attributes: UnsafeMutablePointer<VMA.Attributes> {
    unsafe (base + 256).assumingMemoryBound(to: VMA.Attributes.self)
  }

  /// Makes it empty.
  func reset() {
    count = 0
    for slot in 0..<Self.fanout { unsafe lows[slot] = .max }
  }

  var count: Int {
    get { unsafe base.load(as: Int.self) }
    nonmutating set { unsafe base.storeBytes(of: newValue, as: Int.self) }
  }

  @inline(__always)
  func low(_ slot: Int) -> UInt64 {
    precondition(slot >= 0 && slot < Self.fanout, "no such VMA in the leaf")
    return unsafe lows[slot]
  }

  @inline(__always)
  func high(_ slot: Int) -> UInt64 {
    precondition(slot >= 0 && slot < Self.fanout, "no such VMA in the leaf")
    return unsafe highs[slot]
  }

  /// The VMA there; to set one leaves the count alone.
  subscript(slot: Int) -> VMA {
    @inline(__always)
    get {
      precondition(slot >= 0 && slot < Self.fanout, "no such VMA in the leaf")
      return unsafe VMA(
        range: VirtualAddress(lows[slot])..<VirtualAddress(highs[slot]),
        attributes: attributes[slot])
    }
    @inline(__always)
    nonmutating set {
      precondition(slot >= 0 && slot < Self.fanout, "no such VMA in the leaf")
      unsafe lows[slot] = newValue.range.lowerBound.rawValue
      unsafe highs[slot] = newValue.range.upperBound.rawValue
      unsafe attributes[slot] = newValue.attributes
    }
  }

  /// How many VMAs begin at or below `address`.
  @inline(__always)
  func countBeginning(atOrBelow address: UInt64) -> Int {
    var result = 0
    for slot in 0..<Self.fanout { result &+= unsafe lows[slot] <= address ? 1 : 0 }
    return min(result, count)
  }

  /// Whether the address lies between its first VMA and its last.
  @inline(__always)
  func spans(_ address: UInt64) -> Bool {
    let last = count - 1
    return unsafe last >= 0 && lows[0] <= address && address < highs[last]
  }

  /// Extent and largest gap; it is not empty.
  @inline(__always)
  var summary: VMASummary {
    let last = count - 1
    var gap: UInt64 = 0
    for slot in 0..<last { unsafe gap = max(gap, lows[slot &+ 1] &- highs[slot]) }
    return VMASummary(low: low(0), high: high(last), gap: gap)
  }

  /// Makes room for `newCount` VMAs in the place of those in `slots`.
  @inline(__always)
  func resize(_ slots: Range<Int>, to newCount: Int) {
    let oldCount = count
    let rest = oldCount - slots.upperBound
    let target = slots.lowerBound + newCount
    precondition(
      slots.lowerBound >= 0 && rest >= 0 && target + rest <= Self.fanout, "the leaf overflows")
    if target != slots.upperBound {
      unsafe (lows + target).update(from: lows + slots.upperBound, count: rest)
      unsafe (highs + target).update(from: highs + slots.upperBound, count: rest)
      unsafe (attributes + target).update(from: attributes + slots.upperBound, count: rest)
      count = target + rest
      for slot in target + rest..<max(target + rest, oldCount) { unsafe lows[slot] = .max }
    }
  }

  /// Appends the VMAs of `other` from `start` on; `other` keeps those before.
  func take(from other: VMALeaf, _ start: Int) {
    let moved = other.count - start
    let end = count
    precondition(start >= 0 && moved >= 0 && end + moved <= Self.fanout, "the leaf overflows")
    unsafe (lows + end).update(from: other.lows + start, count: moved)
    unsafe (highs + end).update(from: other.highs + start, count: moved)
    unsafe (attributes + end).update(from: other.attributes + start, count: moved)
    count = end + moved
    other.count = start
    for slot in start..<start + moved { unsafe other.lows[slot] = .max }
  }
}

/// What a node above knows of a node: the lowest address, the highest, the largest gap between.
struct VMASummary: Equatable {
  var low: UInt64
  var high: UInt64
  var gap: UInt64
}

/// A node above the leaves: up to 31 nodes with what is known of them.
@safe struct VMAInner {
  static var fanout: Int { 31 }
  static var byteCount: Int { 1024 }

  @unsafe let base: UnsafeMutableRawPointer

  private var lows: UnsafeMutablePointer<UInt64> {
    unsafe (base + 8).assumingMemoryBound(to: UInt64.self)
  }
  private var highs: UnsafeMutablePointer<UInt64> {
    unsafe (base + 256).assumingMemoryBound(to: UInt64.self)
  }
  private var gaps: UnsafeMutablePointer<UInt64> {
    unsafe (base + 504).assumingMemoryBound(to: UInt64.self)
  }
  private var children: UnsafeMutablePointer<UnsafeMutableRawPointer> {
    unsafe (base + 752).assumingMemoryBound(to: UnsafeMutableRawPointer.self)
  }

  /// Makes it empty.
  func reset() {
    count = 0
    for slot in 0..<Self.fanout { unsafe lows[slot] = .max }
  }

  var count: Int {
    get { unsafe base.load(as: Int.self) }
    nonmutating set { unsafe base.storeBytes(of: newValue, as: Int.self) }
  }

  @inline(__always)
  private func check(_ slot: Int) {
    precondition(slot >= 0 && slot < Self.fanout, "no such entry in the node")
  }

  /// The child there.
  @inline(__always)
  func child(_ slot: Int) -> VMANode {
    check(slot)
    return unsafe VMANode(base: children[slot])
  }

  /// What is known of the child there.
  subscript(slot: Int) -> VMASummary {
    @inline(__always)
    get {
      check(slot)
      return unsafe VMASummary(low: lows[slot], high: highs[slot], gap: gaps[slot])
    }
    @inline(__always)
    nonmutating set {
      check(slot)
      unsafe lows[slot] = newValue.low
      unsafe highs[slot] = newValue.high
      unsafe gaps[slot] = newValue.gap
    }
  }

  /// The last entry that begins at or below `address`; the first where none does.
  @inline(__always)
  func slot(for address: UInt64) -> Int {
    var result = 0
    for slot in 1..<Self.fanout { result &+= unsafe lows[slot] <= address ? 1 : 0 }
    return min(result, count &- 1)
  }

  /// Extent and largest gap; it is not empty.
  var summary: VMASummary {
    let last = count - 1
    var gap = unsafe gaps[0]
    for slot in 0..<last {
      unsafe gap = max(gap, gaps[slot &+ 1], lows[slot &+ 1] &- highs[slot])
    }
    return unsafe VMASummary(low: lows[0], high: highs[last], gap: gap)
  }

  /// Puts a child before the entry at `slot`.
  func insert(_ child: VMANode, _ summary: VMASummary, at slot: Int) {
    let rest = count - slot
    precondition(slot >= 0 && rest >= 0 && count < Self.fanout, "the node overflows")
    unsafe (lows + slot + 1).update(from: lows + slot, count: rest)
    unsafe (highs + slot + 1).update(from: highs + slot, count: rest)
    unsafe (gaps + slot + 1).update(from: gaps + slot, count: rest)
    unsafe (children + slot + 1).update(from: children + slot, count: rest)
    unsafe children[slot] = child.base
    count += 1
    self[slot] = summary
  }

  /// Takes an entry away.
  func remove(_ slot: Int) {
    let rest = count - slot - 1
    precondition(slot >= 0 && rest >= 0, "no such entry in the node")
    unsafe (lows + slot).update(from: lows + slot + 1, count: rest)
    unsafe (highs + slot).update(from: highs + slot + 1, count: rest)
    unsafe (gaps + slot).update(from: gaps + slot + 1, count: rest)
    unsafe (children + slot).update(from: children + slot + 1, count: rest)
    count -= 1
    unsafe lows[slot + rest] = .max
  }

  /// Appends the entries of `other` from `start` on; `other` keeps those before.
  func take(from other: VMAInner, _ start: Int) {
    let moved = other.count - start
    let end = count
    precondition(start >= 0 && moved >= 0 && end + moved <= Self.fanout, "the node overflows")
    unsafe (lows + end).update(from: other.lows + start, count: moved)
    unsafe (highs + end).update(from: other.highs + start, count: moved)
    unsafe (gaps + end).update(from: other.gaps + start, count: moved)
    unsafe (children + end).update(from: other.children + start, count: moved)
    count = end + moved
    other.count = start
    for slot in start..<start + moved { unsafe other.lows[slot] = .max }
  }
}

/// A node of either kind.
@safe struct VMANode {
  @unsafe let base: UnsafeMutableRawPointer

  @unsafe init(base: UnsafeMutableRawPointer) { unsafe self.base = unsafe base }
  init(_ leaf: VMALeaf) { unsafe base = leaf.base }
  init(_ inner: VMAInner) { unsafe base = inner.base }

  /// The node where it is known to be a leaf.
  var leaf: VMALeaf { unsafe VMALeaf(base: base) }
  /// The node where it is known to stand above the leaves.
  var inner: VMAInner { unsafe VMAInner(base: base) }
}
