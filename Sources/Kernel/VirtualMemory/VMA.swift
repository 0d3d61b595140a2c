// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A page-aligned range of an address space with one set of attributes, as a value.
/// Unikraft: `struct uk_vma`. Linux: `struct vm_area_struct`.
public struct VMA: Equatable, Sendable {
  /// What else is true of a VMA.
  public struct Flags: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// Any bits.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

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
    /// It begins where the heap begins, below which Linux's brk(2) looks for nothing to extend.
    @inlinable public static var heapStart: Flags { Flags(rawValue: 128) }
  }

  /// Page-aligned, not empty.
  public internal(set) var range: AddressRange
  /// All else, which a tree keeps beside its addresses.
  var attributes: Attributes

  /// What gives it its contents; an offset in it is that of the first byte.
  public internal(set) var backing: Backing {
    get { attributes.backing }
    set { attributes.backing = newValue }
  }
  /// Its name, such as the path of its file.
  public internal(set) var name: Name {
    get { attributes.name }
    set { attributes.name = newValue }
  }
  /// What may be done with its pages.
  public internal(set) var protection: Protection {
    get { attributes.protection }
    set { attributes.protection = newValue }
  }
  /// What else is true of it.
  public internal(set) var flags: Flags {
    get { attributes.flags }
    set { attributes.flags = newValue }
  }
  /// The page size that was asked for. Unikraft: `page_lvl`.
  public internal(set) var pageSize: PageSize? {
    get { attributes.pageSize }
    set { attributes.pageSize = newValue }
  }
  /// How far below its place its private pages without a file were mapped first; 0 where they have
  /// not moved since one of them was written. Wraps. Linux: what `vm_pgoff` tells of such a VMA.
  public internal(set) var displacement: UInt64 {
    get { attributes.displacement }
    set { attributes.displacement = newValue }
  }
  /// Names the private pages that were written first; 0 while none was. VMAs of different names
  /// do not merge. Linux: `anon_vma`.
  public internal(set) var origin: UInt32 {
    get { attributes.origin }
    set { attributes.origin = newValue }
  }

  @inline(__always)
  init(range: AddressRange, attributes: Attributes) {
    self.range = range
    self.attributes = attributes
  }

  init(
    range: AddressRange, backing: Backing, name: Name, protection: Protection, flags: Flags,
    pageSize: PageSize?
  ) {
    self.range = range
    attributes = Attributes(
      backing: backing, name: name, protection: protection, flags: flags, pageSize: pageSize)
  }

  /// Whether stores are meant for other mappings too: MAP_SHARED.
  public var isShared: Bool { flags.contains(.shared) }

  /// What it is from `start` on, up to `end`, both inside.
  func part(_ part: AddressRange) -> VMA {
    var result = self
    result.range = part
    result.attributes = attributes.advanced(by: part.lowerBound - range.lowerBound)
    if part.lowerBound != range.lowerBound { result.flags.remove(.heapStart) }
    return result
  }

  /// Whether `next` goes on where it ends, in all respects. Unikraft: vma_can_merge.
  func canMerge(with next: VMA) -> Bool {
    range.upperBound == next.range.lowerBound && protection == next.protection
      && flags.subtracting(.heapStart) == next.flags && pageSize == next.pageSize
      && name == next.name && !flags.contains(.indivisible) && backing != .special
      && (origin == next.origin || origin == 0 || next.origin == 0)
      && attributes.goesOn(in: next.attributes, after: range.byteCount)
  }

  /// Both as one, which `canMerge` permits.
  func merged(with next: VMA) -> VMA {
    var merged = self
    merged.range = range.lowerBound..<next.range.upperBound
    if merged.origin == 0 { merged.origin = next.origin }
    return merged
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
