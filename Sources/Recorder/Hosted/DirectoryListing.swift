// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import Kernel
internal import LinuxABI

/// The names in an open directory, read once and sorted, so that the host's order does not show.
final class DirectoryListing {
  private let descriptor: Int32
  private var listing: [UInt8]?

  /// Takes over the descriptor.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    Glibc.close(descriptor)
  }

  /// Bytes that are held.
  var byteCount: Int { listing?.count ?? 0 }

  /// All entries as an `InputKind.entries` payload. Throws ENOMEM for more than `limit` bytes.
  func bytes(limit: Int) throws(Errno) -> [UInt8] {
    if let listing { return listing }
    var entries: [(name: [UInt8], head: [UInt8])] = []
    var total = 0
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes {
        hosted_directory_entries(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 { throw Errno(rawValue: UInt16(-count)) }
      if count == 0 { break }
      total += count
      if total > limit { throw .outOfMemory }
      Self.append(chunk[..<count], to: &entries)
    }
    entries.sort { $0.name.lexicographicallyPrecedes($1.name) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(total)
    for entry in entries {
      bytes += entry.head
      bytes += entry.name
      bytes.append(0)
    }
    listing = bytes
    return bytes
  }

  // struct linux_dirent64: u64 inode, s64 position, u16 length, u8 type, name, NUL.
  private static func append(
    _ chunk: ArraySlice<UInt8>, to entries: inout [(name: [UInt8], head: [UInt8])]
  ) {
    var rest = chunk
    while rest.count >= 19 {
      let start = rest.startIndex
      let length = Int(rest[start + 16]) | Int(rest[start + 17]) << 8
      guard length >= 19, length <= rest.count else { return }
      let name = rest[(start + 19)..<(start + length)].prefix { $0 != 0 }
      entries.append((name: [UInt8](name), head: rest[start..<(start + 8)] + [rest[start + 18]]))
      rest = rest[(start + length)...]
    }
  }
}
