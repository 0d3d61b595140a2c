// SPDX-License-Identifier: BSD-3-Clause

/// An entry of a directory, as getdents64(2) and getdents(2) give it.
public struct DirectoryRecord: Equatable, Sendable {
  /// The type of the file, DT_*: bits 12 to 15 of its mode.
  public enum FileKind: UInt8, Sendable {
    /// DT_UNKNOWN.
    case unknown = 0
    /// DT_FIFO.
    case fifo = 1
    /// DT_CHR.
    case characterDevice = 2
    /// DT_DIR.
    case directory = 4
    /// DT_BLK.
    case blockDevice = 6
    /// DT_REG.
    case regular = 8
    /// DT_LNK.
    case symbolicLink = 10
    /// DT_SOCK.
    case socket = 12
  }

  /// d_ino.
  public var inode: UInt64
  /// d_off: where the next entry is, as lseek(2) of the directory takes it.
  public var nextOffset: Int64
  /// d_type, DT_*.
  public var type: UInt8
  /// d_name, without its NUL; at most 255 bytes.
  public var name: ArraySlice<UInt8>

  /// An entry of its parts.
  public init(inode: UInt64, nextOffset: Int64, type: UInt8, name: ArraySlice<UInt8>) {
    self.inode = inode
    self.nextOffset = nextOffset
    self.type = type
    self.name = name
  }

  /// Bytes of the entry for getdents64(2), a multiple of 8: `struct linux_dirent64`.
  public var byteCount: Int { (19 + name.count + 1 + 7) & ~7 }

  /// Bytes of the entry for getdents(2), a multiple of 8: `struct linux_dirent`, and the type in
  /// its last byte.
  public var oldByteCount: Int { (18 + name.count + 2 + 7) & ~7 }

  /// Appends the entry for getdents64(2).
  public func append(to bytes: inout [UInt8]) {
    let end = bytes.count + byteCount
    append(Head(self, byteCount), byteCount: 19, to: &bytes)
    bytes.append(contentsOf: name)
    while bytes.count < end { bytes.append(0) }
  }

  /// Appends the entry for getdents(2).
  public func appendOld(to bytes: inout [UInt8]) {
    let end = bytes.count + oldByteCount
    append(Head(self, oldByteCount), byteCount: 18, to: &bytes)
    bytes.append(contentsOf: name)
    while bytes.count < end - 1 { bytes.append(0) }
    bytes.append(type)
  }

  /// What stands before the name, in memory as in the record.
  private struct Head {
    var inode: UInt64
    var nextOffset: Int64
    var length: UInt16
    var type: UInt8

    init(_ record: DirectoryRecord, _ byteCount: Int) {
      precondition(
        record.name.count <= DirectoryEntries.nameByteLimit, "a name has at most 255 bytes")
      inode = record.inode.littleEndian
      nextOffset = record.nextOffset.littleEndian
      length = UInt16(byteCount).littleEndian
      type = record.type
    }
  }

  private func append(_ head: Head, byteCount: Int, to bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: head) { head in
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: head[..<byteCount]))
    }
  }
}
