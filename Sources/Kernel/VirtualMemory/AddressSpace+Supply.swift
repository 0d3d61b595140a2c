// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Frames with the contents that pages of a VMA are to have.
struct PageSupply: ~Copyable {
  let physical: PhysicalAddress
  /// 4 KiB pages; 0 where the file has nothing there.
  let pageCount: UInt64
  /// The frames that the pages are to own; nil where they are borrowed.
  private var run: FrameRun?

  var isBorrowed: Bool { run == nil }

  /// Frames that belong to somebody else.
  init(borrowed physical: PhysicalAddress, pageCount: UInt64) {
    self.physical = physical
    self.pageCount = pageCount
  }

  /// Frames that pages are going to own.
  init(_ run: consuming FrameRun) {
    physical = run.start
    pageCount = run.frameCount
    self.run = consume run
  }

  /// Says that the first `count` pages stand in the page table; frees the frames of the others.
  consuming func settle(mapped count: UInt64, _ frames: inout BuddyFrameAllocator) {
    guard var own = run.take() else { return }
    frames.free(own.cut(after: count))
    own.handOver()
  }
}

extension AddressSpace {
  /// Frames for the pages of `range`, which lie in `vma`, from the first on: all, or one where
  /// there are no contiguous ones, or as many as the file has.
  ///
  /// EFAULT for a reservation, ENOMEM without a frame, and what `fill` throws.
  mutating func supply(
    _ range: AddressRange, of vma: VMA, isExact: Bool = false, fill: PageFill
  ) throws(Errno) -> PageSupply {
    let distance = range.lowerBound - vma.range.lowerBound
    switch vma.backing {
    case .reserved: throw .badAddress
    case .direct(let physical):
      return PageSupply(borrowed: physical + distance, pageCount: range.pageCount)
    case .anonymous, .sharedAnonymous, .stack, .special:
      let run = try contiguousFrames(range.pageCount, isExact: isExact)
      if !run.isZero, !vma.flags.contains(.uninitialized) { memory.clear(run.segment) }
      return PageSupply(run)
    case .file(let file, let offset):
      var run = try contiguousFrames(range.pageCount, isExact: isExact)
      if vma.flags.contains(.uninitialized) { return PageSupply(run) }
      do throws(Errno) {
        let got = try fill(file, offset &+ distance, run.segment)
        finish(&run, got: min(got, run.segment.byteCount), isExact: isExact)
      } catch {
        frames.free(run)
        throw error
      }
      return PageSupply(run)
    }
  }

  private mutating func contiguousFrames(
    _ count: UInt64, isExact: Bool
  ) throws(Errno) -> FrameRun {
    if count == 1 || isExact { return try frames.allocate(frameCount: count) }
    do throws(Errno) { return try frames.allocate(frameCount: count) } catch {
      return try frames.allocate()
    }
  }

  /// Zeroes what the file did not fill; gives the pages back that it has nothing for, where that
  /// is an error.
  private mutating func finish(_ run: inout FrameRun, got: UInt64, isExact: Bool) {
    let pageByteCount = PageSize.base.byteCount
    let isZero = run.isZero
    if personality.rules.contains(.busErrorBehindFile), !isExact {
      let rest = run.cut(after: (got + pageByteCount - 1) / pageByteCount)
      frames.free(rest, isZero: isZero)
    }
    if !isZero {
      memory.clear(
        PhysicalSegment(start: run.start + got, byteCount: run.segment.byteCount - got))
    }
  }
}
