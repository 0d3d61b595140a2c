// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

// The steps that the operations are made of. What can fail stands in functions that throw and
// change nothing; the others do not fail.

extension AddressSpace {
  /// The part of `range` from its first VMA to its last; nil where there is none. Throws EINVAL for
  /// a boundary inside a VMA that is not aligned to its pages, and the personality's hole error for
  /// a hole when `strict`. Unikraft: the range resolution of `lib/ukvmem`.
  @inline(__always)
  func occupiedPart(of range: AddressRange, strict: Bool) throws(Errno) -> AddressRange? {
    if range.isEmpty { return nil }
    if personality.rules.contains(.alignedRanges),
      !range.lowerBound.isAligned(to: PageSize.base.byteCount)
        || !range.upperBound.isAligned(to: PageSize.base.byteCount)
    {
      throw .invalidArgument
    }
    var occupied: AddressRange?
    var isCovered = true
    var start = range.lowerBound
    while let vma = vmas.vma(endingAbove: start), vma.range.lowerBound < range.upperBound {
      let part = vma.range.clamped(to: range)
      if !part.lowerBound.isAligned(to: vma.alignment)
        || !part.upperBound.isAligned(to: vma.alignment)
      {
        throw .invalidArgument
      }
      if part.lowerBound != occupied?.upperBound ?? range.lowerBound { isCovered = false }
      occupied = (occupied?.lowerBound ?? part.lowerBound)..<part.upperBound
      if vma.range.upperBound >= range.upperBound { break }
      start = vma.range.upperBound
    }
    if strict, !isCovered || occupied?.upperBound != range.upperBound {
      throw personality.holeError
    }
    return occupied
  }

  /// All that can fail of a change between these boundaries: EPERM and EINVAL as `checkBoundary`
  /// says, ENOMEM where there is no memory for VMAs or for cutting larger pages.
  mutating func prepare(_ range: AddressRange, exchanges: Int = 1) throws(Errno) {
    if let vma = vmas.find(range.lowerBound), vma.range == range {
      return try vmas.reserve(exchanges: exchanges)
    }
    try checkBoundary(range.lowerBound)
    try checkBoundary(range.upperBound)
    try vmas.reserve(exchanges: exchanges)
    try cutPages(at: range)
  }

  /// EPERM where `address` lies inside a VMA that cannot be split, EINVAL inside one of its pages.
  @inline(__always)
  func checkBoundary(_ address: VirtualAddress) throws(Errno) {
    guard let vma = find(address), vma.range.lowerBound < address else { return }
    if vma.flags.contains(.indivisible) { throw .notPermitted }
    if !address.isAligned(to: vma.alignment) { throw .invalidArgument }
  }

  /// Whether a VMA lies on both sides of `address`.
  func isInside(_ address: VirtualAddress) -> Bool {
    guard let vma = find(address) else { return false }
    return vma.range.lowerBound < address
  }

  /// Cuts larger pages at both ends of the range, so that what follows finds whole ones. ENOMEM
  /// where a table for that is missing; then nothing is cut.
  mutating func cutPages(at range: AddressRange) throws(Errno) {
    var count: UInt64 = 0
    if pageTable.isStraddled(range.lowerBound) { count += 2 }
    if pageTable.isStraddled(range.upperBound) { count += 2 }
    if count == 0 { return }
    try pageTable.fillStock(count, &frames)
    defer { pageTable.emptyStock(&frames) }
    try pageTable.split(at: range.lowerBound, frames: &frames)
    try pageTable.split(at: range.upperBound, frames: &frames)
  }

  /// Remembers what stands in the range, which is about to change.
  mutating func touch(_ range: AddressRange) {
    changes.begin(range)
    var start = range.lowerBound
    while let vma = vmas.vma(endingAbove: start), vma.range.lowerBound < range.upperBound {
      changes.append(vma)
      if vma.range.upperBound >= range.upperBound { return }
      start = vma.range.upperBound
    }
  }

  /// Takes the pages of the range away, whose VMAs are about to go.
  mutating func vacate(_ range: AddressRange) {
    lockedPageCount &-= lockedPages(in: range)
    var start = range.lowerBound
    while let vma = vmas.vma(endingAbove: start), vma.range.lowerBound < range.upperBound {
      let part = vma.range.clamped(to: range)
      removePages(part, of: vma)
      noteUnmapped(vma.part(part))
      if vma.range.upperBound >= range.upperBound { return }
      start = vma.range.upperBound
    }
  }

  /// Gives a part of a VMA other attributes and merges it with its neighbours where it can be.
  /// EPERM, EINVAL and ENOMEM as `checkBoundary` and `cutPages` say, ENOMEM for too many VMAs.
  mutating func change(_ range: AddressRange, to vma: VMA) throws(Errno) {
    try checkBoundary(range.lowerBound)
    try checkBoundary(range.upperBound)
    let splits = (isInside(range.lowerBound) ? 1 : 0) + (isInside(range.upperBound) ? 1 : 0)
    if splits > 0, vmas.count > personality.vmaLimit - splits { throw .outOfMemory }
    try vmas.reserve()
    try cutPages(at: range)
    touch(range)
    vmas.exchange(range, for: vma)
    checkInvariants()
  }

  /// Takes the VMAs of the range away, with their pages.
  mutating func removeVMAs(in range: AddressRange) {
    vacate(range)
    vmas.exchange(range, for: nil)
  }

  /// The pages of a VMA that may be accessed: without its guard pages.
  @inline(__always)
  func usableRange(of vma: VMA) -> AddressRange {
    guard vma.flags.contains(.indivisible) else { return vma.range }
    let guards = personality.stackGuardPages
    return vma.range.lowerBound + guards.bottom
      * PageSize.base.byteCount..<VirtualAddress(
        vma.range.upperBound.rawValue - guards.top * PageSize.base.byteCount)
  }
}
