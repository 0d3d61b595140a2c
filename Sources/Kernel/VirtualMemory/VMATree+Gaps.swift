// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// A search for a gap.
struct GapRequest {
  /// The gap must lie in here.
  var bounds: AddressRange
  /// Bytes, more than 0.
  var byteCount: UInt64
  /// The address is to be a multiple of this power of two.
  var alignment: UInt64

  /// A gap of so many bytes holds an aligned range wherever it lies.
  fileprivate var sufficient: UInt64 {
    let (sum, overflow) = byteCount.addingReportingOverflow(alignment - PageSize.base.byteCount)
    return overflow ? .max : sum
  }
}

extension VMATree {
  /// The lowest address that fits. Exact for 4 KiB alignment; for larger ones a gap deep in the
  /// tree counts only where it would do at any alignment, else the search would not be logarithmic.
  func lowestGap(_ request: GapRequest) -> VirtualAddress? {
    var floor = request.bounds.lowerBound.rawValue
    if count > 0, let found = lowest(request, &floor, in: root, levelsBelow: height) {
      return found
    }
    return fit(request, from: floor, to: request.bounds.upperBound.rawValue)
  }

  /// The highest address that fits, with the same condition.
  func highestGap(_ request: GapRequest) -> VirtualAddress? {
    var ceiling = request.bounds.upperBound.rawValue
    if count > 0, let found = highest(request, &ceiling, in: root, levelsBelow: height) {
      return found
    }
    return fitHigh(request, from: request.bounds.lowerBound.rawValue, to: ceiling)
  }

  /// Whether no VMA meets the range.
  @inline(__always)
  func isFree(_ range: AddressRange) -> Bool {
    let position = place(of: range.lowerBound)
    let slot = position.slot
    if slot > 0, position.leaf.high(slot - 1) > range.lowerBound.rawValue { return false }
    if slot < position.leaf.count { return position.leaf.low(slot) >= range.upperBound.rawValue }
    guard let following = nextLeaf(position) else { return true }
    return following.leaf.low(0) >= range.upperBound.rawValue
  }

  /// `floor`: the end of what was passed, not below the bounds.
  private func lowest(
    _ request: GapRequest, _ floor: inout UInt64, in node: VMANode, levelsBelow: Int
  ) -> VirtualAddress? {
    let ceiling = request.bounds.upperBound.rawValue
    if levelsBelow == 0 {
      let leaf = node.leaf
      for slot in 0..<leaf.count where leaf.high(slot) > floor {
        if floor >= ceiling { return nil }
        if leaf.low(slot) > floor, let found = fit(request, from: floor, to: leaf.low(slot)) {
          return found
        }
        floor = leaf.high(slot)
      }
      return nil
    }
    let inner = node.inner
    for slot in 0..<inner.count {
      let entry = inner[slot]
      if entry.high <= floor { continue }
      if floor >= ceiling { return nil }
      if entry.low > floor, let found = fit(request, from: floor, to: entry.low) { return found }
      if entry.gap >= request.sufficient,
        let found = lowest(
          request, &floor, in: inner.child(slot), levelsBelow: levelsBelow - 1)
      {
        return found
      }
      floor = max(floor, entry.high)
    }
    return nil
  }

  /// `ceiling`: the beginning of what was passed, not above the bounds.
  private func highest(
    _ request: GapRequest, _ ceiling: inout UInt64, in node: VMANode, levelsBelow: Int
  ) -> VirtualAddress? {
    let floor = request.bounds.lowerBound.rawValue
    if levelsBelow == 0 {
      let leaf = node.leaf
      for slot in stride(from: leaf.count - 1, through: 0, by: -1) where leaf.low(slot) < ceiling {
        if ceiling <= floor { return nil }
        if leaf.high(slot) < ceiling,
          let found = fitHigh(request, from: leaf.high(slot), to: ceiling)
        {
          return found
        }
        ceiling = leaf.low(slot)
      }
      return nil
    }
    let inner = node.inner
    for slot in stride(from: inner.count - 1, through: 0, by: -1) {
      let entry = inner[slot]
      if entry.low >= ceiling { continue }
      if ceiling <= floor { return nil }
      if entry.high < ceiling, let found = fitHigh(request, from: entry.high, to: ceiling) {
        return found
      }
      if entry.gap >= request.sufficient,
        let found = highest(
          request, &ceiling, in: inner.child(slot), levelsBelow: levelsBelow - 1)
      {
        return found
      }
      ceiling = min(ceiling, entry.low)
    }
    return nil
  }

  private func fit(_ request: GapRequest, from low: UInt64, to high: UInt64) -> VirtualAddress? {
    let end = min(high, request.bounds.upperBound.rawValue)
    guard let start = VirtualAddress(low).alignedUp(to: request.alignment)?.rawValue,
      start <= end, end - start >= request.byteCount
    else { return nil }
    return VirtualAddress(start)
  }

  private func fitHigh(_ request: GapRequest, from low: UInt64, to high: UInt64) -> VirtualAddress?
  {
    let start = max(low, request.bounds.lowerBound.rawValue)
    guard high >= request.byteCount else { return nil }
    let address = VirtualAddress(high - request.byteCount).alignedDown(to: request.alignment)
    return address.rawValue >= start ? address : nil
  }
}
