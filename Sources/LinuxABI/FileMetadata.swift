// SPDX-License-Identifier: BSD-3-Clause

/// What stat(2) tells of a file. Units: bytes, nanoseconds since 1970, 512-byte blocks.
public struct FileMetadata: Equatable, Sendable {
  /// st_dev.
  public var device: UInt64 = 0
  /// st_ino.
  public var inode: UInt64 = 0
  /// st_nlink.
  public var linkCount: UInt64 = 1
  /// st_mode: file type and permission bits.
  public var mode: UInt32 = 0
  /// st_uid.
  public var owner: UInt32 = 0
  /// st_gid.
  public var group: UInt32 = 0
  /// st_rdev.
  public var specialDevice: UInt64 = 0
  /// st_size, in bytes.
  public var byteCount: Int64 = 0
  /// st_blksize.
  public var blockByteCount: Int64 = 4096
  /// st_blocks.
  public var blockCount: Int64 = 0
  /// st_atim, in nanoseconds since 1970.
  public var accessTime: Int64 = 0
  /// st_mtim, in nanoseconds since 1970.
  public var modificationTime: Int64 = 0
  /// st_ctim, in nanoseconds since 1970.
  public var changeTime: Int64 = 0

  /// A file of which nothing is known.
  public init() {}
}

/// The file type bits of st_mode. Source: inode(7).
public enum FileType: UInt32, Sendable {
  /// S_IFIFO.
  case fifo = 0o010000
  /// S_IFCHR.
  case characterDevice = 0o020000
  /// S_IFDIR.
  case directory = 0o040000
  /// S_IFBLK.
  case blockDevice = 0o060000
  /// S_IFREG.
  case regular = 0o100000
  /// S_IFLNK.
  case symbolicLink = 0o120000
  /// S_IFSOCK.
  case socket = 0o140000
}

extension FileMetadata {
  /// S_IFMT of `mode`; nil for a value that inode(7) does not list.
  public var type: FileType? { FileType(rawValue: mode & 0o170000) }
}
