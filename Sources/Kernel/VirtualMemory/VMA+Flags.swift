// SPDX-License-Identifier: BSD-3-Clause

extension VMA.Flags {
  /// Its pages stay in memory. Linux: VM_LOCKED.
  @inlinable public static var locked: Self { Self(rawValue: 1 << 8) }
  /// With `locked`: only those that were touched. Linux: VM_LOCKONFAULT.
  @inlinable public static var lockedOnFault: Self { Self(rawValue: 1 << 9) }
  /// MAP_NORESERVE. Linux: VM_NORESERVE.
  @inlinable public static var noReserve: Self { Self(rawValue: 1 << 10) }
  /// MADV_SEQUENTIAL. Linux: VM_SEQ_READ.
  @inlinable public static var sequential: Self { Self(rawValue: 1 << 11) }
  /// MADV_RANDOM. Linux: VM_RAND_READ.
  @inlinable public static var random: Self { Self(rawValue: 1 << 12) }
  /// MADV_DONTFORK. Linux: VM_DONTCOPY.
  @inlinable public static var dontFork: Self { Self(rawValue: 1 << 13) }
  /// MADV_DONTDUMP. Linux: VM_DONTDUMP.
  @inlinable public static var dontDump: Self { Self(rawValue: 1 << 14) }
  /// MADV_WIPEONFORK. Linux: VM_WIPEONFORK.
  @inlinable public static var wipeOnFork: Self { Self(rawValue: 1 << 15) }
  /// MADV_HUGEPAGE. Linux: VM_HUGEPAGE.
  @inlinable public static var hugePage: Self { Self(rawValue: 1 << 16) }
  /// MADV_NOHUGEPAGE and MAP_STACK. Linux: VM_NOHUGEPAGE.
  @inlinable public static var noHugePage: Self { Self(rawValue: 1 << 17) }
  /// MADV_MERGEABLE. Linux: VM_MERGEABLE.
  @inlinable public static var mergeable: Self { Self(rawValue: 1 << 18) }

  /// What mlock(2) and its kin set. Linux: VM_LOCKED_MASK.
  static var lockMask: Self { [.locked, .lockedOnFault] }
}
