// SPDX-License-Identifier: BSD-3-Clause

internal import CElf
internal import Glibc

/// An ELF file of x86-64, of which libelf reads only what is asked for.
///
/// The file may hold anything and may change meanwhile. It is read with pread(2), not mapped, and
/// every length is held against a limit before libelf makes room for it.
public final class ELFFile {
  let elf: OpaquePointer
  private let descriptor: Int32

  /// No table of symbols or strings that is longer is looked at, in bytes.
  static var tableLimit: UInt64 { 256 << 20 }
  /// No note segment that is longer is looked at, in bytes.
  static var noteLimit: UInt64 { 1 << 20 }
  /// So many program headers are looked at.
  static var segmentLimit: Int { 1024 }

  /// The regular file at a path of the host, NUL not included; nil where it cannot be read or is no
  /// ELF file of x86-64.
  public convenience init?(path: [UInt8]) {
    if path.contains(0) { return nil }
    let terminated = path.map { CChar(bitPattern: $0) } + [0]
    self.init(taking: open(terminated, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
  }

  /// The file of an open descriptor, which stays the caller's; nil as above.
  public convenience init?(descriptor: Int32) {
    self.init(taking: fcntl(descriptor, F_DUPFD_CLOEXEC, 3))
  }

  private init?(taking descriptor: Int32) {
    guard descriptor >= 0 else { return nil }
    var status = stat()
    var header = GElf_Ehdr()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      elf_version(UInt32(EV_CURRENT)) != 0,
      let elf = elf_begin(descriptor, ELF_C_READ, nil)
    else {
      close(descriptor)
      return nil
    }
    guard elf_kind(elf) == ELF_K_ELF, gelf_getclass(elf) == ELFCLASS64,
      gelf_getehdr(elf, &header) != nil, header.e_machine == EM_X86_64
    else {
      elf_end(elf)
      close(descriptor)
      return nil
    }
    self.elf = elf
    self.descriptor = descriptor
  }

  deinit {
    elf_end(elf)
    close(descriptor)
  }

  /// The program headers of a type.
  func segments(_ type: Int32) -> [GElf_Phdr] {
    var count = 0
    guard elf_getphdrnum(elf, &count) == 0 else { return [] }
    var found: [GElf_Phdr] = []
    for index in 0..<min(count, Self.segmentLimit) {
      var segment = GElf_Phdr()
      guard gelf_getphdr(elf, Int32(index), &segment) != nil else { break }
      if segment.p_type == UInt32(type) { found.append(segment) }
    }
    return found
  }

  /// The address, as the file has addresses, of the byte at an offset of the file; nil where none
  /// of its segments is loaded from there.
  public func address(ofOffset offset: UInt64) -> UInt64? {
    for segment in segments(PT_LOAD)
    where offset >= segment.p_offset && offset - segment.p_offset < segment.p_filesz {
      return segment.p_vaddr &+ (offset - segment.p_offset)
    }
    return nil
  }
}
