// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension BuddyFrameAllocator {
  /// Contiguous frames, aligned to their count rounded up to a power of two. ENOMEM where there
  /// are none. Unikraft: `uk_falloc`.
  public mutating func allocate(frameCount: UInt64 = 1) throws(Errno) -> FrameRun {
    precondition(frameCount > 0, "request for no frames")
    if failsByWish() { throw .outOfMemory }
    guard frameCount <= 1 << UInt64(Self.topOrder) else { throw .outOfMemory }
    let wanted = Int(frameCount)
    let order = wanted == 1 ? 0 : Int.bitWidth - (wanted - 1).leadingZeroBitCount
    let usable = freeOrders >> UInt32(order)
    guard usable != 0 else { throw .outOfMemory }
    let found = order + usable.trailingZeroBitCount
    let block = free[found].first(atOrAfter: 0)!
    removeBlock(block, order: found)
    let first = block << found
    // What is cut off has no free buddy: its buddy is, or was, part of the block.
    let rest = first + wanted..<first + 1 << found
    if !rest.isEmpty { release(rest) }
    return hand(out: first..<first + wanted)
  }

  /// The frames of one page of that size. ENOMEM where there are none.
  public mutating func allocate(_ size: PageSize) throws(Errno) -> FrameRun {
    try allocate(frameCount: 1 << (size.shift - PageSize.base.shift))
  }

  /// Exactly these frames. EINVAL for an unaligned address, EFAULT outside of every zone, ENOMEM
  /// where one is taken.
  public mutating func allocate(
    at address: PhysicalAddress, frameCount: UInt64
  ) throws(Errno) -> FrameRun {
    guard address.isAligned(to: PageSize.base.byteCount) else { throw .invalidArgument }
    guard frameCount > 0, frameCount <= UInt64(Int32.max) else { throw .invalidArgument }
    if failsByWish() { throw .outOfMemory }
    guard address.rawValue < memory.byteCount else { throw .badAddress }
    let first = Int(address.rawValue >> PageSize.base.shift)
    let frames = first..<first + Int(frameCount)
    guard isInZone(frames) else { throw .badAddress }
    var frame = first
    while frame < frames.upperBound {
      guard let order = orderOfFreeBlock(holding: frame) else { throw .outOfMemory }
      frame = (frame >> order + 1) << order
    }
    frame = first
    while frame < frames.upperBound {
      let order = orderOfFreeBlock(holding: frame)!
      let block = frame >> order
      let start = block << order
      let end = (block + 1) << order
      removeBlock(block, order: order)
      if start < frames.lowerBound { release(start..<frames.lowerBound) }
      if frames.upperBound < end { release(frames.upperBound..<end) }
      frame = end
    }
    return hand(out: frames)
  }

  /// Takes frames back, part of what was handed out together or several of such. `areZero`: they
  /// hold nothing but zeros. Dies where one of them is free already or lies in no zone.
  /// Unikraft: `uk_ffree`.
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

  /// Whether so many single frames can be had.
  mutating func check(frameCount: UInt64) throws(Errno) {
    if failsByWish() || freeFrameCount < frameCount { throw .outOfMemory }
  }

  private func isAnyFree(_ frames: Range<Int>) -> Bool {
    for order in 0...Self.topOrder where freeOrders & 1 << UInt32(order) != 0 {
      if let block = free[order].first(atOrAfter: frames.lowerBound >> order),
        block <= (frames.upperBound - 1) >> order
      {
        return true
      }
    }
    return false
  }

  private func orderOfFreeBlock(holding frame: Int) -> Int? {
    for order in 0...Self.topOrder where free[order].contains(frame >> order) { return order }
    return nil
  }

  private mutating func hand(out frames: Range<Int>) -> FrameRun {
    var isZero = true
    var frame = frames.lowerBound
    while frame < frames.upperBound {
      let bit = frame & 63
      let bitCount = min(64 - bit, frames.upperBound - frame)
      let mask = (bitCount == 64 ? UInt64.max : 1 << UInt64(bitCount) - 1) << UInt64(bit)
      if touched[frame >> 6] & mask != 0 { isZero = false }
      touched[frame >> 6] |= mask
      frame += bitCount
    }
    return FrameRun(
      start: PhysicalAddress(UInt64(frames.lowerBound) << PageSize.base.shift),
      frameCount: UInt64(frames.count), isZero: isZero)
  }

  @inline(__always)
  private mutating func failsByWish() -> Bool {
    #if CHECK_INVARIANTS
      if let left = requestsUntilFailure {
        requestsUntilFailure = left == 0 ? nil : left - 1
        return left == 0
      }
    #endif
    return false
  }

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
