// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Glibc

/// What is told of a file before the call that maps it.
struct MappedLength {
  /// Its length in bytes.
  var byteCount: UInt64
  /// Whether its file system has large mappings aligned; nil where nobody asked.
  var alignsLargeMappings: Bool?
}

/// Which file systems have mappings of 2 MiB and more aligned to 2 MiB: by trying, once for each.
/// Linux: `get_unmapped_area` of the file's operations.
struct LargePlacements {
  /// Mappings of fewer bytes are placed alike everywhere.
  static let byteCount: UInt64 = 2 << 20

  private var known: [dev_t: Bool] = [:]

  /// Whether that of the file does; nil where the file cannot be mapped, or has not this number.
  mutating func areAligned(for path: [UInt8], inode: UInt64? = nil) -> Bool? {
    let descriptor = Self.open(path)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      inode.map({ $0 == UInt64(status.st_ino) }) ?? true
    else { return nil }
    if let known = known[status.st_dev] { return known }
    let answer = Self.tries(descriptor)
    known[status.st_dev] = answer
    return answer
  }

  /// What memfd_create(2) makes has no path: another one of its kind.
  private static func open(_ path: [UInt8]) -> Int32 {
    if path.starts(with: "/memfd:".utf8) { return observer_memory_file() }
    return Glibc.open(
      path.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
  }

  /// Two mappings of 2 MiB and a page, one of which is not aligned if nobody sees to it.
  private static func tries(_ descriptor: Int32) -> Bool? {
    let count = Int(byteCount) + 4096
    var areAligned = true
    var made: [UnsafeMutableRawPointer] = []
    defer { for address in made { munmap(address, count) } }
    for _ in 0..<2 {
      let flags = MAP_PRIVATE | MAP_NORESERVE
      guard let address = mmap(nil, count, PROT_NONE, flags, descriptor, 0), address != MAP_FAILED
      else { return nil }
      made.append(address)
      if UInt(bitPattern: address) & UInt(byteCount - 1) != 0 { areAligned = false }
    }
    return areAligned
  }
}
