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

/// How far a walk along a path came.
struct PathWalk {
  /// The path with the links of the tree that were followed replaced by where they lead.
  var path: FilePath
  /// The file of the tree that was reached last.
  var inode: Inode
  /// Where the name begins that was not found there; behind the end where all were.
  var rest: Int
  /// Whether the tree says that the name is not there, and not only that it does not know it.
  var isHidden = false

  /// Whether all names were found.
  var isWhole: Bool { rest >= path.bytes.count }
  /// Whether the last name is the one that was not found.
  var isAtLastName: Bool { path.end(ofNameAt: rest) == path.bytes.count }
}

extension FileSystem {
  /// Walks the tree along `path` as far as it knows the names. Links of the tree are followed, the
  /// last one if `followingLink`; links of the outside are the outside's business. Throws ELOOP, or
  /// what makes a link's target no path.
  func walk(_ path: FilePath, followingLink: Bool) throws(Errno) -> PathWalk {
    var walk = PathWalk(path: path, inode: root, rest: path.firstName)
    var followed = 0
    while !walk.isWhole, walk.inode.isDirectory {
      let end = walk.path.end(ofNameAt: walk.rest)
      let found = walk.inode.entry(walk.path.bytes.span.extracting(walk.rest..<end))
      guard let inode = found?.inode else {
        walk.isHidden = found != nil
        return walk
      }
      if inode.type == .symbolicLink, followingLink || end < walk.path.bytes.count {
        followed += 1
        guard followed <= Self.linkLimit else { throw .tooManySymbolicLinks }
        let directory = walk.path.directory(upTo: walk.rest - 1)
        let target = try FilePath(inode.content, from: directory)
        walk.path = target.appending(walk.path, from: end)
        walk.inode = root
        walk.rest = walk.path.firstName
      } else {
        walk.inode = inode
        walk.rest = end + 1
      }
    }
    return walk
  }

  /// Where `path` leads; `followingLink` as for `walk`. Throws ENOENT, ENOTDIR or ELOOP.
  func locate(_ path: FilePath, followingLink: Bool) throws(Errno) -> Place {
    let walk = try walk(path, followingLink: followingLink)
    if walk.isWhole {
      return walk.inode.isShell ? .shell(walk.inode, walk.path) : .inode(walk.inode)
    }
    guard walk.inode.isDirectory else { throw .notDirectory }
    if walk.inode.isShell, !walk.isHidden { return .outside(walk.path) }
    guard walk.isAtLastName else { throw .noSuchFile }
    return .absent(walk.path)
  }

  /// The path with the links of the tree in its directories followed, not the last.
  func resolvedTreePath(_ path: FilePath) throws(Errno) -> FilePath {
    guard let name = path.lastName else { return path }
    return try walk(path.parent, followingLink: true).path.appending(name)
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
    guard path.isWithin("/proc") else { return path }
    if isOwnExecutable(path), followingLink { return program }
    guard
      !path.isWithin("/proc/self"), !path.isWithin("/proc/thread-self"),
      !path.isWithin("/proc/1000")
    else { throw .noSuchFile }
    return path
  }

  /// Whether the path is one of those at which a program finds itself.
  private func isOwnExecutable(_ path: FilePath) -> Bool {
    path.isEqual(to: "/proc/self/exe") || path.isEqual(to: "/proc/thread-self/exe")
      || path.isEqual(to: "/proc/1000/exe")
  }

  /// The target of a symbolic link. Throws EINVAL for another file.
  func link(
    at path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    if Device(at: path) != nil { throw .invalidArgument }
    if isOwnExecutable(path) { return program.bytes }
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
