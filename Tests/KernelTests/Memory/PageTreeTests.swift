// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import Kernel

/// The radix tree of a cache's pages against a dictionary.
struct PageTreeTests {
  @Test func `an empty tree has nothing`() {
    let tree = PageTree()
    #expect(tree[0] == nil)
    #expect(tree[PageTree.pageLimit - 1] == nil)
    #expect(tree.first(atOrAfter: 0) == nil)
  }

  @Test func `the last page stands beside the first`() {
    var tree = PageTree()
    let last = PageTree.pageLimit - 1
    tree.insert(7, at: 0)
    tree.insert(8, at: last)
    #expect(tree[0] == 7)
    #expect(tree[last] == 8)
    #expect(tree.first(atOrAfter: 1)?.page == last)
    tree.remove(0)
    #expect(tree.first(atOrAfter: 0)?.number == 8)
    tree.remove(last)
    #expect(tree.first(atOrAfter: 0) == nil)
    tree.insert(9, at: 63)
    #expect(tree[63] == 9)
  }

  @Test(arguments: [UInt64](0..<8))
  func `random pages come and go as in a dictionary`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var tree = PageTree()
    var model: [UInt64: UInt32] = [:]
    for step in 0..<600 {
      let bits = random.next(below: 5) * 13
      let page = random.next() & ((1 << min(bits, 51)) - 1) & random.next()
      switch random.next(below: 4) {
      case 0, 1:
        if model[page] == nil {
          tree.insert(UInt32(step), at: page)
          model[page] = UInt32(step)
        }
      case 2:
        if let victim = model.keys.sorted().first(where: { $0 >= page }) {
          tree.remove(victim)
          model[victim] = nil
        }
      default:
        #expect(tree[page] == model[page], "seed \(seed)")
        let next = model.keys.filter { $0 >= page }.min()
        #expect(tree.first(atOrAfter: page)?.page == next, "seed \(seed)")
      }
    }
    for page in model.keys.sorted() { tree.remove(page) }
    #expect(tree.first(atOrAfter: 0) == nil)
  }
}
