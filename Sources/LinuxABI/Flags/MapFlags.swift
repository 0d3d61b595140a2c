// SPDX-License-Identifier: BSD-3-Clause

/// The MAP_* bits of mmap(2). Source: `asm-generic/mman-common.h`, `asm/mman.h`.
public struct MapFlags: OptionSet, Sendable {
  /// The bits as mmap(2) has them.
  public let rawValue: UInt32

  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The mask of the sharing type, MAP_TYPE.
  @inlinable public static var typeMask: MapFlags { MapFlags(rawValue: 0xf) }
  /// MAP_SHARED.
  @inlinable public static var shared: MapFlags { MapFlags(rawValue: 0x1) }
  /// MAP_PRIVATE.
  @inlinable public static var `private`: MapFlags { MapFlags(rawValue: 0x2) }
  /// MAP_SHARED_VALIDATE.
  @inlinable public static var sharedValidate: MapFlags { MapFlags(rawValue: 0x3) }
  /// MAP_FIXED.
  @inlinable public static var fixed: MapFlags { MapFlags(rawValue: 0x10) }
  /// MAP_ANONYMOUS.
  @inlinable public static var anonymous: MapFlags { MapFlags(rawValue: 0x20) }
  /// MAP_32BIT: below 2 GiB.
  @inlinable public static var below2GiB: MapFlags { MapFlags(rawValue: 0x40) }
  /// MAP_GROWSDOWN.
  @inlinable public static var growsDown: MapFlags { MapFlags(rawValue: 0x100) }
  /// MAP_DENYWRITE, ignored.
  @inlinable public static var denyWrite: MapFlags { MapFlags(rawValue: 0x800) }
  /// MAP_EXECUTABLE, ignored.
  @inlinable public static var executable: MapFlags { MapFlags(rawValue: 0x1000) }
  /// MAP_LOCKED.
  @inlinable public static var locked: MapFlags { MapFlags(rawValue: 0x2000) }
  /// MAP_NORESERVE.
  @inlinable public static var noReserve: MapFlags { MapFlags(rawValue: 0x4000) }
  /// MAP_POPULATE.
  @inlinable public static var populate: MapFlags { MapFlags(rawValue: 0x8000) }
  /// MAP_NONBLOCK.
  @inlinable public static var nonBlock: MapFlags { MapFlags(rawValue: 0x10000) }
  /// MAP_STACK, ignored.
  @inlinable public static var stack: MapFlags { MapFlags(rawValue: 0x20000) }
  /// MAP_HUGETLB.
  @inlinable public static var hugeTLB: MapFlags { MapFlags(rawValue: 0x40000) }
  /// MAP_SYNC.
  @inlinable public static var sync: MapFlags { MapFlags(rawValue: 0x80000) }
  /// MAP_FIXED_NOREPLACE.
  @inlinable public static var fixedNoReplace: MapFlags { MapFlags(rawValue: 0x100000) }
  /// MAP_UNINITIALIZED.
  @inlinable public static var uninitialized: MapFlags { MapFlags(rawValue: 0x4000000) }
}

extension MapFlags {
  /// MAP_ABOVE4G: not below 4 GiB.
  @inlinable public static var above4GiB: MapFlags { MapFlags(rawValue: 0x80) }
  /// MAP_HUGE_MASK: the binary logarithm of the page's bytes, with `hugeTLB`.
  @inlinable public static var hugePageMask: MapFlags { MapFlags(rawValue: 0xfc00_0000) }
  /// MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE or what is none of them.
  @inlinable public var sharing: MapFlags { intersection(.typeMask) }
  /// Whether stores are seen by other mappings.
  @inlinable public var isShared: Bool { sharing == .shared || sharing == .sharedValidate }
}
