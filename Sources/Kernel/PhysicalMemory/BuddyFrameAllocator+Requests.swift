// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension BuddyFrameAllocator {
  /// Contiguous frames from a free block that holds their count rounded up to a power of two and is
  /// so aligned, and to `alignment`; of such blocks the lowest of the smallest. What the block has
  /// beyond the count stays free. ENOMEM where there is none. Unikraft: `uk_falloc`.
  public mutating func allocate(
    frameCount: UInt64 = 1, alignment: PageSize = .base
  ) throws(Errno) -> FrameRun {
    let order = try order(of: frameCount, alignment)
    let usable = freeOrders >> UInt32(order)
    guard usable != 0 else { throw .outOfMemory }
    let found = order + usable.trailingZeroBitCount
    let first = free[found].first(atOrAfter: 0)! << found
    return take(first..<first + Int(frameCount), from: first >> found, order: found)
  }

  /// The frames of one page of that size. ENOMEM where there are none.
  public mutating func allocate(_ size: PageSize) throws(Errno) -> FrameRun {
    try allocate(frameCount: 1 << (size.shift - PageSize.base.shift))
  }

  /// The same, but the lowest that lie wholly in a range. ENOMEM where there are none.
  /// Unikraft: `fa->falloc_from_range`.
  public mutating func allocate(
    frameCount: UInt64 = 1, alignment: PageSize = .base, in range: Range<PhysicalAddress>
  ) throws(Errno) -> FrameRun {
    let order = try order(of: frameCount, alignment)
    let wanted = Int(frameCount)
    let step = UInt64(1) << (PageSize.base.shift + UInt64(order))
    // Beyond the memory nothing is free, so that the round-up cannot pass what is representable.
    guard range.lowerBound.rawValue < memory.byteCount else { throw .outOfMemory }
    let first = Int((range.lowerBound.rawValue + step - 1) / step) << order
    let end = Int(range.upperBound.rawValue >> PageSize.base.shift)
    var best: (start: Int, order: Int)?
    for candidate in order...Self.topOrder where freeOrders & 1 << UInt32(candidate) != 0 {
      guard let block = free[candidate].first(atOrAfter: first >> candidate) else { continue }
      let start = max(first, block << candidate)
      if start + wanted <= end, start < best?.start ?? .max { best = (start, candidate) }
    }
    guard let best else { throw .outOfMemory }
    return take(
      best.start..<best.start + wanted, from: best.start >> best.order, order: best.order)
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
      let end = (block + 1) << order
      carve(frame..<min(end, frames.upperBound), from: block, order: order)
      frame = end
    }
    return hand(out: frames)
  }

  /// The order of the smallest block that so many frames need.
  private mutating func order(of frameCount: UInt64, _ alignment: PageSize) throws(Errno) -> Int {
    precondition(frameCount > 0, "request for no frames")
    if failsByWish() { throw .outOfMemory }
    guard frameCount <= 1 << UInt64(Self.topOrder) else { throw .outOfMemory }
    let wanted = Int(frameCount)
    let order = wanted == 1 ? 0 : Int.bitWidth - (wanted - 1).leadingZeroBitCount
    return max(order, Int(alignment.shift - PageSize.base.shift))
  }

  /// Hands frames of a free block out, the rest stays free.
  private mutating func take(_ frames: Range<Int>, from block: Int, order: Int) -> FrameRun {
    carve(frames, from: block, order: order)
    return hand(out: frames)
  }

  /// Takes frames out of a free block. What is cut off has no free buddy: its buddy is, or was,
  /// part of the block.
  private mutating func carve(_ frames: Range<Int>, from block: Int, order: Int) {
    removeBlock(block, order: order)
    release(block << order..<frames.lowerBound)
    release(frames.upperBound..<(block + 1) << order)
  }

  /// Whether so many single frames can be had.
  mutating func check(frameCount: UInt64) throws(Errno) {
    if failsByWish() || freeFrameCount < frameCount { throw .outOfMemory }
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
}
