// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension VMATree {
  /// Checks what the type promises; looks at every node.
  func checkInvariants() {
    #if CHECK_INVARIANTS
      var seen = 0
      if count > 0 { check(root, level: height, &seen) }
      precondition(seen == count, "VMAs miscounted")
      precondition(count > 0 || (height == 0 && counts[root] == 0), "an empty tree with nodes")
    #endif
  }

  #if CHECK_INVARIANTS
    private func check(_ node: Int, level: Int, _ seen: inout Int) {
      precondition(counts[node] > 0, "an empty node")
      for slot in 0..<Int(counts[node]) {
        let entry = node * Self.fanout + slot
        precondition(lows[entry] < highs[entry], "an empty entry")
        if slot > 0 { precondition(highs[entry - 1] <= lows[entry], "entries out of order") }
        if level == 0 {
          precondition(gaps[entry] == 0, "a gap in a VMA")
          seen += 1
        } else {
          let (low, high, gap) = summary(of: Int(children[entry]))
          precondition(
            low == lows[entry] && high == highs[entry] && gap == gaps[entry],
            "a summary out of date")
          check(Int(children[entry]), level: level - 1, &seen)
        }
      }
    }
  #endif
}
