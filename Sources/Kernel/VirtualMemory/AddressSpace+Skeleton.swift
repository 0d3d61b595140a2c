// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// A fill for address spaces without files: ENODEV.
  public static func noFiles(
    _ file: FileIdentity, _ offset: UInt64, _ segment: PhysicalSegment
  ) throws(Errno) -> UInt64 { throw .noSuchDevice }

  /// The name that stands for these bytes; the same bytes give the same name.
  public mutating func name(for bytes: [UInt8]) -> Name { .none }
  /// The bytes of a name.
  public func bytes(of name: Name) -> [UInt8] { [] }

  /// Unikraft: uk_vma_map(). Linux: mmap(2).
  public mutating func map(
    _ backing: Backing, at request: PlacementRequest = .anywhere(hint: nil), byteCount: UInt64,
    protection: Protection, options: MapOptions = [], name: Name = .none,
    pageSize: PageSize? = nil, fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) -> VirtualAddress { throw .outOfMemory }

  /// Unikraft: uk_vma_unmap(). Linux: munmap(2).
  public mutating func unmap(_ range: AddressRange, strict: Bool = false) throws(Errno) {}

  /// Unikraft: uk_vma_set_attr(). Linux: mprotect(2).
  public mutating func protect(
    _ range: AddressRange, _ protection: Protection, strict: Bool = false
  ) throws(Errno) {}

  /// Linux: mremap(2). `newAddress` counts with `.fixed`, and as a hint with `.dontUnmap`.
  public mutating func remap(
    _ address: VirtualAddress, byteCount: UInt64, newByteCount: UInt64, options: RemapOptions,
    newAddress: VirtualAddress = VirtualAddress(0)
  ) throws(Errno) -> VirtualAddress { throw .outOfMemory }

  /// Unikraft: uk_vma_advise(). Linux: madvise(2).
  public mutating func advise(
    _ range: AddressRange, _ advice: Advice, strict: Bool = false,
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {}

  /// The end of the heap. Linux: `mm->brk`.
  public var currentBreak: VirtualAddress { personality.breakStart }

  /// Moves the break where it can be moved and returns where it is then. Linux: brk(2).
  public mutating func setBreak(to address: VirtualAddress) -> VirtualAddress { currentBreak }

  /// The VMA that holds `address`. Unikraft: uk_vma_find().
  public func find(_ address: VirtualAddress) -> VMA? { nil }

  /// Calls `body` for each VMA that meets `range`, in ascending order.
  public func forEachVMA(in range: AddressRange, _ body: (VMA) -> Void) {}

  /// How many VMAs there are.
  public var vmaCount: Int { 0 }

  /// A VMA in values that outlive the address space.
  public func describe(_ vma: VMA) -> VMADescription {
    VMADescription(
      range: vma.range, protection: vma.protection, isShared: vma.isShared,
      backing: vma.backing.kind, offset: vma.backing.offset, name: bytes(of: vma.name))
  }

  /// Makes the access of `fault` succeed, or says with which signal it fails.
  /// Unikraft: vmem_pagefault().
  public mutating func resolve(
    _ fault: PageFault, fill: PageFill = AddressSpace.noFiles
  ) -> FaultOutcome { .resolved }

  /// Creates PTEs for all pages of the range before they are accessed.
  public mutating func populate(
    _ range: AddressRange, fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {}

  /// What stands now in the ranges that were touched since the last call, unmapped first; empty
  /// where nothing changed. Applied in order to the old layout it gives the new one.
  public mutating func takeVMAChanges() -> [VMAChange] { [] }

  /// What the CPU must hear of since the last call, in order.
  public mutating func takeTranslationChanges() -> [TranslationChange] { [] }

  /// Makes the space hold exactly this VMA in its range; keeps pages where it already does.
  /// `file`: what stands for it when it is a file.
  public mutating func adopt(
    _ vma: VMADescription, file: FileIdentity = FileIdentity(rawValue: .max)
  ) throws(Errno) {}

  /// Makes the space hold nothing in the range.
  public mutating func adopt(unmapped range: AddressRange) throws(Errno) {}
}
