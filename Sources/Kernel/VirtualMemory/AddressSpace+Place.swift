// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension AddressSpace {
  /// Where a mapping of `byteCount` bytes is to stand.
  ///
  /// Of a fixed address: EINVAL where it is not aligned, EPERM below the lowest address, ENOMEM
  /// above the highest, EEXIST where something stands that must not be replaced. Else ENOMEM where
  /// no gap is large enough.
  func place(
    _ byteCount: UInt64, at request: PlacementRequest, alignment: UInt64, options: MapOptions,
    isAnonymous: Bool = false
  ) throws(Errno) -> AddressRange {
    switch request {
    case .fixed(let address, let replacing):
      guard address.isAligned(to: alignment) else { throw .invalidArgument }
      guard let range = AddressRange(start: address, byteCount: byteCount),
        range.upperBound <= personality.highestAddress
      else { throw .outOfMemory }
      guard address >= personality.lowestAddress else { throw .notPermitted }
      guard replacing || vmas.isFree(range) else { throw .exists }
      return range
    case .anywhere(let hint):
      if let hint, hint.rawValue != 0,
        let range = hinted(hint, byteCount, alignment, options.contains(.below2GiB))
      {
        return range
      }
      guard
        let address = gap(
          byteCount, alignment: alignment, below2GiB: options.contains(.below2GiB),
          prefersLargePages: isAnonymous && hint?.rawValue ?? 0 == 0),
        let range = AddressRange(start: address, byteCount: byteCount)
      else { throw .outOfMemory }
      return range
    }
  }

  /// The hint where it is free. Linux rounds it, Unikraft takes it as it is.
  private func hinted(
    _ hint: VirtualAddress, _ byteCount: UInt64, _ alignment: UInt64, _ below2GiB: Bool
  ) -> AddressRange? {
    var start = hint
    if personality.rules.contains(.alignedRanges) {
      start = max(hint.alignedDown(to: PageSize.base.byteCount), personality.lowestAddress)
    }
    guard start.isAligned(to: alignment), start >= personality.lowestAddress,
      let range = AddressRange(start: start, byteCount: byteCount),
      range.upperBound <= personality.highestAddress,
      !below2GiB || range.upperBound.rawValue <= 1 << 31, vmas.isFree(range),
      !isInStackGap(range)
    else { return nil }
    return range
  }

  /// Whether a VMA that grows down stands so close above that the range would be in its way.
  private func isInStackGap(_ range: AddressRange) -> Bool {
    guard let position = vmas.first(endingAbove: range.upperBound) else { return false }
    let above = vmas[position]
    return above.flags.contains(.growsDown)
      && above.range.lowerBound - range.upperBound < personality.stackGap
  }

  private func gap(
    _ byteCount: UInt64, alignment: UInt64, below2GiB: Bool, prefersLargePages: Bool
  ) -> VirtualAddress? {
    let large = PageSize.large.byteCount
    if below2GiB {
      // Linux: find_start_end().
      let window = VirtualAddress(0x4000_0000)..<VirtualAddress(0x8000_0000)
      return vmas.lowestGap(
        GapRequest(bounds: window, byteCount: byteCount, alignment: alignment))
    }
    switch personality.placement {
    case .bottomUp(let base):
      return vmas.lowestGap(
        GapRequest(
          bounds: base..<max(base, personality.highestAddress), byteCount: byteCount,
          alignment: alignment))
    case .topDown(let base):
      if prefersLargePages, alignment < large, byteCount & (large - 1) == 0,
        personality.rules.contains(.alignedLargeMappings),
        let padded = gapBelow(base, byteCount + large, alignment)
      {
        // Linux: the lowest aligned address above the start of a gap that has room to spare.
        return padded.alignedDown(to: large) + large
      }
      return gapBelow(base, byteCount, alignment)
    }
  }

  private func gapBelow(
    _ base: VirtualAddress, _ byteCount: UInt64, _ alignment: UInt64
  ) -> VirtualAddress? {
    let low = max(personality.lowestAddress, VirtualAddress(PageSize.base.byteCount))
    let below = GapRequest(
      bounds: low..<max(low, base), byteCount: byteCount, alignment: alignment)
    if let address = vmas.highestGap(below) { return address }
    // Linux: the bottom-up search from a third of the address space that follows a failed one.
    let third = VirtualAddress(personality.highestAddress.rawValue / 3)
    let start = third.alignedUp(to: PageSize.base.byteCount) ?? third
    return vmas.lowestGap(
      GapRequest(
        bounds: start..<max(start, personality.highestAddress), byteCount: byteCount,
        alignment: alignment))
  }
}
