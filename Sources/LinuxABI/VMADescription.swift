// SPDX-License-Identifier: BSD-3-Clause

/// What stands behind the pages of a VMA, as a trace and a report name it.
public enum BackingKind: UInt8, Sendable, CaseIterable {
  /// Private or shared memory without a file.
  case anonymous = 0
  /// A file, from an offset.
  case file = 1
  /// The stack of the first thread, or one with guard pages: `[stack]`.
  case stack = 2
  /// The memory below the break: `[heap]`.
  case heap = 3
  /// Address space that is taken and never faulted in. Unikraft: `uk_vma_reserve`.
  case reserved = 4
  /// Given physical memory. Unikraft: `uk_vma_map_dma`.
  case direct = 5
  /// Pages of the kernel's own, such as `[vvar]`, `[vdso]`, `[vsyscall]`.
  case special = 6
}

/// One VMA in values that outlive the address space: what a trace keeps and a diff compares.
public struct VMADescription: Sendable {
  /// Page-aligned, not empty.
  public var range: AddressRange
  /// What may be done with its pages.
  public var protection: Protection
  /// Whether stores are seen by other mappings of the same file or memory: MAP_SHARED.
  public var isShared: Bool
  /// What stands behind it.
  public var backing: BackingKind
  /// For `.file`, the offset of the first byte in the file; for `.direct`, its physical address.
  public var offset: UInt64
  /// For `.file` the path, for `.special` the name in brackets; else empty. UTF-8, no NUL.
  public var name: [UInt8]

  /// A description of its parts.
  public init(
    range: AddressRange, protection: Protection, isShared: Bool = false, backing: BackingKind,
    offset: UInt64 = 0, name: [UInt8] = []
  ) {
    self.range = range
    self.protection = protection
    self.isShared = isShared
    self.backing = backing
    self.offset = offset
    self.name = name
  }
}
