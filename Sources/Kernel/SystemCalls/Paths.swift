// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// AT_* flags of the calls that end in `at`. Source: `linux/fcntl.h`.
struct AtFlags: OptionSet {
  let rawValue: UInt32

  /// AT_SYMLINK_NOFOLLOW.
  static var noFollow: AtFlags { AtFlags(rawValue: 0x100) }
  /// AT_REMOVEDIR of unlinkat(2), AT_EACCESS of faccessat2(2).
  static var removeDirectory: AtFlags { AtFlags(rawValue: 0x200) }
  /// AT_SYMLINK_FOLLOW.
  static var follow: AtFlags { AtFlags(rawValue: 0x400) }
  /// AT_NO_AUTOMOUNT.
  static var noAutomount: AtFlags { AtFlags(rawValue: 0x800) }
  /// AT_EMPTY_PATH.
  static var emptyPath: AtFlags { AtFlags(rawValue: 0x1000) }
  /// AT_STATX_SYNC_TYPE.
  static var statxSync: AtFlags { AtFlags(rawValue: 0x6000) }
}

extension Unikernel {
  /// AT_FDCWD.
  static var currentDirectory: Int32 { -100 }

  /// The path of a string of the guest, taken from a directory. Throws EFAULT, ENOENT,
  /// ENAMETOOLONG, EBADF, ENOTDIR.
  mutating func path(
    at address: VirtualAddress, from directory: Int32 = currentDirectory,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FilePath {
    let text = try examineString(address, on: &machine)
    return try path(text, from: directory)
  }

  /// The path of a text, taken from a directory.
  func path(_ text: [UInt8], from directory: Int32) throws(Errno) -> FilePath {
    guard let first = text.first else { throw .noSuchFile }
    if first == UInt8(ascii: "/") { return try FilePath(text, from: FilePath()) }
    return try FilePath(text, from: base(directory))
  }

  /// The path of a directory that a descriptor stands for.
  private func base(_ directory: Int32) throws(Errno) -> FilePath {
    if directory == Self.currentDirectory { return process.workingDirectory }
    let file = try process.descriptors.file(directory)
    switch file.body {
    case .inode(let inode):
      guard inode.isDirectory else { throw .notDirectory }
    case .unknown: break
    case .stream, .device, .pipe: throw .notDirectory
    }
    return file.path
  }
}
