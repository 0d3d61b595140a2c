// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Whether a mapping is placed so that large pages fit it.
enum LargePlacement {
  /// Where there is room.
  case none
  /// Private memory without a file, if it is a multiple of 2 MiB and nobody hints at a place.
  case anonymous
  /// A file from this offset, if 2 MiB of it can lie in one large page.
  case file(offset: UInt64)
}

extension AddressSpace {
  /// How the memory of a mapping is placed that is not shared, or of a file.
  func largePlacement(of vma: VMA) -> LargePlacement {
    switch vma.backing {
    case .anonymous where !vma.isShared: .anonymous
    case .file(let file, let offset):
      personality.rules.contains(.alignedLargeFiles) && !cache.isPlacedAnywhere(file)
        ? .file(offset: offset) : .none
    default: .none
    }
  }

  /// The offset that is to be congruent with the address modulo 2 MiB; nil where nothing is.
  /// Linux: `__get_unmapped_area()`, `__thp_get_unmapped_area()`.
  func largeOffset(
    _ placement: LargePlacement, _ byteCount: UInt64, _ alignment: UInt64, hasHint: Bool
  ) -> UInt64? {
    let large = PageSize.large.byteCount
    guard personality.rules.contains(.alignedLargeMappings), alignment < large else { return nil }
    switch placement {
    case .none: return nil
    case .anonymous: return hasHint || byteCount & (large - 1) != 0 ? nil : 0
    case .file(let offset):
      let (end, overflow) = offset.addingReportingOverflow(byteCount &+ large)
      guard !overflow, end <= UInt64(Int64.max) else { return nil }
      let first = (offset + large - 1) & ~(large - 1)
      return end - large >= first + large ? offset : nil
    }
  }

  /// A place that has 2 MiB to spare, there at the address that is congruent with the offset; a
  /// hint is taken as it is if there is as much room. Nil where there is no such place.
  func largeRange(
    _ byteCount: UInt64, offset: UInt64, hint: VirtualAddress?, alignment: UInt64, below2GiB: Bool
  ) -> AddressRange? {
    let large = PageSize.large.byteCount
    let (padded, overflow) = byteCount.addingReportingOverflow(large)
    guard !overflow else { return nil }
    if let hint, hint.rawValue != 0, let range = hinted(hint, padded, alignment, below2GiB) {
      return AddressRange(start: range.lowerBound, byteCount: byteCount)
    }
    guard let start = gap(padded, alignment: alignment, below2GiB: below2GiB) else { return nil }
    let distance = (offset &- start.rawValue) & (large - 1)
    // Linux takes the second one where the first fits.
    return AddressRange(start: start + (distance == 0 ? large : distance), byteCount: byteCount)
  }
}
