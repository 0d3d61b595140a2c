// SPDX-License-Identifier: BSD-3-Clause

/// An advice of madvise(2). Source: `asm-generic/mman-common.h`, Linux 6.18. Unikraft:
/// `uk_vma_advise`.
public struct MemoryAdvice: RawRepresentable, Equatable, Sendable {
  /// The MADV_* number.
  public let rawValue: UInt32

  /// Any number.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// MADV_NORMAL.
  @inlinable public static var normal: MemoryAdvice { MemoryAdvice(rawValue: 0) }
  /// MADV_RANDOM.
  @inlinable public static var random: MemoryAdvice { MemoryAdvice(rawValue: 1) }
  /// MADV_SEQUENTIAL.
  @inlinable public static var sequential: MemoryAdvice { MemoryAdvice(rawValue: 2) }
  /// MADV_WILLNEED.
  @inlinable public static var willNeed: MemoryAdvice { MemoryAdvice(rawValue: 3) }
  /// MADV_DONTNEED.
  @inlinable public static var dontNeed: MemoryAdvice { MemoryAdvice(rawValue: 4) }
  /// MADV_FREE.
  @inlinable public static var free: MemoryAdvice { MemoryAdvice(rawValue: 8) }
  /// MADV_REMOVE.
  @inlinable public static var remove: MemoryAdvice { MemoryAdvice(rawValue: 9) }
  /// MADV_DONTFORK.
  @inlinable public static var dontFork: MemoryAdvice { MemoryAdvice(rawValue: 10) }
  /// MADV_DOFORK.
  @inlinable public static var doFork: MemoryAdvice { MemoryAdvice(rawValue: 11) }
  /// MADV_MERGEABLE.
  @inlinable public static var mergeable: MemoryAdvice { MemoryAdvice(rawValue: 12) }
  /// MADV_UNMERGEABLE.
  @inlinable public static var unmergeable: MemoryAdvice { MemoryAdvice(rawValue: 13) }
  /// MADV_HUGEPAGE.
  @inlinable public static var hugePage: MemoryAdvice { MemoryAdvice(rawValue: 14) }
  /// MADV_NOHUGEPAGE.
  @inlinable public static var noHugePage: MemoryAdvice { MemoryAdvice(rawValue: 15) }
  /// MADV_DONTDUMP.
  @inlinable public static var dontDump: MemoryAdvice { MemoryAdvice(rawValue: 16) }
  /// MADV_DODUMP.
  @inlinable public static var doDump: MemoryAdvice { MemoryAdvice(rawValue: 17) }
  /// MADV_WIPEONFORK.
  @inlinable public static var wipeOnFork: MemoryAdvice { MemoryAdvice(rawValue: 18) }
  /// MADV_KEEPONFORK.
  @inlinable public static var keepOnFork: MemoryAdvice { MemoryAdvice(rawValue: 19) }
  /// MADV_COLD.
  @inlinable public static var cold: MemoryAdvice { MemoryAdvice(rawValue: 20) }
  /// MADV_PAGEOUT.
  @inlinable public static var pageOut: MemoryAdvice { MemoryAdvice(rawValue: 21) }
  /// MADV_POPULATE_READ.
  @inlinable public static var populateRead: MemoryAdvice { MemoryAdvice(rawValue: 22) }
  /// MADV_POPULATE_WRITE.
  @inlinable public static var populateWrite: MemoryAdvice { MemoryAdvice(rawValue: 23) }
  /// MADV_DONTNEED_LOCKED.
  @inlinable public static var dontNeedLocked: MemoryAdvice { MemoryAdvice(rawValue: 24) }
  /// MADV_COLLAPSE.
  @inlinable public static var collapse: MemoryAdvice { MemoryAdvice(rawValue: 25) }
  /// MADV_HWPOISON.
  @inlinable public static var hardwarePoison: MemoryAdvice { MemoryAdvice(rawValue: 100) }
  /// MADV_SOFT_OFFLINE.
  @inlinable public static var softOffline: MemoryAdvice { MemoryAdvice(rawValue: 101) }
  /// MADV_GUARD_INSTALL.
  @inlinable public static var guardInstall: MemoryAdvice { MemoryAdvice(rawValue: 102) }
  /// MADV_GUARD_REMOVE.
  @inlinable public static var guardRemove: MemoryAdvice { MemoryAdvice(rawValue: 103) }
}
