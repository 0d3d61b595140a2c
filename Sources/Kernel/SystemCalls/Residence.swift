// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// mincore(2): what is there, VMA by VMA up to a hole. Pages that are kept while nothing may
  /// access them count.
  mutating func mincore(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r.address(0).pageOffset == 0 else { throw .invalidArgument }
    let range = try range(r.address(0), byteCount: r[1], orThrow: .outOfMemory)
    guard range.upperBound <= addressSpace.personality.highestAddress else {
      throw .outOfMemory
    }
    let end = addressSpace.endOfCover(of: range)
    var residence: [UInt8] = []
    var page = range.lowerBound
    while page < end, residence.count < 1 << 16 {
      residence.append(addressSpace.pageTable.walk(page).pte.isLeaf ? 1 : 0)
      page = page + 4096
    }
    if !residence.isEmpty { try store(residence, at: r.address(2), on: &machine) }
    guard page >= range.upperBound else { throw .outOfMemory }
    return 0
  }

  /// msync(2): no stores wait to reach a file.
  mutating func msync(_ r: Registers) throws(Errno) -> Int64 {
    let flags = r.int(2)  // MS_ASYNC 1, MS_INVALIDATE 2, MS_SYNC 4
    guard flags & ~7 == 0, flags & 5 != 5 else { throw .invalidArgument }
    guard r.address(0).pageOffset == 0 else { throw .invalidArgument }
    guard let range = AddressRange(start: r.address(0), byteCount: r[1].roundedUpWrapping) else {
      throw .outOfMemory
    }
    if range.isEmpty { return 0 }
    var end = range.lowerBound
    var hasHole = false
    var isBusy = false
    addressSpace.forEachVMA(in: range) { vma in
      if vma.range.lowerBound > end { hasHole = true }
      // MS_ASYNC alone ends at the first hole.
      if hasHole, flags == 1 { return }
      end = vma.range.upperBound
      if flags & 2 != 0, vma.flags.contains(.locked) { isBusy = true }
    }
    if isBusy { throw .busy }
    if hasHole || end < range.upperBound { throw .outOfMemory }
    return 0
  }

  /// mlock(2).
  mutating func mlock(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 { try lock(r, onFault: false, on: &machine) }

  /// mlock2(2).
  mutating func mlock2(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r.word(2) & ~1 == 0 else { throw .invalidArgument }  // MLOCK_ONFAULT
    return try lock(r, onFault: r.isSet(2), on: &machine)
  }

  private mutating func lock(
    _ r: Registers, onFault: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    // More than may be locked comes before a range that wraps.
    let pageCount = (r[1] &+ r.address(0).pageOffset).roundedUpWrapping >> 12
    let isTooMuch = pageCount &+ addressSpace.lockedPageCount > addressSpace.lockByteLimit >> 12
    let range = try lockRange(r, orThrow: isTooMuch ? .outOfMemory : .invalidArgument)
    let files = files
    try addressSpace.lock(range, onFault: onFault) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    return 0
  }

  /// munlock(2).
  mutating func munlock(_ r: Registers) throws(Errno) -> Int64 {
    try addressSpace.unlock(lockRange(r, orThrow: .invalidArgument))
    return 0
  }

  /// The whole pages of address and length. Throws `error` where they wrap; a length of nearly 2^64
  /// is none.
  private func lockRange(
    _ r: Registers, orThrow error: Errno
  ) throws(Errno) -> AddressRange {
    let byteCount = (r[1] &+ r.address(0).pageOffset).roundedUpWrapping
    guard
      let range = AddressRange(start: r.address(0).alignedDown(to: 4096), byteCount: byteCount)
    else { throw error }
    return range
  }

  /// mlockall(2).
  mutating func mlockall(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let files = files
    try addressSpace.lockAll(r.word(0)) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    return 0
  }

  /// munlockall(2).
  mutating func munlockall() -> Int64 {
    addressSpace.unlockAll()
    return 0
  }
}
