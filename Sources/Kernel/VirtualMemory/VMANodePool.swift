// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// The memory of a tree's nodes: chunks that are given back with the tree, and the nodes in them
/// that are free. Chunks double, so that at most half is in reserve, up to a large page, so that a
/// machine can map them with such. No node lies in two pages.
@safe struct VMANodePool: ~Copyable {
  private static var chunkByteLimit: Int { Int(PageSize.large.byteCount) }

  private var chunks: [Chunk] = []
  private var leaves = FreeList(byteCount: VMALeaf.byteCount)
  private var inners = FreeList(byteCount: VMAInner.byteCount)

  #if CHECK_INVARIANTS
    /// A test's wish: so many reservations succeed, then one fails, then all succeed again.
    var reservationsUntilFailure: Int?
  #endif

  /// Memory that goes with its object. A `deinit` of the pool itself would have to be visible
  /// wherever an address space ends, which Embedded Swift does not see to across modules.
  @safe private final class Chunk {
    let base: UnsafeMutableRawPointer

    init(byteCount: Int) {
      // One that is as long as a large page is one: a search goes to few nodes of many, and would
      // walk the host's page table for each.
      let alignment = byteCount == chunkByteLimit ? chunkByteLimit : VMAInner.byteCount
      unsafe base = .allocate(byteCount: byteCount, alignment: alignment)
    }

    deinit { unsafe base.deallocate() }
  }

  /// Free nodes of one kind, each with the address of the next in its first word.
  @safe private struct FreeList {
    let byteCount: Int
    var first: UnsafeMutableRawPointer?
    var count = 0
    /// How many nodes there are, free or not.
    var total = 0

    init(byteCount: Int) { self.byteCount = byteCount }

    @inline(__always)
    mutating func push(_ node: UnsafeMutableRawPointer) {
      unsafe node.storeBytes(of: first, as: UnsafeMutableRawPointer?.self)
      unsafe first = node
      count += 1
    }

    @inline(__always)
    mutating func pop() -> UnsafeMutableRawPointer? {
      guard let node = unsafe first else { return nil }
      unsafe first = node.load(as: UnsafeMutableRawPointer?.self)
      count -= 1
      return unsafe node
    }
  }

  /// Bytes of all chunks.
  var byteCount: Int { leaves.total * leaves.byteCount + inners.total * inners.byteCount }

  /// Sees to so many nodes being there to be taken. ENOMEM only by a test's wish: the system's
  /// allocation does not fail, it ends the kernel.
  @inline(__always)
  mutating func reserve(leaves leafCount: Int, inners innerCount: Int) throws(Errno) {
    #if CHECK_INVARIANTS
      if let left = reservationsUntilFailure {
        reservationsUntilFailure = left == 0 ? nil : left - 1
        if left == 0 { throw .outOfMemory }
      }
    #endif
    while leaves.count < leafCount { Self.grow(&leaves, &chunks) }
    while inners.count < innerCount { Self.grow(&inners, &chunks) }
  }

  private static func grow(_ list: inout FreeList, _ chunks: inout [Chunk]) {
    let nodeCount = min(max(list.total, 4), chunkByteLimit / list.byteCount)
    let chunk = Chunk(byteCount: nodeCount * list.byteCount)
    chunks.append(chunk)
    for index in stride(from: nodeCount - 1, through: 0, by: -1) {
      unsafe list.push(chunk.base + index * list.byteCount)
    }
    list.total += nodeCount
  }

  /// An empty leaf.
  mutating func takeLeaf() -> VMALeaf {
    if leaves.count == 0 { Self.grow(&leaves, &chunks) }
    let leaf = unsafe VMALeaf(base: leaves.pop()!)
    leaf.reset()
    return leaf
  }

  /// An empty node above the leaves.
  mutating func takeInner() -> VMAInner {
    if inners.count == 0 { Self.grow(&inners, &chunks) }
    let inner = unsafe VMAInner(base: inners.pop()!)
    inner.reset()
    return inner
  }

  /// Takes a node back that nobody names any more.
  mutating func give(_ leaf: VMALeaf) { unsafe leaves.push(leaf.base) }

  /// The same of a node above the leaves.
  mutating func give(_ inner: VMAInner) { unsafe inners.push(inner.base) }
}
