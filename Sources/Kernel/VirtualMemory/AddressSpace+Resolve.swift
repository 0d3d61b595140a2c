// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension FaultOutcome {
  /// SEGV_MAPERR: no VMA.
  static var notMapped: FaultOutcome { .signal(.segmentationViolation, code: 1) }
  /// SEGV_ACCERR: the VMA does not allow it.
  static var notAllowed: FaultOutcome { .signal(.segmentationViolation, code: 2) }
  /// BUS_ADRERR: the file has nothing there, or cannot be read.
  static var noContents: FaultOutcome { .signal(.busError, code: 2) }
  /// No frame is left, and nobody can be asked for one.
  static var noMemory: FaultOutcome { .signal(.kill, code: 0) }
}

extension AddressSpace {
  /// Makes the access of `fault` succeed, or says with which signal it fails: SIGSEGV without a VMA
  /// (SEGV_MAPERR) or against its protection (SEGV_ACCERR), SIGBUS behind the end of a file and
  /// where it cannot be read, SIGKILL without a frame. Unikraft: vmem_pagefault().
  public mutating func resolve(
    _ fault: PageFault, fill: PageFill = AddressSpace.noFiles
  ) -> FaultOutcome {
    var access: Protection = .read
    if fault.code.contains(.write) {
      access = .write
    } else if fault.code.contains(.fetch) {
      access = .execute
    }
    return makeAccessible(fault.address, for: access, fill: fill)
  }

  /// Whether the page table allows the access of `fault` as it is.
  func permits(_ fault: PageFault) -> Bool {
    let (pte, _) = pageTable.walk(fault.address)
    guard pte.isLeaf, pte.isPresent else { return false }
    if fault.code.contains(.write) { return pte.isWritable }
    return !fault.code.contains(.fetch) || pte.protection.contains(.execute)
  }

  /// Makes one page accessible as the guest would find it.
  mutating func makeAccessible(
    _ address: VirtualAddress, for access: Protection, fill: PageFill
  ) -> FaultOutcome {
    if !isDemandPaging { return .notMapped }
    guard let position = vmas.first(endingAbove: address) else { return .notMapped }
    var vma = vmas[position]
    if !vma.range.contains(address) {
      guard growStack(position, to: address) else { return .notMapped }
      vma = vmas[position]
    }
    guard allows(vma, access), usableRange(of: vma).contains(address) else { return .notAllowed }
    if access.contains(.write) {
      nameOrigin(at: position)
      vma = vmas[position]
    }
    let (pte, level) = pageTable.walk(address)
    if pte.isCopyOnWrite, access.contains(.write) {
      if !pte.isBorrowed {
        permitStores(to: address.alignedDown(to: PageSize.base.byteCount), pte, of: vma)
        return .resolved
      }
      do throws(Errno) { try copyOnWrite(address, pte, of: vma) } catch { return .noMemory }
      return .resolved
    }
    if pte.isLeaf {
      // The page is there: the CPU remembered an older entry and must hear of this one.
      let page = address.alignedDown(to: PageTable.span(level))
      translations.map(
        page, to: pte.address, byteCount: PageTable.span(level),
        protection: pte.limited(vma.protection))
      return .resolved
    }
    do throws(Errno) {
      return try pageIn(address, of: vma, for: access, fill: fill) ? .resolved : .noContents
    } catch {
      switch error {
      case .outOfMemory: return .noMemory
      case .outsideDecides: return .undecided
      case .badAddress: return .notAllowed
      default: return .noContents
      }
    }
  }

  private func allows(_ vma: VMA, _ access: Protection) -> Bool {
    if access == .read, personality.rules.contains(.impliedRead) {
      return !vma.protection.isEmpty
    }
    return vma.protection.contains(access)
  }

  /// Moves the start of the stack there down to `address`, if it may. Linux: expand_stack().
  private mutating func growStack(_ position: VMATree.Position, to address: VirtualAddress) -> Bool
  {
    let vma = vmas[position]
    let start = address.alignedDown(to: PageSize.base.byteCount)
    guard personality.growsStackOnFault, vma.flags.contains(.growsDown),
      start >= personality.lowestPlacedAddress
    else { return false }
    if let below = vmas.previous(position) {
      let other = vmas[below]
      guard other.range.upperBound <= start else { return false }
      let isInTheWay = !other.flags.contains(.growsDown) && !other.protection.isEmpty
      if isInTheWay, start - other.range.upperBound < personality.stackGap { return false }
    }
    let distance = vma.range.lowerBound - start
    nameOrigin(at: position)
    do throws(Errno) {
      try checkLock(vma.flags, distance)
      try checkCommit(distance)
    } catch { return false }
    guard vma.range.upperBound - start <= personality.stackByteLimit else { return false }
    if vma.flags.contains(.locked) {
      lockedPageCount += distance >> PageSize.base.shift
    }
    if case .file(_, let offset) = vma.backing, offset < distance { return false }
    touch(start..<vma.range.lowerBound)
    cache.noteMapped(vma.backing, byteCount: distance)
    var grown = vmas[position]
    grown.range = start..<vma.range.upperBound
    grown.backing = vma.backing.advanced(by: 0 &- distance)
    vmas.replace(position, with: grown)
    checkInvariants()
    return true
  }

