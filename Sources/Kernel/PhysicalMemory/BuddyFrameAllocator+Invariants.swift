// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension BuddyFrameAllocator {
  /// Checks what the type promises, where the memory is small enough for that.
  @inline(__always)
  func checkInvariants() {
    #if CHECK_INVARIANTS
      guard touched.count <= 1024 else { return }
      var freeFrames: UInt64 = 0
      for order in 0...Self.topOrder {
        var next = free[order].first(atOrAfter: 0)
        precondition((next != nil) == (freeOrders & 1 << UInt32(order) != 0), "orders out of date")
        while let block = next {
          freeFrames += 1 << UInt64(order)
          precondition(
            isInZone(block << order..<(block + 1) << order), "a free block outside of every zone")
          precondition(
            order == Self.topOrder || !free[order].contains(block ^ 1), "buddies left unmerged")
          for larger in order + 1..<Self.topOrder + 1 {
            precondition(!free[larger].contains(block >> (larger - order)), "a frame free twice")
          }
          next = free[order].first(atOrAfter: block + 1)
        }
      }
      precondition(freeFrames == freeFrameCount, "free frames miscounted")
    #endif
  }
}
