// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// What the CPU must hear of, in order; a change that continues the last one is joined to it.
struct TranslationLog {
  private(set) var changes: [TranslationChange] = []

  mutating func take() -> [TranslationChange] {
    if changes.isEmpty { return [] }
    let taken = changes
    changes.removeAll(keepingCapacity: true)
    return taken
  }

  /// Forgets all, and keeps the room.
  mutating func removeAll() {
    // Of few elements cheaper than removeAll.
    while changes.popLast() != nil {}
  }

  mutating func map(
    _ address: VirtualAddress, to physical: PhysicalAddress, byteCount: UInt64,
    protection: Protection
  ) {
    if case .map(let start, let to, let count, let last)? = changes.last,
      start + count == address, to + count == physical, last == protection
    {
      changes[changes.count - 1] = .map(
        start, to: to, byteCount: count + byteCount, protection: protection)
    } else {
      changes.append(.map(address, to: physical, byteCount: byteCount, protection: protection))
    }
  }

  mutating func unmap(_ address: VirtualAddress, byteCount: UInt64) {
    if case .unmap(let start, let count)? = changes.last, start + count == address {
      changes[changes.count - 1] = .unmap(start, byteCount: count + byteCount)
    } else {
      changes.append(.unmap(address, byteCount: byteCount))
    }
  }

  mutating func protect(_ address: VirtualAddress, byteCount: UInt64, protection: Protection) {
    if case .protect(let start, let count, let last)? = changes.last, start + count == address,
      last == protection
    {
      changes[changes.count - 1] = .protect(
        start, byteCount: count + byteCount, protection: protection)
    } else {
      changes.append(.protect(address, byteCount: byteCount, protection: protection))
    }
  }
}
