// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Which ranges were touched since the changes were last taken, and what stood there before. As
/// long as the operations in between were: whoever operates takes the changes too.
struct VMAChangeLog {
  struct Entry {
    var range: AddressRange
    /// The whole VMAs that met the range before.
    var old: [VMA]
  }

  private(set) var entries: [Entry] = []

  mutating func append(_ range: AddressRange, old: [VMA]) {
    entries.append(Entry(range: range, old: old))
  }

  mutating func take() -> [Entry] {
    if entries.isEmpty { return [] }
    let taken = entries
    entries.removeAll(keepingCapacity: true)
    return taken
  }
}
