// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Takes the bytes of a file from `offset` on that stores through shared mappings reached; those
/// behind the end of the file are none of it.
public typealias PageWriteBack = (
  _ file: FileIdentity, _ offset: UInt64, _ segment: PhysicalSegment
) -> Void

extension AddressSpace {
  /// Shows the file what was stored to its pages that nobody maps any more, and gives their frames
  /// back. To be called after operations that take shared mappings of files away.
  public mutating func settle(writeBack: PageWriteBack) {
    for page in cache.takeDeparted() {
      if let file = cache.objects[Int(page.object)].file {
        writeBack(
          file, page.index << PageSize.base.shift,
          PhysicalSegment(start: page.frame, byteCount: PageSize.base.byteCount))
      }
      frames.free(page.frame)
    }
    checkInvariants()
  }

  /// The file ends at `byteCount` now: what is mapped behind the page that this lies in is taken
  /// away, copies of private mappings too, and the rest of that page is zero. Looks at all VMAs
  /// where the file is mapped. Linux: truncate_pagecache().
  public mutating func truncate(_ file: FileIdentity, to byteCount: UInt64) {
    guard personality.rules.contains(.sharedPages), let object = cache.object(of: file) else {
      return
    }
    let shift = PageSize.base.shift
    let kept = byteCount >> shift
    let tail = byteCount & (PageSize.base.byteCount - 1)
    let end = tail == 0 ? kept : kept + 1
    if cache.objects[Int(object)].mappedByteCount > 0 {
      for vma in vmas(in: VirtualAddress(0)..<VirtualAddress(.max))
      where self.object(of: vma) == object {
        let first = pageIndex(vma.range.lowerBound, in: vma)
        let skipped = end > first ? min(end - first, vma.range.pageCount) : 0
        let start = vma.range.lowerBound + skipped << shift
        if start < vma.range.upperBound { removePages(start..<vma.range.upperBound, of: vma) }
      }
    }
    for frame in cache.removePages(of: object, from: end) { frames.free(frame) }
    if tail > 0, let page = cache.page(kept, of: object) {
      memory.clear(
        PhysicalSegment(
          start: page.frame + tail, byteCount: PageSize.base.byteCount - tail))
    }
    checkInvariants()
  }
}
