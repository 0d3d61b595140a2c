// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension BuddyFrameAllocator {
  /// Takes a run back. `isZero`: it holds nothing but zeros. Unikraft: `uk_ffree`.
  public mutating func free(_ run: consuming FrameRun, isZero: Bool = false) {
    let frameCount = run.frameCount
    free(run.handOver(), frameCount: frameCount, areZero: isZero)
  }

  /// Takes frames back that were handed over, part of what was handed out together or several of
  /// such. `areZero`: they hold nothing but zeros. Dies where one of them is free already or lies
  /// in no zone. Unikraft: `uk_ffree`.
  public mutating func free(
    _ address: PhysicalAddress, frameCount: UInt64 = 1, areZero: Bool = false
  ) {
    precondition(address.isAligned(to: PageSize.base.byteCount), "free of no frame")
    if frameCount == 0 { return }
    let first = Int(address.rawValue >> PageSize.base.shift)
    let frames = first..<first + Int(frameCount)
    precondition(isInZone(frames), "free of a frame outside of every zone")
    precondition(!isAnyFree(frames), "free of a free frame")
    if areZero { for frame in frames { touched[frame >> 6] &= ~(1 << UInt64(frame & 63)) } }
    release(frames)
  }

  /// Whether the frame at `address` is handed out.
  public func isAllocated(_ address: PhysicalAddress) -> Bool {
    let frame = Int(address.rawValue >> PageSize.base.shift)
    return isInZone(frame..<frame + 1) && !isAnyFree(frame..<frame + 1)
  }

  private func isAnyFree(_ frames: Range<Int>) -> Bool {
    for order in 0...Self.topOrder where freeOrders & 1 << UInt32(order) != 0 {
      let first = frames.lowerBound >> order
      let last = (frames.upperBound - 1) >> order
      if free[order].contains(first) { return true }
      if first < last, let block = free[order].first(atOrAfter: first), block <= last {
        return true
      }
    }
    return false
  }
}
