// SPDX-License-Identifier: BSD-3-Clause

internal import CElf
internal import Glibc

/// A function, and how far into it a place is.
public struct FunctionPlace: Equatable, Sendable {
  /// The function's name as the linker knows it.
  public var name: [UInt8]
  /// Bytes from its beginning.
  public var offset: UInt64
  /// As given.
  public init(name: [UInt8], offset: UInt64) {
    self.name = name
    self.offset = offset
  }
}

extension ELFFile {
  /// The function at an offset of the file, from `.symtab`, else from `.dynsym`; nil where neither
  /// tells. Where it has several names: a global one with the fewest underscores in front, then the
  /// shortest, then the first by its bytes.
  public func function(atOffset offset: UInt64) -> FunctionPlace? {
    address(ofOffset: offset).flatMap { function(atAddress: $0) }
  }

  /// The function at an address, as the file has addresses; as above. A file of debugging symbols
  /// has those of the file that it was taken from, and nothing at their offsets.
  public func function(atAddress address: UInt64) -> FunctionPlace? {
    for type in [SHT_SYMTAB, SHT_DYNSYM] {
      guard let table = table(UInt32(type)) else { continue }
      if let found = function(at: address, in: table) { return found }
    }
    return nil
  }

  private typealias Table = (data: UnsafeMutablePointer<Elf_Data>, strings: Int, count: Int)

  /// The first section of symbols of a type, if it and its names are of a size that can be.
  private func table(_ type: UInt32) -> Table? {
    var next = elf_nextscn(elf, nil)
    while let section = next {
      next = elf_nextscn(elf, section)
      var header = GElf_Shdr()
      guard gelf_getshdr(section, &header) != nil, header.sh_type == type else { continue }
      let entryByteCount = MemoryLayout<Elf64_Sym>.size
      var names = GElf_Shdr()
      guard header.sh_size <= Self.tableLimit, Int(header.sh_entsize) == entryByteCount,
        header.sh_flags & UInt64(SHF_COMPRESSED) == 0,
        let linked = elf_getscn(elf, Int(header.sh_link)), gelf_getshdr(linked, &names) != nil,
        names.sh_type == UInt32(SHT_STRTAB), names.sh_size <= Self.tableLimit,
        let data = elf_getdata(section, nil), data.pointee.d_buf != nil
      else { return nil }
      let count = min(data.pointee.d_size / entryByteCount, Int(Int32.max))
      return (data, Int(header.sh_link), count)
    }
    return nil
  }

  /// The last function that begins at or before an address, if the address is in it. One without a
  /// length, as assembly has them, goes to the next function.
  private func function(at address: UInt64, in table: Table) -> FunctionPlace? {
    var best: (value: UInt64, isSized: Bool, rank: Rank)?
    // Where the last function began that ended before: no label in front of it reaches so far.
    var ended: UInt64 = 0
    for index in 0..<table.count {
      var symbol = GElf_Sym()
      guard gelf_getsym(table.data, Int32(index), &symbol) != nil else { break }
      let type = Int32(symbol.st_info & 15)
      guard type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE,
        symbol.st_shndx != UInt16(SHN_UNDEF), symbol.st_shndx < UInt16(SHN_LORESERVE),
        symbol.st_value <= address
      else { continue }
      let isSized = symbol.st_size != 0
      if isSized, address - symbol.st_value >= symbol.st_size {
        ended = max(ended, symbol.st_value)
        continue
      }
      if let known = best, (known.isSized ? 1 : 0, known.value) > (isSized ? 1 : 0, symbol.st_value)
      {
        continue
      }
      guard type != STT_NOTYPE || isCode(symbol.st_shndx),
        let rank = rank(of: symbol, table.strings)
      else { continue }
      if let known = best, known.value == symbol.st_value, known.isSized == isSized,
        !(rank < known.rank)
      {
        continue
      }
      best = (symbol.st_value, isSized, rank)
    }
    guard let best,
      best.isSized || (best.value > ended && address - best.value < Self.labelReach)
    else { return nil }
    return FunctionPlace(name: best.rank.name, offset: address - best.value)
  }

  /// How far a label without a length is believed, in bytes.
  private static var labelReach: UInt64 { 4096 }
  /// Of a longer name only so much is kept, in bytes.
  private static var nameLimit: Int { 4096 }

  /// Which of several names of one place is given.
  private struct Rank {
    var isLocal: Bool
    var underscoreCount: Int
    var name: [UInt8]

    static func < (left: Rank, right: Rank) -> Bool {
      if left.isLocal != right.isLocal { return right.isLocal }
      if left.underscoreCount != right.underscoreCount {
        return left.underscoreCount < right.underscoreCount
      }
      if left.name.count != right.name.count { return left.name.count < right.name.count }
      return left.name.lexicographicallyPrecedes(right.name)
    }
  }

  /// Whether a section holds instructions: a symbol without a type may be of anything.
  private func isCode(_ section: UInt16) -> Bool {
    var header = GElf_Shdr()
    guard let section = elf_getscn(elf, Int(section)), gelf_getshdr(section, &header) != nil else {
      return false
    }
    return header.sh_flags & UInt64(SHF_EXECINSTR) != 0
  }

  private func rank(of symbol: GElf_Sym, _ strings: Int) -> Rank? {
    guard let pointer = elf_strptr(elf, strings, Int(symbol.st_name)), pointer[0] != 0 else {
      return nil
    }
    let count = strnlen(pointer, Self.nameLimit)
    let name = UnsafeRawBufferPointer(start: pointer, count: count)
    return Rank(
      isLocal: Int32(symbol.st_info >> 4) == STB_LOCAL,
      underscoreCount: name.prefix { $0 == UInt8(ascii: "_") }.count, name: [UInt8](name))
  }
}
