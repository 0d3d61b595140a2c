// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A program header. Source: elf(5), `Elf64_Phdr`.
struct ELFSegment {
  /// The types that the loader looks at.
  enum Kind {
    /// PT_LOAD.
    case load
    /// PT_INTERP.
    case interpreter
    /// PT_GNU_STACK.
    case stack
    case other
  }

  let kind: Kind
  /// p_flags as mmap(2) has them.
  let protection: Protection
  /// p_offset.
  let offset: UInt64
  /// p_vaddr.
  let address: UInt64
  /// p_filesz.
  let fileByteCount: UInt64
  /// p_memsz.
  let memoryByteCount: UInt64
  /// p_align.
  let alignment: UInt64
  /// Where the header itself stands in the file, for errors.
  let headerOffset: UInt64

  /// The header at `index` in the bytes of the table, which begins at `tableOffset` in the file.
  init(_ table: [UInt8], index: Int, tableOffset: UInt64) {
    let start = index * Int(ELFHeader.entryByteCount)
    switch table.u32(at: start) {
    case 1: kind = .load
    case 3: kind = .interpreter
    case 0x6474_e551: kind = .stack
    default: kind = .other
    }
    let flags = table.u32(at: start + 4)
    var protection: Protection = []
    if flags & 4 != 0 { protection.insert(.read) }
    if flags & 2 != 0 { protection.insert(.write) }
    if flags & 1 != 0 { protection.insert(.execute) }
    self.protection = protection
    offset = table.u64(at: start + 8)
    address = table.u64(at: start + 16)
    fileByteCount = table.u64(at: start + 32)
    memoryByteCount = table.u64(at: start + 40)
    alignment = table.u64(at: start + 48)
    headerOffset = tableOffset + UInt64(start)
  }

  /// One past its last byte in memory; checked not to wrap.
  var end: UInt64 { address + memoryByteCount }
  /// The first page.
  var pageStart: UInt64 { address & ~4095 }
  /// One past the last page; checked not to wrap.
  var pageEnd: UInt64 { (end + 4095) & ~4095 }
  /// One past the last page that the file has bytes for.
  var filePageEnd: UInt64 { (address + fileByteCount + 4095) & ~4095 }

  /// The error that blames a field of this header.
  func error(
    _ field: StaticString, at offset: UInt64, value: UInt64, _ problem: StaticString,
    path: [UInt8]
  ) -> LoadError {
    LoadError(
      path: path, field: field, offset: headerOffset + offset, value: value, problem: problem)
  }

  /// Checks a PT_LOAD against the file, the address space and the segment before it.
  func check(
    after previous: ELFSegment?, path: [UInt8], fileByteCount limit: UInt64
  ) throws(LoadError) {
    // Nothing that the kernel places reaches above 2^47, and sums below must not wrap.
    let addressLimit: UInt64 = 1 << 47
    guard address < addressLimit else {
      throw error("p_vaddr", at: 16, value: address, "beyond the address space", path: path)
    }
    guard memoryByteCount <= addressLimit - address else {
      throw error("p_memsz", at: 40, value: memoryByteCount, "beyond the address space", path: path)
    }
    guard fileByteCount <= memoryByteCount else {
      throw error("p_filesz", at: 32, value: fileByteCount, "larger than p_memsz", path: path)
    }
    guard alignment & (alignment &- 1) == 0, alignment <= 1 << 30 else {
      throw error("p_align", at: 48, value: alignment, "no power of two up to 1 GiB", path: path)
    }
    if fileByteCount > 0 {
      guard offset <= limit, fileByteCount <= limit - offset else {
        throw error(
          "p_offset", at: 8, value: offset, "bytes beyond the end of the file", path: path)
      }
      guard offset & 4095 == address & 4095 else {
        throw error(
          "p_offset", at: 8, value: offset, "not at the same place in its page as p_vaddr",
          path: path)
      }
    }
    if let previous, address < previous.end {
      throw error(
        "p_vaddr", at: 16, value: address, "below the end of the segment before it", path: path)
    }
  }
}
