// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// mprotect(2).
  mutating func mprotect(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let bits = r[2]
    let growth = bits & 0x300_0000  // PROT_GROWSDOWN, PROT_GROWSUP
    guard growth != 0x300_0000 else { throw .invalidArgument }
    guard r.address(0).pageOffset == 0 else { throw .invalidArgument }
    if r[1] == 0 { return 0 }
    var range = try range(r.address(0), byteCount: r[1], orThrow: .outOfMemory)
    guard bits & ~(0x300_0000 | 0xf) == 0 else { throw .invalidArgument }  // 8 is PROT_SEM
    if growth == 0x100_0000 {
      var first: VMA?
      addressSpace.forEachVMA(in: range) { first = first ?? $0 }
      guard let first else { throw .outOfMemory }
      guard first.flags.contains(.growsDown) else { throw .invalidArgument }
      range = first.range.lowerBound..<range.upperBound
    } else if growth != 0 {
      guard let vma = addressSpace.find(range.lowerBound) else { throw .outOfMemory }
      guard vma.flags.contains(.growsUp) else { throw .invalidArgument }
      range = range.lowerBound..<vma.range.upperBound
    }
    let files = files
    do throws(Errno) {
      try addressSpace.protect(range, Protection(rawValue: UInt8(bits & 7)), strict: true) {
        (file, offset, segment) throws(Errno) in
        try files.fill(file, at: offset, into: segment, on: &machine)
      }
    } catch {
      throw error == .noSuchFile ? .outOfMemory : error
    }
    return 0
  }

  /// mremap(2).
  mutating func mremap(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r[3] & ~7 == 0 else { throw .invalidArgument }
    let files = files
    let address = try addressSpace.remap(
      r.address(0), byteCount: r[1].roundedUpWrapping, newByteCount: r[2].roundedUpWrapping,
      options: RemapOptions(rawValue: r.word(3)), newAddress: r.address(4)
    ) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
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

}

extension UInt64 {
  /// Whole pages, as Linux's PAGE_ALIGN: none where they would wrap.
  var roundedUpWrapping: UInt64 { (self &+ 4095) & ~4095 }
}
