// SPDX-License-Identifier: BSD-3-Clause

internal import CElf

extension ELFFile {
  /// PATH_MAX, the NUL included.
  private static var interpreterLimit: UInt64 { 4096 }

  /// The path of the program that loads the file, from its first PT_INTERP; nil where there is none
  /// or it is longer than a path can be. Source: elf(5).
  public var interpreter: [UInt8]? {
    guard let segment = segments(PT_INTERP).first,
      1...Self.interpreterLimit ~= segment.p_filesz, segment.p_offset <= UInt64(Int64.max),
      let data = elf_getdata_rawchunk(
        elf, Int64(segment.p_offset), Int(segment.p_filesz), ELF_T_BYTE)
    else { return nil }
    let bytes = UnsafeRawBufferPointer(start: data.pointee.d_buf, count: data.pointee.d_size)
    let path = [UInt8](bytes.prefix { $0 != 0 })
    return path.isEmpty ? nil : path
  }
}
