// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// A node at the bottom of the tree: up to 12 VMAs in ascending order, which fill 512 bytes.
///
/// The memory of a node belongs to the tree's pool and is good as long as the tree has the node; a
/// node is a name for it. A search looks at where each VMA begins: that asks for all cache lines of
/// the node at once, and what is found is there with them instead of after them. Behind the count a
/// VMA begins at the highest number, so no branch is needed.
@safe struct VMALeaf {
  static var fanout: Int { 12 }
  static var byteCount: Int { (8 + fanout * MemoryLayout<Entry>.stride + 63) & ~63 }

  /// A VMA; its bounds apart, since there is none behind the count.
  private struct Entry {
    var low: UInt64
    var high: UInt64
    var attributes: VMA.Attributes
  }

  @unsafe let base: UnsafeMutableRawPointer

  private var entries: UnsafeMutablePointer<Entry> {
    unsafe (base + 8).assumingMemoryBound(to: Entry.self)
  }

  /// Makes it empty.
  func reset() {
    count = 0
    clear(0..<Self.fanout)
  }

  /// Lets no VMA begin there.
  @inline(__always)
  private func clear(_ slots: Range<Int>) {
    for slot in slots { unsafe entries[slot].low = .max }
  }

  var count: Int {
    get { unsafe base.load(as: Int.self) }
    nonmutating set { unsafe base.storeBytes(of: newValue, as: Int.self) }
  }

  @inline(__always)
  private func check(_ slot: Int) {
    precondition(slot >= 0 && slot < Self.fanout, "no such VMA in the leaf")
  }

  @inline(__always)
  func low(_ slot: Int) -> UInt64 {
    check(slot)
    return unsafe entries[slot].low
  }

  @inline(__always)
  func high(_ slot: Int) -> UInt64 {
    check(slot)
    return unsafe entries[slot].high
  }

  /// The VMA there; to set one leaves the count alone.
  subscript(slot: Int) -> VMA {
    @inline(__always)
    get {
      check(slot)
      let entry = unsafe entries[slot]
      return VMA(
        range: VirtualAddress(entry.low)..<VirtualAddress(entry.high), attributes: entry.attributes)
    }
    @inline(__always)
    nonmutating set {
      check(slot)
      unsafe entries[slot] = Entry(
        low: newValue.range.lowerBound.rawValue, high: newValue.range.upperBound.rawValue,
        attributes: newValue.attributes)
    }
  }

  /// How many VMAs begin at or below `address`.
  @inline(__always)
  func countBeginning(atOrBelow address: UInt64) -> Int {
    let page = PageAfter(address)
    var result = 0
    for slot in 0..<Self.fanout { result &+= unsafe page.isAbove(entries[slot].low) }
    return min(result, count)
  }

  /// Whether the address lies between its first VMA and its last.
  @inline(__always)
  func spans(_ address: UInt64) -> Bool {
    let last = count - 1
    return unsafe last >= 0 && entries[0].low <= address && address < entries[last].high
  }

  /// Extent and largest gap; it is not empty.
  @inline(__always)
  var summary: VMASummary {
    let last = count - 1
    var gap: UInt64 = 0
    for slot in 0..<last { unsafe gap = max(gap, entries[slot &+ 1].low &- entries[slot].high) }
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
      unsafe (entries + target).update(from: entries + slots.upperBound, count: rest)
      count = target + rest
      clear(target + rest..<max(target + rest, oldCount))
    }
  }

  /// Appends the VMAs of `other` from `start` on; `other` keeps those before.
  func take(from other: VMALeaf, _ start: Int) {
    let moved = other.count - start
    let end = count
    precondition(start >= 0 && moved >= 0 && end + moved <= Self.fanout, "the leaf overflows")
    unsafe (entries + end).update(from: other.entries + start, count: moved)
    count = end + moved
    other.count = start
    other.clear(start..<start + moved)
  }

  /// Moves VMAs from or to the beginning of `next`, so that so many of both stay here.
  func even(with next: VMALeaf, keeping kept: Int) {
    let moved = kept - count
    if moved > 0 {
      let end = count
      precondition(moved <= next.count && kept <= Self.fanout, "the leaf overflows")
      unsafe (entries + end).update(from: next.entries, count: moved)
      count = kept
      next.resize(0..<moved, to: 0)
    } else {
      next.resize(0..<0, to: -moved)
      unsafe next.entries.update(from: entries + kept, count: -moved)
      clear(kept..<count)
      count = kept
    }
  }
}
