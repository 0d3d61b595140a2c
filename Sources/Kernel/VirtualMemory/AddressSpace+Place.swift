// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension AddressSpace {
  /// Where a mapping of `byteCount` bytes is to stand.
  ///
  /// Of a fixed address: ENOMEM above the highest address, EINVAL where it is not aligned, EPERM
  /// below the lowest, EEXIST where something stands that must not be replaced. Else ENOMEM where
  /// no gap is large enough. `large`: whether it is placed so that large pages fit it.
  func place(
    _ byteCount: UInt64, at request: PlacementRequest, alignment: UInt64, options: MapOptions,
    large: LargePlacement = .none
  ) throws(Errno) -> AddressRange {
    switch request {
    case .fixed(let address, let replacing):
      guard let range = AddressRange(start: address, byteCount: byteCount),
        range.upperBound <= personality.highestAddress
      else { throw .outOfMemory }
      guard address.isAligned(to: alignment) else { throw .invalidArgument }
      guard address >= personality.lowestAddress else { throw .notPermitted }
      guard replacing || vmas.isFree(range) else { throw .exists }
      return range
    case .anywhere(let hint):
      let below2GiB = options.contains(.below2GiB)
      if let offset = largeOffset(large, byteCount, alignment, hasHint: hint?.rawValue ?? 0 != 0),
        let range = largeRange(
          byteCount, offset: offset, hint: hint, alignment: alignment, below2GiB: below2GiB)
      {
        return range
      }
      if let hint, hint.rawValue != 0, let range = hinted(hint, byteCount, alignment, below2GiB) {
        return range
      }
      guard
        let address = gap(byteCount, alignment: alignment, below2GiB: below2GiB),
        let range = AddressRange(start: address, byteCount: byteCount)
      else { throw .outOfMemory }
      return range
    }
  }

  /// Throws what `map` would throw for want of a place, or for what may be locked.
  func checkPlace(
    _ byteCount: UInt64, at request: PlacementRequest, options: MapOptions
  ) throws(Errno) {
    _ = try place(
      byteCount, at: request, alignment: PageSize.base.byteCount, options: options)
    let isLocked = options.contains(.locked) || futureFlags.contains(.locked)
    try checkLock(isLocked ? .locked : [], byteCount)
  }

  /// The hint where it is free. Linux rounds it, Unikraft takes it as it is.
  func hinted(
    _ hint: VirtualAddress, _ byteCount: UInt64, _ alignment: UInt64, _ below2GiB: Bool
  ) -> AddressRange? {
    var start = hint
    if personality.rules.contains(.alignedRanges) {
      start = max(
        hint.alignedDown(to: PageSize.base.byteCount), personality.lowestPlacedAddress)
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
  func isInStackGap(_ range: AddressRange) -> Bool {
    guard let start = stackGapStart(above: range.upperBound) else { return false }
    return start < range.upperBound
  }

  /// Where the gap of the next VMA at or above `address` begins, if that VMA grows down.
  private func stackGapStart(above address: VirtualAddress) -> VirtualAddress? {
    guard let position = vmas.first(endingAbove: address), vmas[position].flags.contains(.growsDown)
    else { return nil }
    let low = vmas[position].range.lowerBound.rawValue
    return VirtualAddress(low > personality.stackGap ? low - personality.stackGap : 0)
  }

  func gap(
    _ byteCount: UInt64, alignment: UInt64, below2GiB: Bool
  ) -> VirtualAddress? {
    if below2GiB {
      // Linux: find_start_end().
      let window = VirtualAddress(0x4000_0000)..<VirtualAddress(0x8000_0000)
      return lowestFree(window, byteCount, alignment)
    }
    switch personality.placement {
    case .bottomUp(let base):
      return lowestFree(
        base..<max(base, personality.highestAddress), byteCount, alignment)
    case .topDown(let base):
      let low = max(personality.lowestPlacedAddress, VirtualAddress(PageSize.base.byteCount))
      if let address = highestFree(low..<max(low, base), byteCount, alignment) { return address }
      // Linux: the bottom-up search from a third of the address space that follows a failed one.
      let third = VirtualAddress(personality.highestAddress.rawValue / 3)
      let start = third.alignedUp(to: PageSize.base.byteCount) ?? third
      return lowestFree(
        start..<max(start, personality.highestAddress), byteCount, alignment)
    }
  }

  /// The lowest gap that is in no stack's way. Linux: unmapped_area().
  private func lowestFree(
    _ bounds: AddressRange, _ byteCount: UInt64, _ alignment: UInt64
  ) -> VirtualAddress? {
    var bounds = bounds
    while true {
      let request = GapRequest(bounds: bounds, byteCount: byteCount, alignment: alignment)
      guard let address = vmas.lowestGap(request) else { return nil }
      let end = address + byteCount
      guard let start = stackGapStart(above: end), start < end,
        let position = vmas.first(endingAbove: end)
      else { return address }
      let next = vmas[position].range.upperBound
      guard next < bounds.upperBound else { return nil }
      bounds = next..<bounds.upperBound
    }
  }

  /// The highest gap that is in no stack's way. Linux: unmapped_area_topdown().
  private func highestFree(
    _ bounds: AddressRange, _ byteCount: UInt64, _ alignment: UInt64
  ) -> VirtualAddress? {
    var bounds = bounds
    while true {
      let request = GapRequest(bounds: bounds, byteCount: byteCount, alignment: alignment)
      guard let address = vmas.highestGap(request) else { return nil }
      guard let start = stackGapStart(above: address + byteCount), start < address + byteCount
      else { return address }
      guard start > bounds.lowerBound else { return nil }
      bounds = bounds.lowerBound..<start
    }
  }
}
