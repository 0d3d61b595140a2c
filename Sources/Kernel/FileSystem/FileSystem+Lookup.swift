// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Where a path leads.
enum Place {
  /// To a file of the tree.
  case inode(Inode)
  /// To a directory of the outside, with changes below it.
  case shell(Inode, FilePath)
  /// To whatever the outside has there.
  case outside(FilePath)
  /// Nowhere: the tree knows the directory and it has no such name.
  case absent(FilePath)
}

extension FileSystem {
  /// Walks the tree along `path`. Links of the tree are followed, the last one if `followingLink`;
  /// links of the outside are the outside's business.
  ///
  /// Throws ENOENT, ENOTDIR or ELOOP.
  func locate(_ path: FilePath, followingLink: Bool) throws(Errno) -> Place {
    var names = path.names
    var index = 0
    var followed = 0
    var directory = root
    while index < names.count {
      let isLast = index == names.count - 1
      guard directory.isDirectory else { throw .notDirectory }
      guard let entry = directory.entry(names[index]) else {
        if directory.isShell { return .outside(FilePath(names: names)) }
        guard isLast else { throw .noSuchFile }
        return .absent(FilePath(names: names))
      }
      guard let inode = entry.inode else {
        guard isLast else { throw .noSuchFile }
        return .absent(FilePath(names: names))
      }
      if inode.type == .symbolicLink, !isLast || followingLink {
        followed += 1
        guard followed <= Self.linkLimit else { throw .tooManySymbolicLinks }
        let base = FilePath(names: Array(names[..<index]))
        names = try FilePath(inode.content, from: base).names + names[(index + 1)...]
        index = 0
        directory = root
        continue
      }
      directory = inode
      index += 1
    }
    return directory.isShell ? .shell(directory, FilePath(names: names)) : .inode(directory)
  }

  /// stat(2) or lstat(2). Throws ENOENT, ENOTDIR, ELOOP or what the outside throws.
  func metadata(
    of path: FilePath, followingLink: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FileMetadata {
    if let device = Device(at: path) { return device.metadata }
    let place = try locate(checkedProcess(path, followingLink), followingLink: followingLink)
    switch place {
    case .inode(let inode): return try metadata(of: inode, on: &machine)
    case .shell(_, let path), .outside(let path):
      return try machine.metadata(of: path.bytes, followingLink: followingLink)
    case .absent: throw .noSuchFile
    }
  }

  /// fstat(2) of an inode: sets the times that are due.
  func metadata(
    of inode: Inode, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FileMetadata {
    if inode.hasStaleTimes || inode.hasStaleChangeTime {
      let now = Int64(truncatingIfNeeded: try machine.time(of: 0))
      inode.metadata.changeTime = now
      if inode.hasStaleTimes { inode.metadata.modificationTime = now }
      if inode.metadata.accessTime == 0 { inode.metadata.accessTime = now }
      inode.hasStaleTimes = false
      inode.hasStaleChangeTime = false
    }
    var metadata = inode.metadata
    if inode.source == nil, !inode.isDirectory {
      metadata.byteCount = Int64(inode.content.count)
      metadata.blockCount = Int64((inode.content.count + 4095) / 4096 * 8)
    }
    return metadata
  }

  /// Puts the program in place of `/proc/self/exe`. Throws ENOENT for the rest of `/proc/self`,
  /// which the outside would answer for itself.
  func checkedProcess(_ path: FilePath, _ followingLink: Bool) throws(Errno) -> FilePath {
    guard path.names.count >= 2, path.names[0].isEqual(to: "proc"), isOwnProcess(path.names[1])
    else { return path }
    guard path.names.count == 3, path.names[2].isEqual(to: "exe"), followingLink else {
      throw .noSuchFile
    }
    return program
  }

  /// Whether the name below `/proc` is the program's own.
  private func isOwnProcess(_ name: [UInt8]) -> Bool {
    name.isEqual(to: "self") || name.isEqual(to: "thread-self") || name.isEqual(to: "1000")
  }

  /// The target of a symbolic link. Throws EINVAL for another file.
  func link(
    at path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    if Device(at: path) != nil { throw .invalidArgument }
    if path.names.count == 3, path.names[0].isEqual(to: "proc"), isOwnProcess(path.names[1]),
      path.names[2].isEqual(to: "exe")
    {
      return program.bytes
    }
    switch try locate(checkedProcess(path, false), followingLink: false) {
    case .inode(let inode):
      guard inode.type == .symbolicLink else { throw .invalidArgument }
      return inode.content
    case .shell: throw .invalidArgument
    case .outside(let path): return try machine.link(at: path.bytes)
    case .absent: throw .noSuchFile
    }
  }
}
