// SPDX-License-Identifier: BSD-3-Clause

internal import CElf

extension ELFFile {
  /// The linker's mark of the file, from its notes (`NT_GNU_BUILD_ID`); empty where there is none.
  public var buildID: [UInt8] {
    for segment in segments(PT_NOTE) where segment.p_filesz <= Self.noteLimit {
      guard segment.p_offset <= UInt64(Int64.max) else { continue }
      let type = segment.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR
      guard
        let data = elf_getdata_rawchunk(
          elf, Int64(segment.p_offset), Int(segment.p_filesz), type)
      else { continue }
      if let found = buildID(in: data) { return found }
    }
    return []
  }

  private func buildID(in data: UnsafeMutablePointer<Elf_Data>) -> [UInt8]? {
    let bytes = UnsafeRawBufferPointer(start: data.pointee.d_buf, count: data.pointee.d_size)
    var offset = 0
    while offset < bytes.count {
      var note = GElf_Nhdr()
      var name = 0
      var contents = 0
      let next = gelf_getnote(data, offset, &note, &name, &contents)
      guard next > offset else { return nil }
      offset = next
      let count = Int(note.n_descsz)
      guard note.n_type == UInt32(NT_GNU_BUILD_ID), note.n_namesz == 4, 1...64 ~= count,
        name >= 0, name <= bytes.count - 4, contents >= 0, contents <= bytes.count - count,
        bytes[name..<name + 4].elementsEqual("GNU\0".utf8)
      else { continue }
      return [UInt8](bytes[contents..<contents + count])
    }
    return nil
  }
}
