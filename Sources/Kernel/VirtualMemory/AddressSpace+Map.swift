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
  /// A shared anonymous mapping is shared memory of its own. Stores to a shared mapping of a file
  /// are seen through all its mappings, and by the file once `settle` has shown them, under Linux;
  /// through this mapping only under Unikraft.
  ///
  /// Unikraft: uk_vma_map(). Linux: mmap(2).
  public mutating func map(
    _ backing: Backing, at request: PlacementRequest = .anywhere(hint: nil), byteCount: UInt64,
    protection: Protection, options: MapOptions = [], name: Name = .none,
    pageSize: PageSize? = nil, fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) -> VirtualAddress {
    var vma = VMA(
      range: VirtualAddress(0)..<VirtualAddress(1), backing: backing, name: name,
      protection: protection, flags: flags(options, backing), pageSize: pageSize)
    try check(vma, byteCount: byteCount)
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
      mayBeLarge: backing == .anonymous && !vma.isShared)
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
    try install(
      vma, strict: options.contains(.strict) && request.isReplacing, populates: populates,
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
    _ vma: VMA, strict: Bool = false, populates: Bool = false,
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    let vma = accounted(vma)
    let range = vma.range
    try checkBoundary(range.lowerBound)
    try checkBoundary(range.upperBound)
    if strict { _ = try occupiedPart(of: range, strict: true) }
    try cutPages(at: range)
    let mustPopulate = populates && personality.rules.contains(.populateOrFail)
    if mustPopulate {
      try populateAndReplace(vma, fill: fill)
    } else {
      touch(range)
      noteMapped(vma)
      removeVMAs(in: range)
      vmas.insert(vma)
    }
    mergeVMAs(around: range)
    if populates, !mustPopulate {
      // Linux: a mapping stands even where MAP_POPULATE finds no memory.
      do throws(Errno) {
        let usable = usableRange(of: vma)
        if personality.rules.contains(.populatesInOrder), vma.pageSize == nil {
          try populateInOrder(usable, ignoresErrors: true, fill: fill)
        } else {
          try populate(usable, fill: fill)
        }
      } catch {}
    }
    checkInvariants()
  }

  /// Replaces what the range of `vma` holds only when all pages of `vma` are there.
  private mutating func populateAndReplace(_ vma: VMA, fill: PageFill) throws(Errno) {
    let old = vmas(in: vma.range)
    let leaves = pageTable.detachAll(vma.range, frames: &frames, log: &translations)
    do throws(Errno) {
      try populate(vma, in: usableRange(of: vma), fill: fill)
    } catch {
      pageTable.attach(leaves, frames: &frames, log: &translations) { address in
        old.last { $0.range.lowerBound <= address }?.protection ?? []
      }
      throw error
    }
    for leaf in leaves { free(leaf, of: old.last { $0.range.lowerBound <= leaf.address }) }
    changes.append(vma.range, old: old)
    noteMapped(vma)
    removeVMAs(in: vma.range)
    vmas.insert(vma)
  }
}

extension PlacementRequest {
  /// Whether it may take the place of something.
  var isReplacing: Bool {
    if case .fixed(_, replacing: true) = self { return true }
    return false
  }
}
