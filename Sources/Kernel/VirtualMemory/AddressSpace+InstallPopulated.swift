// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Pages in a row with their frames, which are not mapped yet and are given back by address.
private struct PreparedPages {
  let address: VirtualAddress
  let size: PageSize
  let physical: PhysicalAddress
  /// 4 KiB pages.
  let pageCount: UInt64
  let isBorrowed: Bool
}

extension AddressSpace {
  /// Puts a VMA in the place of whatever its range holds when all its pages of `populated` can be
  /// had, or changes nothing: frames and tables are there before the old pages go.
  mutating func installPopulated(
    _ vma: VMA, _ populated: AddressRange, fill: PageFill
  ) throws(Errno) {
    let range = vma.range
    try checkBoundary(range.lowerBound)
    try checkBoundary(range.upperBound)
    try vmas.reserve()
    let pages = try prepare(populated, of: vma, fill: fill)
    var tableCount = tableCount(of: pages)
    if pageTable.isStraddled(range.lowerBound) { tableCount += 2 }
    if pageTable.isStraddled(range.upperBound) { tableCount += 2 }
    do throws(Errno) { try pageTable.fillStock(tableCount, &frames) } catch {
      giveBack(pages)
      throw error
    }
    touch(range)
    do throws(Errno) {
      try pageTable.split(at: range.lowerBound, frames: &frames)
      try pageTable.split(at: range.upperBound, frames: &frames)
      noteMapped(vma)
      vacate(range)
      for run in pages { try map(run, vma.protection) }
    } catch {
      preconditionFailure("a table that was in stock is not there")
    }
    pageTable.emptyStock(&frames)
    vmas.exchange(range, for: vma)
  }

  private mutating func map(
    _ run: PreparedPages, _ protection: Protection
  ) throws(Errno) {
    let step = run.size.byteCount
    let count = run.size == .base ? run.pageCount : 1
    for index in 0..<count {
      try pageTable.map(
        run.address + index * step, to: run.physical + index * step, size: run.size,
        protection: protection, isBorrowed: run.isBorrowed, frames: &frames,
        log: &translations)
    }
  }

  /// Frames with contents for all pages of the range, the largest pages that may be and can be had;
  /// on failure none.
  private mutating func prepare(
    _ range: AddressRange, of vma: VMA, fill: PageFill
  ) throws(Errno) -> [PreparedPages] {
    if vma.backing == .reserved || vma.protection.isEmpty { return [] }
    var pages: [PreparedPages] = []
    var start = range.lowerBound
    while start < range.upperBound {
      do throws(Errno) {
        let next = try prepareStep(start..<range.upperBound, of: vma, fill: fill)
        pages.append(next)
        start = start + next.pageCount * PageSize.base.byteCount
      } catch {
        giveBack(pages)
        throw error
      }
    }
    return pages
  }

  private mutating func prepareStep(
    _ rest: AddressRange, of vma: VMA, fill: PageFill
  ) throws(Errno) -> PreparedPages {
    let preferred = personality.rules.contains(.largestPages) ? .huge : demandPageSize
    for size in [PageSize.huge, .large] where mayUse(size, at: rest, of: vma, preferred) {
      let page = rest.lowerBound..<rest.lowerBound + size.byteCount
      do throws(Errno) {
        return take(
          try supply(page, of: vma, isExact: true, fill: fill), size, at: rest.lowerBound)
      } catch {
        if error != .outOfMemory { throw error }
      }
    }
    let run = rest.clamped(to: populateRun(from: rest.lowerBound))
    let pages = take(try supply(run, of: vma, fill: fill), .base, at: rest.lowerBound)
    if pages.pageCount == 0 { throw .badAddress }
    return pages
  }

  private mutating func take(
    _ supply: consuming PageSupply, _ size: PageSize, at address: VirtualAddress
  ) -> PreparedPages {
    let pages = PreparedPages(
      address: address, size: size, physical: supply.physical, pageCount: supply.pageCount,
      isBorrowed: supply.isBorrowed)
    supply.settle(mapped: pages.pageCount, &frames)
    return pages
  }

  private mutating func giveBack(_ pages: [PreparedPages]) {
    for run in pages where !run.isBorrowed {
      frames.free(run.physical, frameCount: run.pageCount)
    }
  }

  /// The most tables that the pages, which ascend, can need.
  private func tableCount(of pages: [PreparedPages]) -> UInt64 {
    var count: UInt64 = 0
    var seen: InlineArray<5, UInt64> = InlineArray(repeating: .max)
    for run in pages {
      for level in Int(run.size.rawValue) + 1...pageTable.topLevel {
        let table = run.address.rawValue >> (12 + 9 * UInt64(level))
        if seen[level] != table { count += 1 }
        seen[level] = table
      }
    }
    return count
  }
}
