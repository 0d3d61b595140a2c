// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Makes a VMA and returns where it stands; for a stack with guard pages, where it is usable.
  ///
  /// EINVAL for no or unaligned bytes, offset or address; EOVERFLOW for an offset that ends beyond
  /// 2^64; EFAULT for physical memory that there is not; ENOTSUP for a shared writable file where
  /// the personality has none; EEXIST, EPERM and ENOMEM as `PlacementRequest` says; EPERM where a
  /// replaced VMA cannot be split; ENOMEM for too many VMAs or where populating it must not fail
  /// and does. A mapping that replaces keeps its whole length whatever it replaces.
  ///
  /// `initialByteCount` counts for a stack: so many bytes from its base on are populated, the high
  /// end unless it grows up; EINVAL where they are not whole pages.
  ///
  /// `largeOffset`: memory without a file is placed as a file from this offset.
  ///
  /// A shared anonymous mapping is shared memory of its own. Stores to a shared mapping of a file
  /// are seen through all its mappings, and by the file once `settle` has shown them, under Linux;
  /// through this mapping only under Unikraft.
  ///
  /// Unikraft: uk_vma_map(). Linux: mmap(2).
  public mutating func map(
    _ backing: Backing, at request: PlacementRequest = .anywhere(hint: nil), byteCount: UInt64,
    protection: Protection, options: MapOptions = [], name: Name = .none,
    pageSize: PageSize? = nil, initialByteCount: UInt64 = 0, largeOffset: UInt64? = nil,
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) -> VirtualAddress {
    var vma = VMA(
      range: VirtualAddress(0)..<VirtualAddress(1), backing: backing, name: name,
      protection: protection, flags: flags(options, backing), pageSize: pageSize)
    try check(vma, byteCount: byteCount)
    if case .fixed(let address, _) = request { vmas.approach(address) }
    if initialByteCount > 0 {
      guard backing == .stack, initialByteCount & (PageSize.base.byteCount - 1) == 0 else {
        throw .invalidArgument
      }
    }
    guard vmas.count <= personality.vmaLimit else { throw .outOfMemory }
    var total = byteCount
    if vma.flags.contains(.indivisible) {
      let guards = personality.stackGuardPages
      let (sum, overflow) = byteCount.addingReportingOverflow(
        (guards.bottom + guards.top) * PageSize.base.byteCount)
      if overflow { throw .outOfMemory }
      total = sum
    }
    vma.range = try place(
      total, at: request, alignment: vma.alignment, options: options,
      large: largeOffset.map { .file(offset: $0) } ?? largePlacement(of: vma))
    vma.flags.formUnion(futureFlags)
    try checkLock(vma.flags, byteCount)
    if !vma.flags.contains(.noReserve) {
      let isPromised = vma.isShared ? backing == .anonymous : vma.protection.contains(.write)
      if isPromised { try checkCommit(byteCount) }
    }
    var object: UInt32?
    if case .anonymous = backing, options.contains(.shared) {
      let number = cache.makeObject(byteCount: byteCount)
      vma.backing = .sharedAnonymous(number, offset: 0)
      object = number
    }
    defer { if let object { cache.discardUnmapped(object) } }
    var populates = options.contains(.populate) || vma.flags.contains(.locked)
    if case .file = backing, personality.rules.contains(.populatedFiles) { populates = true }
    let usable = usableRange(of: vma)
    var populated: AddressRange? = populates ? usable : nil
    if initialByteCount > 0, !populates {
      let initial = min(initialByteCount, usable.byteCount)
      let start = options.contains(.growsUp) ? usable.lowerBound : usable.upperBound - initial
      populated = start..<start + initial
    }
    try install(
      vma, strict: options.contains(.strict) && request.isReplacing, populating: populated,
      fill: fill)
    if vma.flags.contains(.locked) { lockedPageCount += vma.range.pageCount }
    return usableRange(of: vma).lowerBound
  }

  private func flags(_ options: MapOptions, _ backing: Backing) -> VMA.Flags {
    var flags: VMA.Flags = []
    if options.contains(.shared) { flags.insert(.shared) }
    if options.contains(.uninitialized) { flags.insert(.uninitialized) }
    if options.contains(.growsDown) { flags.insert(.growsDown) }
    if options.contains(.neverWritable) { flags.insert(.neverWritable) }
    if options.contains(.growsUp) { flags.insert(.growsUp) }
    if options.contains(.locked) { flags.insert(.locked) }
    if options.contains(.noReserve) { flags.insert(.noReserve) }
    if options.contains(.noHugePage) { flags.insert(.noHugePage) }
    let guards = personality.stackGuardPages
    if backing == .stack, guards.bottom + guards.top > 0 { flags.insert(.indivisible) }
    return flags
  }

  private func check(_ vma: VMA, byteCount: UInt64) throws(Errno) {
    guard byteCount > 0, byteCount & (vma.alignment - 1) == 0 else { throw .invalidArgument }
    let mask = PageSize.base.byteCount - 1
    switch vma.backing {
    case .file(_, let offset):
      guard offset & mask == 0 else { throw .invalidArgument }
      guard !offset.addingReportingOverflow(byteCount).overflow else { throw .overflow }
      if vma.isShared, vma.protection.contains(.write),
        !personality.rules.contains(.writableSharedFiles)
      {
        throw .notSupported
      }
    case .direct(let physical):
      guard physical.isAligned(to: vma.alignment), !vma.flags.contains(.uninitialized) else {
        throw .invalidArgument
      }
      guard byteCount <= memory.byteCount, physical.rawValue <= memory.byteCount - byteCount else {
        throw .badAddress
      }
    case .stack:
      guard vma.pageSize ?? .base == .base else { throw .invalidArgument }
    case .sharedAnonymous(let object, _):
      guard cache.isObject(object), vma.isShared else { throw .invalidArgument }
    case .anonymous, .reserved, .special: break
    }
  }

  /// The VMA, marked if its protection lets it write pages of its own, and not any more if none
  /// can be written and none was. Linux: accountable_mapping(), mprotect_fixup().
  @inline(__always)
  func accounted(_ vma: VMA) -> VMA {
    guard personality.rules.contains(.accountedWrites), !vma.isShared else { return vma }
    var marked = vma
    if vma.protection.contains(.write) {
      if !vma.flags.contains(.noReserve) { marked.flags.insert(.accounted) }
    } else if vma.origin == 0, vma.backing == .anonymous || vma.backing == .stack {
      marked.flags.remove(.accounted)
    }
    return marked
  }

  /// Puts a VMA in the place of whatever its range holds.
  mutating func install(
    _ vma: VMA, strict: Bool = false, populating populated: AddressRange? = nil,
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    let vma = accounted(vma)
    let range = vma.range
    vmas.approach(range.lowerBound)
    if strict { _ = try occupiedPart(of: range, strict: true) }
    // Pages that mappings share come from the cache, one at a time.
    let mustPopulate =
      personality.rules.contains(.populateOrFail) && object(of: vma) == nil
    if let populated, mustPopulate {
      try installPopulated(vma, populated, fill: fill)
    } else {
      let isFree = vmas.isFree(range)
      if isFree { try vmas.reserve() } else { try prepare(range) }
      touch(range)
      noteMapped(vma)
      if !isFree { vacate(range) }
      vmas.exchange(range, for: vma)
    }
    if let populated, !mustPopulate {
      // Linux: a mapping stands even where MAP_POPULATE finds no memory.
      do throws(Errno) {
        if personality.rules.contains(.populatesInOrder), vma.pageSize == nil {
          try populateInOrder(populated, ignoresErrors: true, fill: fill)
        } else {
          try populate(populated, fill: fill)
        }
      } catch {}
    }
    checkInvariants()
  }
}

extension PlacementRequest {
  /// Whether it may take the place of something.
  var isReplacing: Bool {
    if case .fixed(_, replacing: true) = self { return true }
    return false
  }
}
