// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileSystem {
  /// Throws ENOENT or ENOTDIR unless a directory is there.
  func checkDirectory(
    _ path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    switch try locate(path, followingLink: true) {
    case .inode(let inode):
      guard inode.isDirectory else { throw .notDirectory }
    case .shell: break
    case .outside(let path):
      let metadata = try machine.metadata(of: path.bytes, followingLink: true)
      guard metadata.type == .directory else { throw .notDirectory }
    case .absent: throw .noSuchFile
    }
  }

  /// Puts an inode at a path whose directory is known to exist.
  func insert(
    _ inode: Inode, at path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard let name = path.lastName else { throw .exists }
    let directory = try makeDirectoryShells(to: path.parent)
    directory.set(Inode.Entry(name: name, inode: inode))
    directory.hasStaleTimes = !directory.isShell
    inode.isAttached = true
  }

  /// Takes the name away from its directory.
  func removeEntry(at path: FilePath) throws(Errno) {
    guard let name = path.lastName else { throw .busy }
    let directory = try makeDirectoryShells(to: path.parent)
    directory.remove(name)
    directory.hasStaleTimes = !directory.isShell
  }

  /// The tree's directory at the path; directories of the outside get shells on the way.
  private func makeDirectoryShells(to path: FilePath) throws(Errno) -> Inode {
    var directory = root
    var start = path.firstName
    while start < path.bytes.count {
      let end = path.end(ofNameAt: start)
      let name = start..<end
      start = end + 1
      guard directory.isDirectory else { throw .notDirectory }
      if let entry = directory.entry(path.bytes.span.extracting(name)) {
        guard let inode = entry.inode else { throw .noSuchFile }
        directory = inode
      } else {
        guard directory.isShell else { throw .noSuchFile }
        let shell = Inode(metadata: root.metadata, isShell: true)
        directory.set(Inode.Entry(name: [UInt8](path.bytes[name]), inode: shell))
        directory = shell
      }
    }
    guard directory.isDirectory else { throw .notDirectory }
    return directory
  }

  /// The file at the path, brought into the tree: for changes to its metadata or name.
  /// Throws EISDIR for a directory of the outside, which the tree cannot hold whole.
  func attached(
    _ path: FilePath, followingLink: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Inode {
    let path = try followingOutsideLinks(
      checkedProcess(path, followingLink), followingLink, on: &machine)
    switch try locate(path, followingLink: followingLink) {
    case .inode(let inode): return inode
    case .shell: throw .isDirectory
    case .absent: throw .noSuchFile
    case .outside(let path):
      let metadata = try machine.metadata(of: path.bytes, followingLink: followingLink)
      if metadata.type == .directory { throw .isDirectory }
      let inode: Inode
      if metadata.type == .symbolicLink {
        inode = Inode(metadata: metadata)
        inode.content = try machine.link(at: path.bytes)
      } else {
        inode = try openOutside(path, followingLink: followingLink, on: &machine)
      }
      try insert(inode, at: path, on: &machine)
      return inode
    }
  }
}
