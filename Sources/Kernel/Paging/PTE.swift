// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A page-table entry in the CPU's format. Source: Intel SDM 3, 4.5. Unikraft: `__pte_t`.
///
/// Three kinds: empty (0), a table (present, no leaf), a leaf. A leaf that is not present keeps its
/// frame for later: PROT_NONE revokes without losing the contents. A table entry counts in bits 52
/// to 61, which the CPU ignores, how many entries of that table are not empty.
public struct PTE: RawRepresentable, Equatable, Sendable {
  /// The 64 bits.
  public var rawValue: UInt64

  /// Any bits.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  static var presentBit: UInt64 { 1 << 0 }
  static var writableBit: UInt64 { 1 << 1 }
  static var userBit: UInt64 { 1 << 2 }
  /// The CPU used the entry.
  static var accessedBit: UInt64 { 1 << 5 }
  /// The CPU wrote to the page.
  static var dirtyBit: UInt64 { 1 << 6 }
  static var largeBit: UInt64 { 1 << 7 }
  /// Software: a leaf, present or not.
  static var leafBit: UInt64 { 1 << 9 }
  /// Software: the frame belongs to somebody else and is not freed with the leaf.
  static var borrowedBit: UInt64 { 1 << 10 }
  /// Software: it gets no write permission, whatever its VMA has; a store makes a copy. Bit 52 of
  /// a leaf is the CPU's to ignore.
  static var copyOnWriteBit: UInt64 { 1 << 52 }
  /// Software, in a leaf: the guest may not read, though the CPU cannot forbid it.
  static var noReadBit: UInt64 { 1 << 58 }
  static var noExecuteBit: UInt64 { 1 << 63 }
  static var addressMask: UInt64 { 0x000f_ffff_ffff_f000 }
  static var countShift: UInt64 { 52 }
  static var countMask: UInt64 { 0x3ff << 52 }

  /// No entry.
  public static var empty: PTE { PTE(rawValue: 0) }

  /// The leaf for a page of `size` at `address`; not present where nothing may be done with it.
  static func leaf(
    _ address: PhysicalAddress, size: PageSize, protection: Protection, isBorrowed: Bool,
    isCopyOnWrite: Bool = false
  ) -> PTE {
    var bits = address.rawValue | leafBit | userBit
    if size != .base { bits |= largeBit }
    if isBorrowed { bits |= borrowedBit }
    if isCopyOnWrite { bits |= copyOnWriteBit }
    return PTE(rawValue: bits).with(protection)
  }

  /// The entry for a table at `address`.
  static func table(_ address: PhysicalAddress, count: UInt64) -> PTE {
    PTE(
      rawValue: address.rawValue | presentBit | writableBit | userBit | count << countShift)
  }

  /// The same leaf with this protection.
  func with(_ protection: Protection) -> PTE {
    var bits =
      rawValue & ~(Self.presentBit | Self.writableBit | Self.noReadBit | Self.noExecuteBit)
    if !protection.isEmpty { bits |= Self.presentBit }
    if !protection.contains(.read) { bits |= Self.noReadBit }
    if protection.contains(.write), !isCopyOnWrite { bits |= Self.writableBit }
    if !protection.contains(.execute) { bits |= Self.noExecuteBit }
    return PTE(rawValue: bits)
  }

  /// What of a VMA's protection the leaf passes on.
  func limited(_ protection: Protection) -> Protection {
    isCopyOnWrite ? protection.subtracting(.write) : protection
  }

  /// Whether there is neither a table nor a frame.
  public var isEmpty: Bool { rawValue == 0 }
  /// P: whether the CPU may use it.
  public var isPresent: Bool { rawValue & Self.presentBit != 0 }
  /// Whether it names a frame, present or kept.
  public var isLeaf: Bool { rawValue & Self.leafBit != 0 }
  /// What `with` gave it.
  public var protection: Protection {
    var protection: Protection = []
    if !isPresent { return protection }
    if isReadable { protection.insert(.read) }
    if isWritable { protection.insert(.write) }
    if isExecutable { protection.insert(.execute) }
    return protection
  }
  /// Whether the guest may read, where the personality asks.
  public var isReadable: Bool { rawValue & Self.noReadBit == 0 }
  /// R/W.
  public var isWritable: Bool { rawValue & Self.writableBit != 0 }
  /// Not XD.
  public var isExecutable: Bool { rawValue & Self.noExecuteBit == 0 }
  /// A: whether the CPU, or the kernel in its place, used it.
  public var isAccessed: Bool { rawValue & Self.accessedBit != 0 }
  /// D: whether the CPU, or the kernel in its place, wrote to the page.
  public var isDirty: Bool { rawValue & Self.dirtyBit != 0 }
  /// Whether the frame is somebody else's.
  public var isBorrowed: Bool { rawValue & Self.borrowedBit != 0 }
  /// Whether a store makes a copy of its page.
  public var isCopyOnWrite: Bool { isLeaf && rawValue & Self.copyOnWriteBit != 0 }
  /// The frame or table.
  public var address: PhysicalAddress { PhysicalAddress(rawValue & Self.addressMask) }
  /// For a table: how many of its entries are not empty.
  var count: UInt64 { (rawValue & Self.countMask) >> Self.countShift }
}
