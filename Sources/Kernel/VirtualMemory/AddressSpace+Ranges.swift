// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

// The steps that the operations are made of. What can fail stands in functions that throw and
// change nothing; the others do not fail.

extension AddressSpace {
  /// The part of `range` from its first VMA to its last; nil where there is none. Throws EINVAL for
  /// a boundary inside a VMA that is not aligned to its pages, and the personality's hole error for
  /// a hole when `strict`. Unikraft: the range resolution of `lib/ukvmem`.
  func occupiedPart(of range: AddressRange, strict: Bool) throws(Errno) -> AddressRange? {
    if range.isEmpty { return nil }
    if personality.rules.contains(.alignedRanges),
      !range.lowerBound.isAligned(to: PageSize.base.byteCount)
        || !range.upperBound.isAligned(to: PageSize.base.byteCount)
    {
      throw .invalidArgument
    }
    var occupied: AddressRange?
    var error: Errno?
    forEachVMA(in: range) { vma in
      let start = max(vma.range.lowerBound, range.lowerBound)
      let end = min(vma.range.upperBound, range.upperBound)
      if !start.isAligned(to: vma.alignment) || !end.isAligned(to: vma.alignment) {
        error = .invalidArgument
      } else if strict, start != occupied?.upperBound ?? range.lowerBound, error == nil {
        error = personality.holeError
      }
      occupied = (occupied?.lowerBound ?? start)..<end
    }
    if let error { throw error }
    if strict, occupied?.upperBound != range.upperBound { throw personality.holeError }
    return occupied
  }

  /// EPERM where `address` lies inside a VMA that cannot be split, EINVAL inside one of its pages.
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
  mutating func touch(_ range: AddressRange) { changes.append(range, old: vmas(in: range)) }

  /// Makes two VMAs of one that lies on both sides of `address`.
  mutating func splitVMA(at address: VirtualAddress) {
    guard let position = vmas.first(endingAbove: address) else { return }
    let vma = vmas[position]
    guard vma.range.lowerBound < address else { return }
    vmas.replace(position, with: vma.part(vma.range.lowerBound..<address))
    vmas.insert(vma.part(address..<vma.range.upperBound))
  }

  /// Gives a part of a VMA other attributes and merges it with its neighbours where it can be.
  /// EPERM, EINVAL and ENOMEM as `checkBoundary` and `cutPages` say, ENOMEM for too many VMAs.
  mutating func change(_ range: AddressRange, to vma: VMA) throws(Errno) {
    try checkBoundary(range.lowerBound)
    try checkBoundary(range.upperBound)
    let splits = (isInside(range.lowerBound) ? 1 : 0) + (isInside(range.upperBound) ? 1 : 0)
    if splits > 0, vmas.count > personality.vmaLimit - splits { throw .outOfMemory }
    try cutPages(at: range)
    touch(range)
    splitVMA(at: range.lowerBound)
    splitVMA(at: range.upperBound)
    vmas.replace(vmas.first(endingAbove: range.lowerBound)!, with: vma)
    mergeVMAs(around: range)
    checkInvariants()
  }

  /// Takes the VMAs of the range away, with their pages.
  mutating func removeVMAs(in range: AddressRange) {
    lockedPageCount &-= lockedPages(in: range)
    splitVMA(at: range.lowerBound)
    splitVMA(at: range.upperBound)
    while let position = vmas.first(endingAbove: range.lowerBound),
      vmas[position].range.lowerBound < range.upperBound
    {
      let vma = vmas[position]
      removePages(vma.range, of: vma)
      vmas.remove(position)
      noteUnmapped(vma)
    }
  }

  /// Merges what can be merged from the VMA before the range to the VMA behind it.
  mutating func mergeVMAs(around range: AddressRange) {
    guard var position = vmas.first(endingAbove: range.lowerBound - 1) else { return }
    while let following = vmas.next(position) {
      let vma = vmas[position]
      let next = vmas[following]
      if next.range.lowerBound > range.upperBound { return }
      if vma.canMerge(with: next) {
        let merged = vma.merged(with: next)
        vmas.remove(following)
        position = vmas.first(endingAbove: vma.range.lowerBound)!
        vmas.replace(position, with: merged)
      } else {
        position = following
      }
    }
  }

  /// The pages of a VMA that may be accessed: without its guard pages.
  func usableRange(of vma: VMA) -> AddressRange {
    guard vma.flags.contains(.indivisible) else { return vma.range }
    let guards = personality.stackGuardPages
    return vma.range.lowerBound + guards.bottom
      * PageSize.base.byteCount..<VirtualAddress(
        vma.range.upperBound.rawValue - guards.top * PageSize.base.byteCount)
  }
}