  /// Gives the page at `address`, which has none, a frame, and the absent pages of its window
  /// around it when that is possible. False where the file has nothing there.
  private mutating func pageIn(
    _ address: VirtualAddress, of vma: VMA, for access: Protection, fill: PageFill
  ) throws(Errno) -> Bool {
    let object = object(of: vma)
    for size in [PageSize.huge, .large] where size <= vma.pageSize ?? demandPageSize {
      let start = address.alignedDown(to: size.byteCount)
      guard let page = AddressRange(start: start, byteCount: size.byteCount),
        usableRange(of: vma).clamped(to: page) == page,
        mayUse(size, at: page, of: vma, demandPageSize),
        pageTable.firstHole(in: page) == page
      else { continue }
      do throws(Errno) {
        try pageInLarge(page, size, of: vma, fill: fill)
        return true
      } catch {
        // Without a large frame the range gets smaller ones.
        if error != .outOfMemory { throw error }
      }
    }
    let page = address.alignedDown(to: PageSize.base.byteCount)
    let single = page..<page + PageSize.base.byteCount
    // A store to a private mapping copies one page, and does not guess about its neighbours.
    let isAlone = object != nil && !vma.isShared && access.contains(.write)
    let run =
      faultAroundShift > PageSize.base.shift && !isAlone
      ? absentRun(around: address, of: vma) : single
    let count = try pageIn(run, of: vma, for: access, fill: fill)
    if run.lowerBound + count * PageSize.base.byteCount > address { return true }
    if run == single { return false }
    // The file ends before the page, or there is no contiguous memory.
    return try pageIn(single, of: vma, for: access, fill: fill) > 0
  }

  private func absentRun(around address: VirtualAddress, of vma: VMA) -> AddressRange {
    let byteCount: UInt64 = 1 << min(faultAroundShift, PageSize.large.shift)
    let start = address.alignedDown(to: byteCount)
    let window = (start..<start + byteCount).clamped(to: usableRange(of: vma))
    var rest = window
    while let hole = pageTable.firstHole(in: rest) {
      if hole.contains(address) { return hole }
      rest = hole.upperBound..<window.upperBound
    }
    return window
  }

  /// Maps 4 KiB pages from the start of the run on, none of which is there; returns how many.
  /// Throws only where it maps none.
  mutating func pageIn(
    _ run: AddressRange, of vma: VMA, for access: Protection, fill: PageFill
  ) throws(Errno) -> UInt64 {
    if let object = object(of: vma) {
      return try pageInShared(run, of: vma, object, for: access, fill: fill)
    }
    return try pageInOwned(run, of: vma, fill: fill)
  }

  /// The same with frames that belong to this mapping alone, or are given.
  mutating func pageInOwned(
    _ run: AddressRange, of vma: VMA, fill: PageFill
  ) throws(Errno) -> UInt64 {
    let supply = try supply(run, of: vma, fill: fill)
    for index in 0..<supply.pageCount {
      let offset = index * PageSize.base.byteCount
      do throws(Errno) {
        try pageTable.map(
          run.lowerBound + offset, to: supply.physical + offset, protection: vma.protection,
          isBorrowed: supply.isBorrowed, isCopyOnWrite: watchesStores(to: vma), frames: &frames,
          log: &translations)
      } catch {
        supply.settle(mapped: index, &frames)
        if index == 0 { throw error }
        return index
      }
    }
    let count = supply.pageCount
    supply.settle(mapped: count, &frames)
    return count
  }

  /// Maps one larger page where nothing is, or throws.
  mutating func pageInLarge(
    _ range: AddressRange, _ size: PageSize, of vma: VMA, fill: PageFill
  ) throws(Errno) {
    let supply = try supply(range, of: vma, isExact: true, fill: fill)
    do throws(Errno) {
      guard supply.physical.isAligned(to: size.byteCount) else { throw .outOfMemory }
      try pageTable.map(
        range.lowerBound, to: supply.physical, size: size, protection: vma.protection,
        isBorrowed: supply.isBorrowed, frames: &frames, log: &translations)
    } catch {
      supply.settle(mapped: 0, &frames)
      throw error
    }
    let count = supply.pageCount
    supply.settle(mapped: count, &frames)
  }
}
