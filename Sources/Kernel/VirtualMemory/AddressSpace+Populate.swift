// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Gives every page of the range that has none a frame, reservations, guard pages and what may
  /// not be accessed left out.
  /// `access`: for which; without it for stores where a private mapping may be stored to, so that
  /// its shared pages are copied. ENOMEM for a hole between VMAs or without a frame, EFAULT for a
  /// page that its file has nothing for, and what `fill` throws; then none of the pages is kept.
  /// Linux: mm_populate().
  public mutating func populate(
    _ range: AddressRange, for access: Protection? = nil,
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    guard let part = try occupiedPart(of: range, strict: false) else {
      if range.isEmpty { return }
      throw .outOfMemory
    }
    var made: [VMA] = []
    var failure: Errno? = endOfCover(of: range) < range.upperBound ? .outOfMemory : nil
    for vma in vmas(in: part) where failure == nil {
      let usable = usableRange(of: vma).clamped(to: part)
      do throws(Errno) {
        let access = access ?? (vma.protection.contains(.write) ? .write : .read)
        try populate(vma, in: usable, for: access, made: &made, fill: fill)
        if access.contains(.write) { try copyAllOnWrite(usable, of: vma) }
      } catch {
        failure = error
      }
    }
    if let failure {
      withdraw(made)
      throw failure
    }
    checkInvariants()
  }

  private mutating func withdraw(_ made: [VMA]) {
    for part in made { removePages(part.range, of: part) }
  }

  /// `made`: the parts of VMAs that got their pages.
  private mutating func populate(
    _ vma: VMA, in range: AddressRange, for access: Protection, made: inout [VMA], fill: PageFill
  ) throws(Errno) {
    if vma.backing == .reserved || vma.protection.isEmpty { return }
    var rest = range
    while !rest.isEmpty, let hole = pageTable.firstHole(in: rest) {
      var start = hole.lowerBound
      while start < hole.upperBound {
        let end = try populateStep(start..<hole.upperBound, of: vma, for: access, fill: fill)
        if let last = made.last, last.range.upperBound == start, start > range.lowerBound {
          made[made.count - 1].range = last.range.lowerBound..<end
        } else {
          made.append(vma.part(start..<end))
        }
        start = end
      }
      rest = hole.upperBound..<range.upperBound
    }
  }

  /// Maps some pages from the start of a hole on and returns where they end.
  private mutating func populateStep(
    _ hole: AddressRange, of vma: VMA, for access: Protection, fill: PageFill
  ) throws(Errno) -> VirtualAddress {
    let preferred = personality.rules.contains(.largestPages) ? .huge : demandPageSize
    for size in [PageSize.huge, .large] where mayUse(size, at: hole, of: vma, preferred) {
      let page = hole.lowerBound..<hole.lowerBound + size.byteCount
      do throws(Errno) {
        try pageInLarge(page, size, of: vma, fill: fill)
        return page.upperBound
      } catch {
        if error != .outOfMemory { throw error }
      }
    }
    let run = hole.clamped(to: populateRun(from: hole.lowerBound))
    let count = try pageIn(run, of: vma, for: access, fill: fill)
    if count == 0 { throw .badAddress }
    return hole.lowerBound + count * PageSize.base.byteCount
  }

  /// How many small pages are had together: up to the next large page, at most 64.
  func populateRun(from start: VirtualAddress) -> AddressRange {
    start..<min(PageTable.end(of: start, level: 1), start + 64 * PageSize.base.byteCount)
  }

  /// Whether a page of that size may begin where the hole does; of `preferred` where the VMA has no
  /// wish of its own.
  func mayUse(
    _ size: PageSize, at hole: AddressRange, of vma: VMA, _ preferred: PageSize
  ) -> Bool {
    guard size <= vma.pageSize ?? preferred, !vma.protection.isEmpty,
      hole.lowerBound.isAligned(to: size.byteCount), hole.byteCount >= size.byteCount
    else { return false }
    switch vma.backing {
    case .direct(let physical):
      let start = physical + (hole.lowerBound - vma.range.lowerBound)
      return start.isAligned(to: size.byteCount)
    case .file:
      return object(of: vma) == nil
        && (vma.pageSize != nil || !personality.rules.contains(.busErrorBehindFile))
    case .sharedAnonymous: return object(of: vma) == nil
    case .anonymous: return true
    case .stack, .reserved, .special: return false
    }
  }
}
