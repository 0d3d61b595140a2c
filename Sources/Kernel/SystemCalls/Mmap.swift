// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// mmap(2). Unikraft: do_mmap() of lib/posix-mmap.
  mutating func mmap(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = MapFlags(rawValue: r.word(3))
    guard r[5] & 0xfff == 0 else { throw .invalidArgument }  // offset
    let file = flags.contains(.anonymous) ? nil : try process.descriptors.file(r.int(4))
    if let file, case .unknown = file.body, let length = try? machine.length(of: r.int(4)) {
      files.setLength(of: file, to: length.byteCount)
      if let aligns = length.alignsLargeMappings { file.isPlacedAnywhere = !aligns }
    }
    guard r[1] > 0 else { throw .invalidArgument }
    let pageSize = try pageSize(of: flags)
    let byteCount = try r[1].roundedUp(to: pageSize?.byteCount ?? 4096)
    let protection = Protection(rawValue: UInt8(r[2] & 7))
    var options = Self.options(flags)
    let placement = placement(r.address(0), flags: flags)
    var backing = Backing.anonymous
    var largeOffset: UInt64?
    var name = Name.none
    do throws(Errno) {
      try checkType(flags, hasFile: file != nil)
      if let file {
        if file.inode?.type == .regular,
          byteCount > UInt64(Int64.max) - min(r[5], UInt64(Int64.max))
        {
          throw .overflow
        }
        backing = try self.backing(
          of: file, offset: r[5], protection: protection, isShared: options.contains(.shared),
          on: &machine)
        if backing == .anonymous, !options.contains(.shared) { largeOffset = r[5] }  // /dev/zero
        if flags.contains(.growsDown) { throw .invalidArgument }
      }
    } catch {
      // Linux looks for a place first.
      try addressSpace.checkPlace(byteCount, at: placement, options: options)
      throw error
    }
    if let file {
      if case .file = backing { name = addressSpace.name(for: file.path.bytes) }
      if options.contains(.shared), !file.flags.allowsWriting { options.insert(.neverWritable) }
    }
    let files = files
    let address = try addressSpace.map(
      backing, at: placement, byteCount: byteCount, protection: protection, options: options,
      name: name, pageSize: pageSize, largeOffset: largeOffset
    ) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    return Int64(bitPattern: address.rawValue)
  }

  /// The flags that MAP_SHARED_VALIDATE takes. Linux: LEGACY_MAP_MASK.
  private static var validFlags: UInt32 { 0x7c07_f9f3 }

  /// The page size that MAP_HUGETLB asks for. Throws EINVAL for one that x86-64 does not have.
  private func pageSize(of flags: MapFlags) throws(Errno) -> PageSize? {
    guard flags.contains(.hugeTLB) else { return nil }
    switch flags.rawValue >> 26 & 0x3f {
    case 0, 21: return .large
    case 30: return .huge
    default: throw .invalidArgument
    }
  }

  /// What the flags ask for apart from place and backing.
  private static func options(_ flags: MapFlags) -> MapOptions {
    var options: MapOptions = flags.isShared ? .shared : []
    if flags.contains(.populate), !flags.contains(.nonBlock) { options.insert(.populate) }
    if flags.contains(.locked) { options.insert(.locked) }
    if flags.contains(.noReserve) { options.insert(.noReserve) }
    if flags.contains(.stack) { options.insert(.noHugePage) }
    if flags.contains(.below2GiB) { options.insert(.below2GiB) }
    if flags.contains(.uninitialized) { options.insert(.uninitialized) }
    if flags.contains(.growsDown) { options.insert(.growsDown) }
    return options
  }

  /// EINVAL for a sharing that is none, or that such memory cannot have; EOPNOTSUPP for flags that
  /// MAP_SHARED_VALIDATE does not know.
  private func checkType(_ flags: MapFlags, hasFile: Bool) throws(Errno) {
    switch flags.sharing {
    case .shared: break
    case .sharedValidate:
      guard hasFile else { throw .invalidArgument }
      guard flags.rawValue & ~Self.validFlags == 0 else { throw .notSupported }
    case .private: return
    default: throw .invalidArgument
    }
    if !hasFile, flags.contains(.growsDown) { throw .invalidArgument }
  }

  private func placement(_ address: VirtualAddress, flags: MapFlags) -> PlacementRequest {
    if flags.contains(.fixedNoReplace) || flags.contains(.fixed) {
      return .fixed(address, replacing: !flags.contains(.fixedNoReplace))
    }
    if address.rawValue == 0 { return .anywhere(hint: nil) }
    return .anywhere(hint: address.alignedDown(to: 4096))
  }

  /// What a mapping of the file is backed by. Throws EBADF, EACCES, ENODEV; ENOMEM or what reading
  /// throws for a file of the outside that has to be brought in because stores may reach it.
  private func backing(
    of file: OpenFile, offset: UInt64, protection: Protection, isShared: Bool,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Backing {
    if file.flags.contains(.path) { throw .badFileDescriptor }
    if isShared, protection.contains(.write), !file.flags.allowsWriting {
      throw .permissionDenied
    }
    guard file.flags.allowsReading else { throw .permissionDenied }
    switch file.body {
    case .unknown:
      let identity = files.identity(of: file)
      addressSpace.cache.setPlacedAnywhere(file.isPlacedAnywhere, identity)
      return .file(identity, offset: offset)
    case .device(.zero): return .anonymous
    case .inode(let inode) where inode.type == .regular:
      if isShared, file.flags.allowsWriting {
        do throws(Errno) { try files.bringIn(inode, on: &machine) } catch {
          throw error == .noSpace || error == .fileTooLarge ? .outOfMemory : error
        }
      }
      return .file(files.identity(of: file), offset: offset)
    default: throw .noSuchDevice
    }
  }

  /// munmap(2).
  mutating func munmap(_ r: Registers) throws(Errno) -> Int64 {
    guard r.address(0).pageOffset == 0, r[1] > 0 else { throw .invalidArgument }
    try addressSpace.unmap(range(r.address(0), byteCount: r[1], orThrow: .invalidArgument))
    return 0
  }

  /// brk(2): the break where it is then, moved or not.
  mutating func brk(_ r: Registers, on machine: inout some Machine & ~Copyable) -> Int64 {
    let files = files
    let end = addressSpace.setBreak(to: r.address(0)) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    return Int64(bitPattern: end.rawValue)
  }

  /// Whole pages from `start` on. Throws `error` where they would wrap.
  func range(
    _ start: VirtualAddress, byteCount: UInt64, orThrow error: Errno
  ) throws(Errno) -> AddressRange {
    let (sum, overflow) = byteCount.addingReportingOverflow(4095)
    guard !overflow, let range = AddressRange(start: start, byteCount: sum & ~4095) else {
      throw error
    }
    return range
  }
}

extension UInt64 {
  /// The next multiple of a power of two. Throws ENOMEM where it would wrap.
  func roundedUp(to unit: UInt64) throws(Errno) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(unit - 1)
    guard !overflow else { throw .outOfMemory }
    return sum & ~(unit - 1)
  }
}
