// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension AddressSpace {
  /// Touches every page of the range as the guest would: stores where a private VMA can be written,
  /// else loads. Goes over holes. EFAULT for a page that may not be accessed or that its file has
  /// nothing for, ENOMEM without a frame, at which it ends unless it ignores errors; what it has
  /// done stays. Linux: __mm_populate().
  mutating func populateInOrder(
    _ range: AddressRange, ignoresErrors: Bool, fill: PageFill
  ) throws(Errno) {
    var start = range.lowerBound
    while start < range.upperBound, let position = vmas.first(endingAbove: start) {
      let vma = vmas[position]
      let part = vma.range.clamped(to: range)
      if part.isEmpty { return }
      start = part.upperBound
      if vma.flags.contains(.lockedOnFault) { continue }
      let writes = !vma.isShared && vma.protection.contains(.write)
      do throws(Errno) {
        try touchPages(part, writes ? .write : .read, fill: fill)
      } catch {
        if !ignoresErrors { throw error }
      }
    }
  }

  /// The same for pages of one VMA.
  mutating func touchPages(
    _ range: AddressRange, _ access: Protection, fill: PageFill
  ) throws(Errno) {
    var page = range.lowerBound
    while page < range.upperBound {
      let (pte, level) = pageTable.walk(page)
      if pte.isLeaf, pte.isPresent, access != .write || pte.isWritable {
        page = min(PageTable.end(of: page, level: level), range.upperBound)
        continue
      }
      switch makeAccessible(page, for: access, fill: fill) {
      case .resolved: break
      case .undecided: throw .outsideDecides
      case .signal(let signal, _): throw signal == .kill ? .outOfMemory : .badAddress
      }
      page = page + PageSize.base.byteCount
    }
  }

  /// Names who wrote private pages of the VMA there first, if nobody has: a neighbour's name where
  /// the two could be one but for protection, else a new one. Linux: anon_vma_prepare().
  mutating func nameOrigin(at position: VMATree.Position) {
    var vma = vmas[position]
    guard personality.rules.contains(.origins), vma.origin == 0, !vma.isShared else { return }
    if let following = vmas.next(position), vma.sharesOrigin(with: vmas[following]) {
      vma.origin = vmas[following].origin
    }
    if vma.origin == 0, let preceding = vmas.previous(position),
      vmas[preceding].sharesOrigin(with: vma)
    {
      vma.origin = vmas[preceding].origin
    }
    if vma.origin == 0 {
      originCount += 1
      vma.origin = originCount
    }
    vmas.replace(position, with: vma)
  }

  /// Whether a page of the VMA that is only read is kept from being written, so that the first
  /// store is noticed.
  func watchesStores(to vma: VMA) -> Bool {
    guard personality.rules.contains(.origins), vma.origin == 0, !vma.isShared,
      vma.pageSize ?? .base == .base
    else { return false }
    switch vma.backing {
    case .anonymous, .stack, .file: return true
    case .sharedAnonymous, .reserved, .direct, .special: return false
    }
  }

  /// Lets the private page there, which nobody else has, be written.
  mutating func permitStores(to page: VirtualAddress, _ pte: PTE, of vma: VMA) {
    pageTable.replace(
      PTE.leaf(pte.address, size: .base, protection: vma.protection, isBorrowed: false), at: page)
    translations.protect(page, byteCount: PageSize.base.byteCount, protection: vma.protection)
  }
}

extension VMA {
  /// Whether `next` goes on where it ends, but for protection. Linux: anon_vma_compatible().
  func sharesOrigin(with next: VMA) -> Bool {
    range.upperBound == next.range.lowerBound
      && flags.subtracting(.heapStart) == next.flags.subtracting(.heapStart)
      && attributes.goesOn(in: next.attributes, after: range.byteCount)
  }

  /// Whether a trace that tells of VMAs tells the same of both.
  func looksLike(_ other: VMA) -> Bool {
    range == other.range && protection == other.protection && isShared == other.isShared
      && backing == other.backing && name == other.name
  }
}
