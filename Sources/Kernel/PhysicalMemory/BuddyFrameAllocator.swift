// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Hands out frames in naturally aligned blocks of powers of two. Unikraft: `lib/ukfallocbuddy`.
///
/// A free block of order k is a bit in the tree of order k, so every step is O(log n), the lowest
/// block that fits is the one that is taken, and what is handed out depends on the requests alone.
///
/// Invariants: no frame is in two free blocks; two free buddies of one order are merged, but at the
/// top order, which has no buddies; only frames of a zone are ever free; `freeFrameCount` is the
/// sum of the free blocks.
public struct BuddyFrameAllocator: ~Copyable {
  /// The order of the largest block: 2^18 frames, 1 GiB.
  static var topOrder: Int { 18 }

  let memory: PhysicalMemory
  /// The free blocks of each order, by frame number shifted right by the order.
  var free: [BitTree] = []
  /// A bit for each order that has a free block.
  var freeOrders: UInt32 = 0
  /// A bit for each frame that was handed out and may hold something.
  var touched: [UInt64]
  /// The frame numbers that the allocator rules, ascending and apart.
  var zones: [Range<Int>] = []

  /// Frames that can be handed out.
  public private(set) var freeFrameCount: UInt64 = 0
  /// Frames of all zones.
  public private(set) var totalFrameCount: UInt64 = 0

  #if CHECK_INVARIANTS
    /// A test's wish: so many requests succeed, then one fails, then all succeed again.
    var requestsUntilFailure: Int?
  #endif

  /// An allocator without zones over `memory`.
  public init(memory: PhysicalMemory) {
    self.memory = memory
    let frameCount = Int(memory.byteCount >> PageSize.base.shift)
    touched = Array(repeating: 0, count: (frameCount + 63) / 64)
    for order in 0...Self.topOrder { free.append(BitTree(bound: (frameCount >> order) + 1)) }
  }

  /// Adds the whole frames of a range that still holds zeros. EINVAL where it leaves the memory,
  /// meets another zone, or has no whole frame. Adjoining zones become one. Frame 0 is left out: it
  /// is never handed out. Unikraft: `fa->addmem`.
  public mutating func addZone(_ range: Range<PhysicalAddress>) throws(Errno) {
    guard range.upperBound.rawValue <= memory.byteCount else { throw .invalidArgument }
    let shift = PageSize.base.shift
    let mask = PageSize.base.byteCount - 1
    let first = max(1, Int((range.lowerBound.rawValue + mask) >> shift))
    let end = Int(range.upperBound.rawValue >> shift)
    guard first < end else { throw .invalidArgument }
    for zone in zones where zone.overlaps(first..<end) { throw .invalidArgument }
    let place = zones.firstIndex { $0.lowerBound > first } ?? zones.count
    zones.insert(first..<end, at: place)
    // Blocks merge over a seam, so what adjoins is one zone.
    for index in stride(from: min(place + 1, zones.count - 1), to: max(0, place - 1), by: -1)
    where zones[index - 1].upperBound == zones[index].lowerBound {
      zones[index - 1] = zones[index - 1].lowerBound..<zones[index].upperBound
      zones.remove(at: index)
    }
    totalFrameCount += UInt64(end - first)
    release(first..<end)
    checkInvariants()
  }

  /// Whether the frames lie in one zone.
  func isInZone(_ frames: Range<Int>) -> Bool {
    var low = 0
    var high = zones.count
    while low < high {
      let middle = (low + high) / 2
      if zones[middle].upperBound <= frames.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < zones.count && zones[low].lowerBound <= frames.lowerBound
      && frames.upperBound <= zones[low].upperBound
  }

  /// Bytes that the allocator keeps about so many frames of memory, beside them and not in them.
  /// Unikraft: `uk_fallocbuddy_metadata_size`, there a part of the zone.
  public static func metadataByteCount(frameCount: UInt64) -> UInt64 {
    let frameCount = Int(frameCount)
    var wordCount = (frameCount + 63) / 64
    for order in 0...topOrder { wordCount += BitTree.wordCount(bound: frameCount >> order + 1) }
    return UInt64(wordCount) * 8
  }

  /// Adds a free block without looking for its buddy.
  mutating func insertBlock(_ block: Int, order: Int) {
    free[order].insert(block)
    freeOrders |= 1 << UInt32(order)
    freeFrameCount += 1 << UInt64(order)
  }

  /// Takes a free block out.
  mutating func removeBlock(_ block: Int, order: Int) {
    free[order].remove(block)
    if free[order].isEmpty { freeOrders &= ~(1 << UInt32(order)) }
    freeFrameCount -= 1 << UInt64(order)
  }

  /// Makes frames free: cuts them into aligned blocks and merges each with its free buddies.
  mutating func release(_ frames: Range<Int>) {
    var frame = frames.lowerBound
    while frame < frames.upperBound {
      let fitting = (frames.upperBound - frame).leadingZeroBitCount
      var order = min(Self.topOrder, frame.trailingZeroBitCount, Int.bitWidth - 1 - fitting)
      let next = frame + 1 << order
      var block = frame >> order
      while order < Self.topOrder, free[order].contains(block ^ 1) {
        removeBlock(block ^ 1, order: order)
        block >>= 1
        order += 1
      }
      insertBlock(block, order: order)
      frame = next
    }
  }
}
