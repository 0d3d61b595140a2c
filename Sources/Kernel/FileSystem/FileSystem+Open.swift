// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileSystem {
  /// Opens or creates a file. Linux: do_filp_open().
  ///
  /// Throws ENOENT, ENOTDIR, EISDIR, EEXIST, ELOOP, ENXIO for a device of the outside, ENOSPC, or
  /// what the outside throws.
  func open(
    _ path: FilePath, flags: OpenFlags, permissions: UInt32, mustBeDirectory: Bool,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> OpenFile {
    let mustBeDirectory = mustBeDirectory || flags.contains(.directory)
    if mustBeDirectory, flags.contains(.create) { throw .isDirectory }
    let kept = flags.subtracting(.transient).union(.largeFile)
    if let device = Device(at: path) {
      if flags.isSuperset(of: [.create, .exclusive]) { throw .exists }
      if mustBeDirectory { throw .notDirectory }
      return OpenFile(.device(device), path: path, flags: kept)
    }
    let inode = try openInode(path, flags: flags, permissions: permissions, on: &machine)
    if mustBeDirectory, !inode.isDirectory {
      release(inode, on: &machine)
      throw .notDirectory
    }
    return OpenFile(.inode(inode), path: path, flags: kept)
  }

  /// The inode that open(2) leads to, created or emptied as the flags say.
  private func openInode(
    _ path: FilePath, flags: OpenFlags, permissions: UInt32,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Inode {
    let isExclusive = flags.isSuperset(of: [.create, .exclusive])
    let followingLink = !flags.contains(.noFollow) && !isExclusive
    let changes = flags.allowsWriting || flags.contains(.create) || flags.contains(.truncate)
    var path = try checkedProcess(path, followingLink)
    if changes { path = try followingOutsideLinks(path, followingLink, on: &machine) }
    switch try locate(path, followingLink: followingLink) {
    case .inode(let inode):
      if isExclusive { throw .exists }
      if inode.type == .symbolicLink { throw .tooManySymbolicLinks }
      if inode.isDirectory, changes { throw .isDirectory }
      if flags.contains(.truncate) { try resize(inode, to: 0, on: &machine) }
      return inode
    case .shell(_, let path):
      if isExclusive { throw .exists }
      if changes { throw .isDirectory }
      return try openOutside(path, followingLink: followingLink, on: &machine)
    case .absent(let path):
      guard flags.contains(.create) else { throw .noSuchFile }
      return try create(at: path, permissions: permissions, on: &machine)
    case .outside(let path):
      return try openOutside(
        path, flags: flags, permissions: permissions, followingLink: followingLink, on: &machine)
    }
  }

  /// Opens what the outside has at the path; brings it into the tree if it is going to change.
  private func openOutside(
    _ path: FilePath, flags: OpenFlags, permissions: UInt32, followingLink: Bool,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Inode {
    let inode: Inode
    do {
      inode = try openOutside(path, followingLink: followingLink, on: &machine)
    } catch .noSuchFile where flags.contains(.create) {
      return try create(at: path, permissions: permissions, on: &machine)
    }
    guard flags.allowsWriting || flags.contains(.truncate) || flags.contains(.create) else {
      return inode
    }
    do throws(Errno) {
      if flags.isSuperset(of: [.create, .exclusive]) { throw .exists }
      if inode.isDirectory { throw .isDirectory }
      if flags.allowsWriting || flags.contains(.truncate) {
        try insert(inode, at: path, on: &machine)
        if flags.contains(.truncate) { try resize(inode, to: 0, on: &machine) }
      }
    } catch {
      release(inode, on: &machine)
      throw error
    }
    return inode
  }

  /// An inode for what the outside has at the path. Throws ENXIO for a device, pipe or socket.
  func openOutside(
    _ path: FilePath, followingLink: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Inode {
    let file = try machine.open(path.bytes, followingLink: followingLink)
    switch file.metadata.type {
    case .regular, .directory:
      return Inode(metadata: file.metadata, source: file.number)
    case .symbolicLink:
      machine.close(file.number)
      throw .tooManySymbolicLinks
    default:
      machine.close(file.number)
      throw .noSuchDeviceOrAddress
    }
  }

  /// Gives an outside file back if nothing can reach it any more: it was never put into the tree.
  func release(_ inode: Inode, on machine: inout some Machine & ~Copyable) {
    guard let source = inode.source, !inode.isAttached else { return }
    inode.source = nil
    machine.close(source)
  }

  /// A new regular file at the path.
  private func create(
    at path: FilePath, permissions: UInt32, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Inode {
    let inode = makeInode(type: .regular, permissions: permissions)
    try checkDirectory(path.parent, on: &machine)
    try insert(inode, at: path, on: &machine)
    return inode
  }

  /// The path behind the symbolic links that the outside has at its end, so that a change meets the
  /// file and not the link.
  func followingOutsideLinks(
    _ path: FilePath, _ followingLink: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FilePath {
    guard followingLink else { return path }
    var path = path
    for _ in 0..<Self.linkLimit {
      guard case .outside(let reached) = try locate(path, followingLink: true) else { return path }
      path = reached
      do throws(Errno) {
        let metadata = try machine.metadata(of: path.bytes, followingLink: false)
        guard metadata.type == .symbolicLink else { return path }
      } catch .noSuchFile {
        return path
      }
      path = try FilePath(machine.link(at: path.bytes), from: path.parent)
    }
    throw .tooManySymbolicLinks
  }
}
