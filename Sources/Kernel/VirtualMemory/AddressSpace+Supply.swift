// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Frames with the contents that pages of a VMA are to have.
struct PageSupply {
  var physical: PhysicalAddress
  /// 4 KiB pages; 0 where the file has nothing there.
  var pageCount: UInt64
  var isBorrowed: Bool
}

extension AddressSpace {
  /// Frames for the pages of `range`, which lie in `vma`, from the first on: all, or one where
  /// there are no contiguous ones, or as many as the file has. The caller owns them.
  ///
  /// EFAULT for a reservation, ENOMEM without a frame, and what `fill` throws.
  mutating func supply(
    _ range: AddressRange, of vma: VMA, isExact: Bool = false, fill: PageFill
  ) throws(Errno) -> PageSupply {
    let distance = range.lowerBound - vma.range.lowerBound
    switch vma.backing {
    case .reserved: throw .badAddress
    case .direct(let physical):
      return PageSupply(
        physical: physical + distance, pageCount: range.pageCount, isBorrowed: true)
    case .anonymous, .sharedAnonymous, .stack, .special:
      let run = try contiguousFrames(range.pageCount, isExact: isExact)
      if !run.isZero, !vma.flags.contains(.uninitialized) { memory.clear(run.segment) }
      return PageSupply(physical: run.start, pageCount: run.frameCount, isBorrowed: false)
    case .file(let file, let offset):
      let run = try contiguousFrames(range.pageCount, isExact: isExact)
      var supply = PageSupply(
        physical: run.start, pageCount: run.frameCount, isBorrowed: false)
      if vma.flags.contains(.uninitialized) { return supply }
      do throws(Errno) {
        let got = try fill(file, offset &+ distance, run.segment)
        supply.pageCount = finish(run, got: min(got, run.segment.byteCount), isExact: isExact)
      } catch {
        frames.free(run.start, frameCount: run.frameCount)
        throw error
      }
      return supply
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
  /// is an error. Returns how many pages are left.
  private mutating func finish(_ run: FrameRun, got: UInt64, isExact: Bool) -> UInt64 {
    let pageByteCount = PageSize.base.byteCount
    var pageCount = run.frameCount
    if personality.rules.contains(.busErrorBehindFile), !isExact {
      pageCount = (got + pageByteCount - 1) / pageByteCount
      frames.free(
        run.start + pageCount * pageByteCount, frameCount: run.frameCount - pageCount,
        areZero: run.isZero)
    }
    if !run.isZero {
      memory.clear(
        PhysicalSegment(
          start: run.start + got, byteCount: pageCount * pageByteCount - got))
    }
    return pageCount
  }
}
