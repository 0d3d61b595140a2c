// SPDX-License-Identifier: BSD-3-Clause

/// The names in a directory, in the order in which they are listed.
///
/// All names lie in one array, so that a long directory costs no more allocations than a short one.
public struct DirectoryEntries: Sendable {
  /// NAME_MAX.
  public static var nameByteLimit: Int { 255 }

  private struct Entry {
    var inode: UInt64
    var type: UInt8
    var name: Range<Int>
  }

  private var entries: [Entry] = []
  /// Where the names lie, and perhaps more between them.
  private var bytes: [UInt8] = []

  /// No names.
  public init() {}

  /// The names of a list as traces keep it: for each d_ino (8 bytes), d_type, d_name and a NUL. It
  /// ends where it makes no sense; what is longer than a name can be is none.
  public init(listed list: UnsafeRawBufferPointer) {
    unsafe bytes.append(contentsOf: list)
    entries.reserveCapacity(list.count / 16)
    var at = 0
    while list.count - at >= 10 {
      let start = at + 9
      let end = unsafe list.firstNUL(from: start)
      if end == list.count { return }
      let inode = unsafe UInt64(
        littleEndian: list.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      if end - start <= Self.nameByteLimit {
        entries.append(unsafe Entry(inode: inode, type: list[start - 1], name: start..<end))
      }
      at = end + 1
    }
  }

  /// How many there are.
  public var count: Int { entries.count }

  /// The name at an index from 0 on, as the calls list it.
  public subscript(index: Int) -> DirectoryRecord {
    let entry = entries[index]
    return DirectoryRecord(
      inode: entry.inode, nextOffset: Int64(index + 1), type: entry.type,
      name: bytes[entry.name])
  }

  /// Adds a name of at most 255 bytes at the end: d_ino, d_type, d_name without NUL.
  public mutating func append(inode: UInt64, type: UInt8, name: ArraySlice<UInt8>) {
    precondition(name.count <= Self.nameByteLimit, "a name has at most 255 bytes")
    let start = bytes.count
    bytes.append(contentsOf: name)
    entries.append(Entry(inode: inode, type: type, name: start..<bytes.count))
  }

  /// Brings them into byte order of their names.
  public mutating func sort() {
    entries.sort { bytes[$0.name].lexicographicallyPrecedes(bytes[$1.name]) }
  }
}
