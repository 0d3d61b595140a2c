// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension VMATree {
  /// Checks what the type promises; looks at every node.
  func checkInvariants() {
    #if CHECK_INVARIANTS
      var seen = 0
      if count > 0 { _ = check(root, levelsBelow: height, &seen) }
      precondition(seen == count, "VMAs miscounted")
      precondition(count > 0 || (height == 0 && root.leaf.count == 0), "an empty tree with nodes")
    #endif
  }

  #if CHECK_INVARIANTS
    private func check(_ node: VMANode, levelsBelow: Int, _ seen: inout Int) -> VMASummary {
      if levelsBelow == 0 { return check(node.leaf, &seen) }
      let inner = node.inner
      precondition(inner.count > 0, "an empty node")
      for slot in 0..<inner.count {
        let entry = inner[slot]
        precondition(slot == 0 || inner[slot - 1].high <= entry.low, "entries out of order")
        precondition(
          check(inner.child(slot), levelsBelow: levelsBelow - 1, &seen) == entry,
          "a summary out of date")
      }
      return inner.summary
    }

    private func check(_ leaf: VMALeaf, _ seen: inout Int) -> VMASummary {
      precondition(leaf.count > 0, "an empty leaf")
      for slot in 0..<leaf.count {
        precondition(leaf.low(slot) < leaf.high(slot), "an empty VMA")
        precondition(slot == 0 || leaf.high(slot - 1) <= leaf.low(slot), "VMAs out of order")
      }
      for slot in leaf.count..<VMALeaf.fanout {
        precondition(leaf.low(slot) == .max, "a VMA behind the last")
      }
      seen += leaf.count
      return leaf.summary
    }
  #endif
}
