// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension AddressSpace {
  /// What stands now where something changed since the last call: first the ranges that hold
  /// nothing any more, then the VMAs that meet the touched ranges and are not as they were, whole.
  /// Empty where nothing changed. Applied in order to the old layout it gives the new one.
  public mutating func takeVMAChanges() -> [VMAChange] {
    let entryCount = changes.entries.count
    if entryCount == 0 { return [] }
    var unmapped: [AddressRange] = []
    var mapped: [VMA] = []
    for index in 0..<entryCount {
      let entry = changes.entries[index]
      let new = vmas(in: entry.range)
      let old = changes.old[entry.old]
      if old.elementsEqual(new, by: { $0.looksLike($1) }) { continue }
      Self.subtract(new, from: old, within: entry.range, into: &unmapped)
      // Both ascend, so one pass finds those that are as they were.
      var next = old.startIndex
      for vma in new {
        while next < old.endIndex, old[next].range.lowerBound < vma.range.lowerBound { next += 1 }
        if next == old.endIndex || !old[next].looksLike(vma) { mapped.append(vma) }
      }
    }
    changes.removeAll()
    if entryCount > 1 { Self.order(&unmapped, &mapped) }
    var result: [VMAChange] = []
    result.reserveCapacity(unmapped.count + mapped.count)
    for range in unmapped { result.append(.unmapped(range)) }
    for vma in mapped { result.append(.mapped(describe(vma))) }
    return result
  }

  /// Forgets what VMAs and CPU would have to be told, for a space that nobody listens to.
  public mutating func discardChanges() {
    changes.removeAll()
    translations.removeAll()
  }

  /// Appends what of `old` within a range no VMA of `vmas` covers; both ascend. Joins what adjoins.
  private static func subtract(
    _ vmas: [VMA], from old: ArraySlice<VMA>, within whole: AddressRange,
    into result: inout [AddressRange]
  ) {
    func append(_ range: AddressRange, _ result: inout [AddressRange]) {
      if range.isEmpty { return }
      if let last = result.last, last.upperBound == range.lowerBound {
        result[result.count - 1] = last.lowerBound..<range.upperBound
      } else {
        result.append(range)
      }
    }
    var next = 0
    for vma in old {
      let range = vma.range.clamped(to: whole)
      var start = range.lowerBound
      while next < vmas.count, vmas[next].range.lowerBound < range.upperBound {
        if vmas[next].range.lowerBound > start {
          append(start..<vmas[next].range.lowerBound, &result)
        }
        start = max(start, vmas[next].range.upperBound)
        if vmas[next].range.upperBound > range.upperBound { break }
        next += 1
      }
      if start < range.upperBound { append(start..<range.upperBound, &result) }
    }
  }

  /// Brings what several operations touched into ascending order, each VMA once.
  private static func order(_ unmapped: inout [AddressRange], _ mapped: inout [VMA]) {
    unmapped.sort { $0.lowerBound < $1.lowerBound }
    var joined: [AddressRange] = []
    for range in unmapped {
      if let last = joined.last, range.lowerBound <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    unmapped = joined
    mapped.sort { $0.range.lowerBound < $1.range.lowerBound }
    var unique: [VMA] = []
    for vma in mapped where unique.last != vma { unique.append(vma) }
    mapped = unique
  }
}
