// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension AtFlags {
  /// AT_STATX_SYNC_TYPE.
  static var statxSync: AtFlags { [.forceSync, .dontSync] }
}

extension Unikernel {
  /// AT_FDCWD.
  static var currentDirectory: Int32 { AtFlags.workingDirectory }

  /// The path of a string of the guest, taken from a directory. Throws EFAULT, ENOENT,
  /// ENAMETOOLONG, EBADF, ENOTDIR.
  mutating func path(
    at address: VirtualAddress, from directory: Int32 = currentDirectory,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FilePath {
    let text = try examineText(address, on: &machine)
    return try path(text, from: directory)
  }

  /// The path of a text, taken from a directory.
  func path(_ text: GuestText, from directory: Int32) throws(Errno) -> FilePath {
    let bytes = journal.span(of: text)
    if bytes.isEmpty { throw .noSuchFile }
    if bytes[0] == UInt8(ascii: "/") { return try FilePath(bytes, from: files.rootPath) }
    return try FilePath(bytes, from: base(directory))
  }

  /// Whether the text can name a directory only.
  func namesDirectory(_ text: GuestText) -> Bool { journal.span(of: text).namesDirectory }

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
