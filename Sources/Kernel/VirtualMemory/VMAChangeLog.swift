// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Which ranges were touched since the changes were last taken, and what stood there before.
struct VMAChangeLog {
  struct Entry {
    var range: AddressRange
    /// The whole VMAs that met the range before; nil where that is not known any more.
    var old: [VMA]?
  }

  /// Beyond this many, ranges are joined and everything in them counts as changed.
  private static var limit: Int { 1024 }

  private(set) var entries: [Entry] = []

  mutating func append(_ range: AddressRange, old: [VMA]) {
    if entries.count == Self.limit {
      var hull = range
      for entry in entries {
        hull =
          min(
            hull.lowerBound, entry.range.lowerBound)..<max(
            hull.upperBound, entry.range.upperBound)
      }
      entries = [Entry(range: hull, old: nil)]
    } else {
      entries.append(Entry(range: range, old: old))
    }
  }

  mutating func take() -> [Entry] {
    if entries.isEmpty { return [] }
    let taken = entries
    entries.removeAll(keepingCapacity: true)
    return taken
  }
}
