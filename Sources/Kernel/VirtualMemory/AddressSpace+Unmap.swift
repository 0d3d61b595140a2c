// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Takes the VMAs of the range away, and their pages. A range without VMAs is no error, unless
  /// `strict`: then any hole is the personality's hole error. EINVAL for a boundary that is not
  /// aligned, and under Linux for an end above the highest address; EPERM inside a stack with guard
  /// pages; ENOMEM where it would make too many VMAs. Unikraft: uk_vma_unmap(). Linux: munmap(2).
  public mutating func unmap(_ range: AddressRange, strict: Bool = false) throws(Errno) {
    if personality.rules.contains(.alignedRanges), range.upperBound > personality.highestAddress {
      throw .invalidArgument
    }
    try clear(range, strict: strict)
  }

  /// The same wherever the range lies.
  mutating func clear(_ range: AddressRange, strict: Bool) throws(Errno) {
    vmas.approach(range.lowerBound)
    guard let part = try occupiedPart(of: range, strict: strict) else { return }
    if vmas.count >= personality.vmaLimit, let vma = find(part.lowerBound),
      vma.range.lowerBound < part.lowerBound, part.upperBound < vma.range.upperBound
    {
      try checkBoundary(part.lowerBound)
      throw .outOfMemory
    }
    try prepare(part)
    touch(part)
    removeVMAs(in: part)
    checkInvariants()
  }

  /// Gives all VMAs of the range this protection, splitting and merging where it must. Holes are
  /// left out, unless `strict`: then a hole is the personality's hole error, and under Linux what
  /// is before it has changed. EINVAL, EPERM and ENOMEM as for `unmap`; EACCES for making a VMA
  /// writable that may never be; EPERM for a shared file where the personality has no writable
  /// ones. Unikraft: uk_vma_set_attr(). Linux: mprotect(2).
  public mutating func protect(
    _ range: AddressRange, _ protection: Protection, strict: Bool = false,
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    if range.isEmpty { return }
    vmas.approach(range.lowerBound)
    if strict, personality.rules.contains(.effectUpToHole),
      range.lowerBound.isAligned(to: PageSize.base.byteCount)
    {
      let end = endOfCover(of: range)
      let allowed = endOfAllowed(range.lowerBound..<end, protection)
      if allowed > range.lowerBound {
        try protectInOrder(range.lowerBound..<allowed, protection, fill: fill)
      }
      if allowed < end { throw .permissionDenied }
      if end < range.upperBound { throw personality.holeError }
      return
    }
    guard let part = try occupiedPart(of: range, strict: strict) else { return }
    try apply(protection, to: part)
  }

  /// Up to where no VMA of the range refuses to be made writable.
  private func endOfAllowed(
    _ range: AddressRange, _ protection: Protection
  ) -> VirtualAddress {
    if !protection.contains(.write) { return range.upperBound }
    var end = range.upperBound
    forEachVMA(in: range) { vma in
      if vma.flags.contains(.neverWritable), !vma.protection.contains(.write) {
        end = min(end, max(vma.range.lowerBound, range.lowerBound))
      }
    }
    return end
  }

  /// VMA by VMA, as Linux does: what is locked, private and becomes writable is written to before
  /// the next is looked at.
  private mutating func protectInOrder(
    _ range: AddressRange, _ protection: Protection, fill: PageFill
  ) throws(Errno) {
    var start = range.lowerBound
    while start < range.upperBound, let vma = find(start) {
      let part = vma.range.clamped(to: range)
      start = part.upperBound
      try apply(protection, to: part)
      if protection.contains(.write), !vma.protection.contains(.write), !vma.isShared,
        vma.flags.intersection(.lockMask) == .locked
      {
        do throws(Errno) { try touchPages(part, .write, fill: fill) } catch {}
      }
    }
  }

  /// Up to where VMAs stand without a hole from the start of the range on.
  func endOfCover(of range: AddressRange) -> VirtualAddress {
    var end = range.lowerBound
    var position = vmas.first(endingAbove: end)
    while let place = position, end < range.upperBound {
      let vma = vmas[place]
      if vma.range.lowerBound > end { break }
      end = min(vma.range.upperBound, range.upperBound)
      position = vmas.next(place)
    }
    return end
  }

  private mutating func apply(
    _ protection: Protection, to range: AddressRange
  ) throws(Errno) {
    guard let part = try changingPart(of: range, protection) else { return }
    if vmas.count > personality.vmaLimit - 2 {
      try checkBoundary(part.lowerBound)
      try checkBoundary(part.upperBound)
      let splits = (isInside(part.lowerBound) ? 1 : 0) + (isInside(part.upperBound) ? 1 : 0)
      if splits > 0, vmas.count > personality.vmaLimit - splits { throw .outOfMemory }
    }
    try prepare(part, exchanges: 2)
    touch(part)
    var start = part.lowerBound
    while start < part.upperBound, let vma = vmas.vma(endingAbove: start) {
      let changing = vma.range.clamped(to: part)
      start = changing.upperBound
      if vma.protection == protection { continue }
      var changed = vma.part(changing)
      changed.protection = protection
      pageTable.protect(changing, protection, log: &translations)
      if protection.contains(.write) { noteWritable(changing, of: vma) }
      vmas.exchange(changing, for: accounted(changed))
    }
    checkInvariants()
  }

  /// What of the range has another protection, from the first such VMA to the last. Throws where
  /// one of them may not have it.
  @inline(__always)
  private func changingPart(
    of range: AddressRange, _ protection: Protection
  ) throws(Errno) -> AddressRange? {
    var part: AddressRange?
    var start = range.lowerBound
    while let vma = vmas.vma(endingAbove: start), vma.range.lowerBound < range.upperBound {
      if vma.protection != protection {
        if protection.contains(.write) {
          let isPromised = vma.isShared || !vma.flags.isDisjoint(with: [.accounted, .noReserve])
          if !isPromised, vma.range.clamped(to: range).byteCount > personality.commitByteLimit {
            throw .outOfMemory
          }
          if vma.flags.contains(.neverWritable) { throw .permissionDenied }
          if case .file = vma.backing, vma.isShared,
            !personality.rules.contains(.writableSharedFiles)
          {
            throw .notPermitted
          }
        }
        let changing = vma.range.clamped(to: range)
        part = (part?.lowerBound ?? changing.lowerBound)..<changing.upperBound
      }
      if vma.range.upperBound >= range.upperBound { break }
      start = vma.range.upperBound
    }
    return part
  }
}
