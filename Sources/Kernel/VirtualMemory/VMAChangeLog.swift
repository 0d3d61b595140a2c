// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Which ranges were touched since the changes were last taken, and what stood there before. As
/// long as the operations in between were: whoever operates takes the changes too.
struct VMAChangeLog {
  struct Entry {
    var range: AddressRange
    /// The whole VMAs that met the range before, in `old`.
    var old: Range<Int>
  }

  private(set) var entries: [Entry] = []
  private(set) var old: [VMA] = []

  /// Begins with a range that is about to change.
  mutating func begin(_ range: AddressRange) {
    entries.append(Entry(range: range, old: old.count..<old.count))
  }

  /// Tells of the next VMA that meets the range begun last.
  mutating func append(_ vma: VMA) {
    old.append(vma)
    let last = entries.count - 1
    entries[last].old = entries[last].old.lowerBound..<old.count
  }

  /// Forgets all, and keeps the room.
  mutating func removeAll() {
    // Of few elements cheaper than removeAll.
    while entries.popLast() != nil {}
    while old.popLast() != nil {}
  }
}
