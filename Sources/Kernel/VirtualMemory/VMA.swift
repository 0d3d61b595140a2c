// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A page-aligned range of an address space with one set of attributes, as a value.
/// Unikraft: `struct uk_vma`. Linux: `struct vm_area_struct`.
public struct VMA: Equatable, Sendable {
  /// What else is true of a VMA.
  public struct Flags: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Any bits.
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// MAP_SHARED.
    @inlinable public static var shared: Flags { Flags(rawValue: 1) }
    /// The gap below belongs to it once it is touched. Linux: VM_GROWSDOWN.
    @inlinable public static var growsDown: Flags { Flags(rawValue: 2) }
    /// Its frames are handed out as they are. Unikraft: `UK_VMA_FLAG_UNINITIALIZED`.
    @inlinable public static var uninitialized: Flags { Flags(rawValue: 4) }
    /// Neither split nor merged: a stack with guard pages.
    @inlinable public static var indivisible: Flags { Flags(rawValue: 8) }
    /// A stack whose base is its low end. Unikraft: `UK_VMA_STACK_GROWS_UP`.
    @inlinable public static var growsUp: Flags { Flags(rawValue: 16) }
    /// Making it writable is EACCES. Linux: no VM_MAYWRITE.
    @inlinable public static var neverWritable: Flags { Flags(rawValue: 32) }
    /// Private and, once at least, writable: its pages were promised, which it does not forget.
    /// Linux: VM_ACCOUNT.
    @inlinable public static var accounted: Flags { Flags(rawValue: 64) }
    /// brk(2) made it; it merges with its own kind alone, because Linux does not look below the
    /// heap's start for something to extend.
    @inlinable public static var heap: Flags { Flags(rawValue: 128) }
  }

  /// Page-aligned, not empty.
  public internal(set) var range: AddressRange
  /// What gives it its contents; an offset in it is that of the first byte.
  public internal(set) var backing: Backing
  /// Its name, such as the path of its file.
  public internal(set) var name: Name
  /// What may be done with its pages.
  public internal(set) var protection: Protection
  /// What else is true of it.
  public internal(set) var flags: Flags
  /// The page size that was asked for. Unikraft: `page_lvl`.
  public internal(set) var pageSize: PageSize?

  /// Whether stores are meant for other mappings too: MAP_SHARED.
  public var isShared: Bool { flags.contains(.shared) }

  /// What it is from `start` on, up to `end`, both inside.
  func part(_ part: AddressRange) -> VMA {
    var result = self
    result.range = part
    result.backing = backing.advanced(by: part.lowerBound - range.lowerBound)
    return result
  }

  /// Whether `next` goes on where it ends, in all respects. Unikraft: vma_can_merge.
  func canMerge(with next: VMA) -> Bool {
    range.upperBound == next.range.lowerBound && protection == next.protection
      && flags == next.flags && pageSize == next.pageSize && name == next.name
      && !flags.contains(.indivisible) && backing != .special
      && next.backing == backing.advanced(by: range.byteCount)
  }

  /// What its boundaries are aligned to.
  var alignment: UInt64 { (pageSize ?? .base).byteCount }
}

/// An interned byte string of an address space: the name of VMAs.
public struct Name: Equatable, Sendable {
  let rawValue: UInt32

  /// No name.
  public static var none: Name { Name(rawValue: 0) }
}
