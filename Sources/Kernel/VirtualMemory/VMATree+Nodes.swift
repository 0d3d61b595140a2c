// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// The page behind that of an address, for searches without branches: compilers make those of
/// comparisons, and a CPU guesses wrong at about one in each node.
struct PageAfter {
  private let number: UInt64

  @inline(__always)
  init(_ address: UInt64) { number = address >> PageSize.base.shift &+ 1 }

  /// 1 where the page that begins at `start` lies before, else 0.
  @inline(__always)
  func isAbove(_ start: UInt64) -> Int {
    // Page numbers have 52 bits, so the sign tells which is greater.
    Int(truncatingIfNeeded: (start >> PageSize.base.shift &- number) >> 63)
  }
}

/// What a node above knows of a node: the lowest address, the highest, the largest gap between.
struct VMASummary: Equatable {
  var low: UInt64
  var high: UInt64
  var gap: UInt64
}

/// A node above the leaves: up to 31 nodes with what is known of them.
///
/// Where each begins lies beside its name, in lines that a search asks for at once; the rest of the
/// extents and the gaps, which it does not need, lie behind.
@safe struct VMAInner {
  static var fanout: Int { 31 }
  static var byteCount: Int { 1024 }

  private struct Child {
    var low: UInt64
    var node: VMANode
  }

  @unsafe let base: UnsafeMutableRawPointer

  private var children: UnsafeMutablePointer<Child> {
    unsafe (base + 8).assumingMemoryBound(to: Child.self)
  }
  private var highs: UnsafeMutablePointer<UInt64> {
    unsafe (base + 504).assumingMemoryBound(to: UInt64.self)
  }
  private var gaps: UnsafeMutablePointer<UInt64> {
    unsafe (base + 752).assumingMemoryBound(to: UInt64.self)
  }

  /// Makes it empty.
  func reset() {
    count = 0
    for slot in 0..<Self.fanout { unsafe children[slot].low = .max }
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
    return unsafe children[slot].node
  }

  /// What is known of the child there.
  subscript(slot: Int) -> VMASummary {
    @inline(__always)
    get {
      check(slot)
      return unsafe VMASummary(low: children[slot].low, high: highs[slot], gap: gaps[slot])
    }
    @inline(__always)
    nonmutating set {
      check(slot)
      unsafe children[slot].low = newValue.low
      unsafe highs[slot] = newValue.high
      unsafe gaps[slot] = newValue.gap
    }
  }

  /// The last entry that begins at or below `address`; the first where none does.
  @inline(__always)
  func slot(for address: UInt64) -> Int {
    let page = PageAfter(address)
    var result = 0
    for slot in 1..<Self.fanout { result &+= unsafe page.isAbove(children[slot].low) }
    return min(result, count &- 1)
  }

  /// Extent and largest gap; it is not empty.
  var summary: VMASummary {
    let last = count - 1
    var gap = unsafe gaps[0]
    for slot in 0..<last {
      unsafe gap = max(gap, gaps[slot &+ 1], children[slot &+ 1].low &- highs[slot])
    }
    return unsafe VMASummary(low: children[0].low, high: highs[last], gap: gap)
  }

  /// Puts a child before the entry at `slot`.
  func insert(_ child: VMANode, _ summary: VMASummary, at slot: Int) {
    let rest = count - slot
    precondition(slot >= 0 && rest >= 0 && count < Self.fanout, "the node overflows")
    unsafe (children + slot + 1).update(from: children + slot, count: rest)
    unsafe (highs + slot + 1).update(from: highs + slot, count: rest)
    unsafe (gaps + slot + 1).update(from: gaps + slot, count: rest)
    unsafe children[slot].node = child
    count += 1
    self[slot] = summary
  }

  /// Takes an entry away.
  func remove(_ slot: Int) {
    let rest = count - slot - 1
    precondition(slot >= 0 && rest >= 0, "no such entry in the node")
    unsafe (children + slot).update(from: children + slot + 1, count: rest)
    unsafe (highs + slot).update(from: highs + slot + 1, count: rest)
    unsafe (gaps + slot).update(from: gaps + slot + 1, count: rest)
    count -= 1
    unsafe children[slot + rest].low = .max
  }

  /// Appends the entries of `other` from `start` on; `other` keeps those before.
  func take(from other: VMAInner, _ start: Int) {
    let moved = other.count - start
    let end = count
    precondition(start >= 0 && moved >= 0 && end + moved <= Self.fanout, "the node overflows")
    unsafe (children + end).update(from: other.children + start, count: moved)
    unsafe (highs + end).update(from: other.highs + start, count: moved)
    unsafe (gaps + end).update(from: other.gaps + start, count: moved)
    count = end + moved
    other.count = start
    for slot in start..<start + moved { unsafe other.children[slot].low = .max }
  }
}

/// A node of either kind.
@safe struct VMANode {
  @unsafe let base: UnsafeMutableRawPointer

  init(_ leaf: VMALeaf) { unsafe base = leaf.base }
  init(_ inner: VMAInner) { unsafe base = inner.base }

  /// The node where it is known to be a leaf.
  var leaf: VMALeaf { unsafe VMALeaf(base: base) }
  /// The node where it is known to stand above the leaves.
  var inner: VMAInner { unsafe VMAInner(base: base) }
}
