// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Physically contiguous frames and the duty to give them back. Unikraft: what `uk_falloc` gives.
///
/// A run cannot be copied. It ends in one of three ways: `BuddyFrameAllocator.free` takes it back,
/// `handOver` passes the duty to whoever keeps the address (a leaf of a page table, a table), or it
/// is dropped, and then the program dies: a leak is found where it happens.
public struct FrameRun: ~Copyable {
  /// The first frame.
  public let start: PhysicalAddress
  /// How many 4 KiB frames; 0 when the duty is gone.
  public private(set) var frameCount: UInt64
  /// Whether every byte is known to be zero because nobody has had the frames before.
  public let isZero: Bool

  init(start: PhysicalAddress, frameCount: UInt64, isZero: Bool) {
    self.start = start
    self.frameCount = frameCount
    self.isZero = isZero
  }

  deinit { precondition(frameCount == 0, "frames dropped that nobody gave back") }

  /// All its bytes.
  public var segment: PhysicalSegment {
    PhysicalSegment(start: start, byteCount: frameCount * PageSize.base.byteCount)
  }

  /// Passes the duty on: who keeps the address gives the frames back by address.
  @discardableResult
  public consuming func handOver() -> PhysicalAddress {
    frameCount = 0
    return start
  }

  /// Cuts the run behind its first `count` frames and returns the rest.
  public mutating func cut(after count: UInt64) -> FrameRun {
    precondition(count <= frameCount, "cut behind the end of a run")
    let rest = FrameRun(
      start: start + count * PageSize.base.byteCount, frameCount: frameCount - count,
      isZero: isZero)
    frameCount = count
    return rest
  }
}
