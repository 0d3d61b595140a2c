// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The header of an ELF file, checked field by field. Source: elf(5), `Elf64_Ehdr`.
struct ELFHeader {
  /// Its length in the file.
  static var byteCount: Int { 64 }
  /// The length of a program header.
  static var entryByteCount: UInt64 { 56 }

  /// ET_DYN: may stand anywhere. Else ET_EXEC.
  let isPositionIndependent: Bool
  /// e_entry.
  let entry: UInt64
  /// e_phoff.
  let tableOffset: UInt64
  /// e_phnum.
  let segmentCount: UInt64

  /// Reads and checks the first bytes of a file.
  init(_ bytes: [UInt8], path: [UInt8], fileByteCount: UInt64) throws(LoadError) {
    func fail(
      _ field: StaticString, _ offset: Int, _ byteCount: Int, _ problem: StaticString
    ) -> LoadError {
      LoadError(
        path: path, field: field, offset: UInt64(offset),
        value: bytes.integer(at: offset, byteCount: byteCount), problem: problem)
    }
    if bytes.count >= 2, bytes[0] == UInt8(ascii: "#"), bytes[1] == UInt8(ascii: "!") {
      throw LoadError(
        path: path, problem: "a script; name its interpreter as the program",
        errno: .badExecutable)
    }
    guard bytes.count >= Self.byteCount else {
      throw LoadError(
        path: path, field: "e_ident", offset: 0, value: UInt64(bytes.count),
        problem: "shorter than an ELF header")
    }
    guard bytes.u32(at: 0) == 0x464c_457f else { throw fail("EI_MAG0", 0, 4, "not an ELF file") }
    guard bytes[4] == 2 else { throw fail("EI_CLASS", 4, 1, "not a 64-bit file") }
    guard bytes[5] == 1 else { throw fail("EI_DATA", 5, 1, "not little-endian") }
    guard bytes[6] == 1 else { throw fail("EI_VERSION", 6, 1, "not version 1") }
    guard bytes[7] == 0 || bytes[7] == 3 else {
      throw fail("EI_OSABI", 7, 1, "neither System V nor Linux")
    }
    let type = bytes.u16(at: 16)
    guard type == 2 || type == 3 else {
      throw fail("e_type", 16, 2, "neither an executable nor a shared object")
    }
    guard bytes.u16(at: 18) == 62 else { throw fail("e_machine", 18, 2, "not an x86-64 program") }
    guard bytes.u32(at: 20) == 1 else { throw fail("e_version", 20, 4, "not version 1") }
    guard bytes.u16(at: 52) >= 64 else { throw fail("e_ehsize", 52, 2, "too small for a header") }
    guard bytes.u16(at: 54) == 56 else { throw fail("e_phentsize", 54, 2, "not 56") }
    isPositionIndependent = type == 3
    entry = bytes.u64(at: 24)
    tableOffset = bytes.u64(at: 32)
    segmentCount = UInt64(bytes.u16(at: 56))
    // Linux: at most 64 KiB of program headers.
    guard segmentCount > 0, segmentCount * Self.entryByteCount <= 65536 else {
      throw fail("e_phnum", 56, 2, "no program header, or more than 64 KiB of them")
    }
    let tableByteCount = segmentCount * Self.entryByteCount
    guard tableByteCount <= fileByteCount, tableOffset <= fileByteCount - tableByteCount else {
      throw fail("e_phoff", 32, 8, "program headers beyond the end of the file")
    }
  }
}
