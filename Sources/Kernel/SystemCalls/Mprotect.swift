// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// mprotect(2).
  mutating func mprotect(_ r: Registers) throws(Errno) -> Int64 {
    let bits = r[2]
    let growth = bits & 0x300_0000  // PROT_GROWSDOWN, PROT_GROWSUP
    guard growth != 0x300_0000 else { throw .invalidArgument }
    guard r.address(0).pageOffset == 0 else { throw .invalidArgument }
    if r[1] == 0 { return 0 }
    var range = try range(r.address(0), byteCount: r[1], orThrow: .outOfMemory)
    guard bits & ~(0x300_0000 | 0xf) == 0 else { throw .invalidArgument }  // 8 is PROT_SEM
    if growth != 0 {
      guard let vma = addressSpace.find(range.lowerBound) else { throw .outOfMemory }
      guard vma.flags.contains(growth == 0x100_0000 ? .growsDown : .growsUp) else {
        throw .invalidArgument
      }
      range =
        growth == 0x100_0000
        ? vma.range.lowerBound..<range.upperBound : range.lowerBound..<vma.range.upperBound
    }
    do throws(Errno) {
      try addressSpace.protect(range, Protection(rawValue: UInt8(bits & 7)), strict: true)
    } catch {
      throw error == .noSuchFile ? .outOfMemory : error
    }
    return 0
  }

  /// mremap(2).
  mutating func mremap(_ r: Registers) throws(Errno) -> Int64 {
    let options = RemapOptions(rawValue: r.word(3))
    guard r[3] & ~7 == 0 else { throw .invalidArgument }
    if options.contains(.fixed) || options.contains(.dontUnmap) {
      guard options.contains(.mayMove) else { throw .invalidArgument }
    }
    guard r.address(0).pageOffset == 0 else { throw .invalidArgument }
    let byteCount = try r[1].roundedUpOrInvalid()
    let newByteCount = try r[2].roundedUpOrInvalid()
    guard newByteCount > 0 else { throw .invalidArgument }
    if options.contains(.dontUnmap), byteCount != newByteCount { throw .invalidArgument }
    if options.contains(.fixed), r.address(4).pageOffset != 0 { throw .invalidArgument }
    let address = try addressSpace.remap(
      r.address(0), byteCount: byteCount, newByteCount: newByteCount, options: options,
      newAddress: r.address(4))
    return Int64(bitPattern: address.rawValue)
  }

  /// madvise(2).
  mutating func madvise(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    switch r.int(2) {
    case 0...4, 8...25: break
    default: throw .invalidArgument
    }
    guard r.address(0).pageOffset == 0 else { throw .invalidArgument }
    let range = try range(r.address(0), byteCount: r[1], orThrow: .invalidArgument)
    if range.isEmpty { return 0 }
    if r.int(2) == 9 {  // MADV_REMOVE
      try removeContents(of: range, on: &machine)
      return 0
    }
    let files = files
    do throws(Errno) {
      try addressSpace.advise(range, Advice(rawValue: r.int(2)), strict: true) {
        (file, offset, segment) throws(Errno) in
        try files.fill(file, at: offset, into: segment, on: &machine)
      }
    } catch {
      throw error == .noSuchFile ? .outOfMemory : error
    }
    return 0
  }

  /// mincore(2).
  mutating func mincore(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r.address(0).pageOffset == 0 else { throw .invalidArgument }
    let range = try range(r.address(0), byteCount: r[1], orThrow: .outOfMemory)
    try checkMapped(range)
    var residence: [UInt8] = []
    var page = range.lowerBound
    while page < range.upperBound, residence.count < 1 << 16 {
      let isPresent = addressSpace.probeRead(page, byteCount: 1, options: .noPaging) == 1
      residence.append(isPresent ? 1 : 0)
      page = page + 4096
    }
    guard page >= range.upperBound else { throw .outOfMemory }
    try store(residence, at: r.address(2), on: &machine)
    return 0
  }

  /// msync(2): no stores wait to reach a file.
  mutating func msync(_ r: Registers) throws(Errno) -> Int64 {
    let flags = r.int(2)  // MS_ASYNC 1, MS_INVALIDATE 2, MS_SYNC 4
    guard flags & ~7 == 0, flags & 5 != 5 else { throw .invalidArgument }
    guard r.address(0).pageOffset == 0 else { throw .invalidArgument }
    try checkMapped(range(r.address(0), byteCount: r[1], orThrow: .outOfMemory))
    return 0
  }

  /// mlock(2): pages once in memory stay, so that populating is all there is to it.
  mutating func mlock(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let start = r.address(0).alignedDown(to: 4096)
    let (byteCount, overflow) = r[1].addingReportingOverflow(r.address(0).pageOffset)
    guard !overflow else { throw .invalidArgument }
    let range = try range(start, byteCount: byteCount, orThrow: .invalidArgument)
    try checkMapped(range)
    if range.isEmpty { return 0 }
    let files = files
    try addressSpace.populate(range) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    return 0
  }

  /// munlock(2).
  mutating func munlock(_ r: Registers) throws(Errno) -> Int64 {
    let start = r.address(0).alignedDown(to: 4096)
    let (byteCount, overflow) = r[1].addingReportingOverflow(r.address(0).pageOffset)
    guard !overflow else { throw .invalidArgument }
    try checkMapped(range(start, byteCount: byteCount, orThrow: .invalidArgument))
    return 0
  }

  /// Throws ENOMEM unless VMAs cover all of the range.
  private func checkMapped(_ range: AddressRange) throws(Errno) {
    var end = range.lowerBound
    addressSpace.forEachVMA(in: range) { vma in
      if vma.range.lowerBound <= end { end = max(end, vma.range.upperBound) }
    }
    guard end >= range.upperBound else { throw .outOfMemory }
  }
}

extension UInt64 {
  /// Whole pages. Throws EINVAL where they would wrap.
  fileprivate func roundedUpOrInvalid() throws(Errno) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(4095)
    guard !overflow else { throw .invalidArgument }
    return sum & ~4095
  }
}
