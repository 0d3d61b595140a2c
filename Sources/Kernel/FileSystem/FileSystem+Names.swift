// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileSystem {
  /// mkdir(2). Throws EEXIST, ENOENT, ENOTDIR.
  func makeDirectory(
    _ path: FilePath, permissions: UInt32, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    let place = try freePlace(path, on: &machine)
    let inode = makeInode(type: .directory, permissions: permissions)
    try insert(inode, at: place, on: &machine)
  }

  /// symlink(2). Throws EEXIST, ENOENT, ENOTDIR.
  func makeLink(
    to target: [UInt8], at path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard !target.isEmpty else { throw .noSuchFile }
    let place = try freePlace(path, on: &machine)
    let inode = makeInode(type: .symbolicLink, permissions: 0o777)
    inode.content = target
    try insert(inode, at: place, on: &machine)
  }

  /// link(2). Throws EPERM for a directory, EEXIST, ENOENT, ENOTDIR.
  func makeHardLink(
    from old: FilePath, to new: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    let inode: Inode
    do throws(Errno) {
      inode = try attached(old, followingLink: false, on: &machine)
    } catch .isDirectory {
      throw .notPermitted
    }
    guard !inode.isDirectory else { throw .notPermitted }
    let place = try freePlace(new, on: &machine)
    try insert(inode, at: place, on: &machine)
    inode.metadata.linkCount += 1
    inode.hasStaleTimes = true
  }

  /// The path for something new. Throws EEXIST where something is there.
  private func freePlace(
    _ path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FilePath {
    if Device(at: path) != nil { throw .exists }
    switch try locate(path, followingLink: false) {
    case .inode, .shell: throw .exists
    case .absent(let path): return path
    case .outside(let path):
      do throws(Errno) {
        _ = try machine.metadata(of: path.bytes, followingLink: false)
      } catch .noSuchFile {
        try checkDirectory(path.parent, on: &machine)
        return path
      }
      throw .exists
    }
  }

  /// unlink(2). Throws EISDIR, ENOENT, EPERM for a device of the kernel.
  func removeFile(
    _ path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    if Device(at: path) != nil { throw .notPermitted }
    switch try locate(checkedProcess(path, false), followingLink: false) {
    case .shell: throw .isDirectory
    case .absent: throw .noSuchFile
    case .inode(let inode):
      if inode.isDirectory { throw .isDirectory }
      try removeEntry(at: resolvedTreePath(path))
      unlinked(inode)
    case .outside(let path):
      let metadata = try machine.metadata(of: path.bytes, followingLink: false)
      if metadata.type == .directory { throw .isDirectory }
      try removeEntry(at: path)
    }
  }

  /// rmdir(2). Throws ENOTDIR, ENOENT, ENOTEMPTY, EBUSY for the root.
  func removeDirectory(
    _ path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard !path.isRoot else { throw .busy }
    if Device(at: path) != nil { throw .notDirectory }
    switch try locate(path, followingLink: false) {
    case .absent: throw .noSuchFile
    case .inode(let inode):
      guard inode.isDirectory else { throw .notDirectory }
    case .shell: break
    case .outside(let path):
      let metadata = try machine.metadata(of: path.bytes, followingLink: false)
      guard metadata.type == .directory else { throw .notDirectory }
    }
    guard try isEmptyDirectory(path, on: &machine) else { throw .notEmpty }
    try removeEntry(at: resolvedTreePath(path))
  }

  /// A name of the inode went away.
  func unlinked(_ inode: Inode) {
    inode.metadata.linkCount -= min(1, inode.metadata.linkCount)
    inode.hasStaleTimes = true
  }
}
