// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileSystem {
  /// rename(2). Throws ENOENT, EISDIR, ENOTDIR, ENOTEMPTY, EEXIST with `replacing` false, EINVAL
  /// for a directory into itself, EXDEV for a directory of the outside, as overlayfs.
  func rename(
    _ old: FilePath, to new: FilePath, replacing: Bool = true,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard !old.isRoot, !new.isRoot else { throw .busy }
    if Device(at: old) != nil || Device(at: new) != nil { throw .busy }
    let old = try resolvedTreePath(old)
    let new = try resolvedTreePath(new)
    let inode: Inode
    do throws(Errno) {
      inode = try attached(old, followingLink: false, on: &machine)
    } catch .isDirectory {
      throw .crossDevice
    }
    if old == new { return }
    if inode.isDirectory, new.isWithin(old) { throw .invalidArgument }
    try checkDirectory(new.parent, on: &machine)
    if let replaced = try existingType(at: new, on: &machine) {
      guard replacing else { throw .exists }
      if inode.isDirectory {
        guard replaced == .directory else { throw .notDirectory }
        guard try isEmptyDirectory(new, on: &machine) else { throw .notEmpty }
      } else if replaced == .directory {
        throw .isDirectory
      }
      if case .inode(let other) = try locate(new, followingLink: false) {
        if other === inode { return }
        unlinked(other)
      }
    }
    try insert(inode, at: new, on: &machine)
    try removeEntry(at: old)
    inode.hasStaleTimes = true
  }

  /// The type of what is at the path; nil where nothing is.
  private func existingType(
    at path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FileType? {
    switch try locate(path, followingLink: false) {
    case .absent: return nil
    case .inode(let inode): return inode.type
    case .shell: return .directory
    case .outside(let path):
      do throws(Errno) {
        return try machine.metadata(of: path.bytes, followingLink: false).type ?? .regular
      } catch .noSuchFile {
        return nil
      }
    }
  }
}
