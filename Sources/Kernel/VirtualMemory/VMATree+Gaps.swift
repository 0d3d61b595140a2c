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
    if count > 0, let found = lowest(request, &floor, in: root, level: height) { return found }
    return fit(request, from: floor, to: request.bounds.upperBound.rawValue)
  }

  /// The highest address that fits, with the same condition.
  func highestGap(_ request: GapRequest) -> VirtualAddress? {
    var ceiling = request.bounds.upperBound.rawValue
    if count > 0, let found = highest(request, &ceiling, in: root, level: height) { return found }
    return fitHigh(request, from: request.bounds.lowerBound.rawValue, to: ceiling)
  }

  /// Whether no VMA meets the range.
  func isFree(_ range: AddressRange) -> Bool {
    guard let position = first(endingAbove: range.lowerBound) else { return true }
    return self[position].range.lowerBound >= range.upperBound
  }

  /// `floor`: the end of what was passed, not below the bounds.
  private func lowest(
    _ request: GapRequest, _ floor: inout UInt64, in node: Int, level: Int
  ) -> VirtualAddress? {
    for slot in 0..<Int(counts[node]) {
      let entry = node * Self.fanout + slot
      if highs[entry] <= floor { continue }
      if floor >= request.bounds.upperBound.rawValue { return nil }
      if lows[entry] > floor, let found = fit(request, from: floor, to: lows[entry]) {
        return found
      }
      if level > 0, gaps[entry] >= request.sufficient,
        let found = lowest(request, &floor, in: Int(children[entry]), level: level - 1)
      {
        return found
      }
      floor = max(floor, highs[entry])
    }
    return nil
  }

  /// `ceiling`: the beginning of what was passed, not above the bounds.
  private func highest(
    _ request: GapRequest, _ ceiling: inout UInt64, in node: Int, level: Int
  ) -> VirtualAddress? {
    for slot in stride(from: Int(counts[node]) - 1, through: 0, by: -1) {
      let entry = node * Self.fanout + slot
      if lows[entry] >= ceiling { continue }
      if ceiling <= request.bounds.lowerBound.rawValue { return nil }
      if highs[entry] < ceiling, let found = fitHigh(request, from: highs[entry], to: ceiling) {
        return found
      }
      if level > 0, gaps[entry] >= request.sufficient,
        let found = highest(request, &ceiling, in: Int(children[entry]), level: level - 1)
      {
        return found
      }
      ceiling = min(ceiling, lows[entry])
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
