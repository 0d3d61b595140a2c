// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileSystem {
  /// The entries of an open directory: the outside's, less what the tree hides, with what the tree
  /// adds, in byte order of their names.
  func entries(
    of file: OpenFile, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> DirectoryEntries {
    guard let inode = file.inode else {
      if case .unknown = file.body { throw .outsideDecides }
      throw .notDirectory
    }
    guard inode.isDirectory else { throw .notDirectory }
    return try entries(of: inode, at: file.path, on: &machine)
  }

  private func entries(
    of inode: Inode, at path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> DirectoryEntries {
    guard let source = inode.source else {
      var entries = DirectoryEntries()
      entries.append(inode: inode.metadata.inode, type: 4, name: [UInt8](".")[...])
      entries.append(inode: inode.metadata.inode, type: 4, name: [UInt8]("..")[...])
      for entry in inode.entries {
        if let child = entry.inode { entries.append(child, name: entry.name) }
      }
      return entries
    }
    let outside = try machine.entries(of: source)
    guard case .shell(let shell, _) = try? locate(path, followingLink: true) else { return outside }
    return merge(outside, with: shell)
  }

  private func merge(_ outside: DirectoryEntries, with shell: Inode) -> DirectoryEntries {
    var merged = DirectoryEntries()
    for index in 0..<outside.count {
      let entry = outside[index]
      if let ours = shell.entry(entry.name.span), ours.inode?.isShell != true { continue }
      merged.append(inode: entry.inode, type: entry.type, name: entry.name)
    }
    for entry in shell.entries {
      if let inode = entry.inode, !inode.isShell { merged.append(inode, name: entry.name) }
    }
    merged.sort()
    return merged
  }

  /// Whether the directory at the path has no entries but `.` and `..`.
  func isEmptyDirectory(
    _ path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Bool {
    switch try locate(path, followingLink: false) {
    case .absent: return true
    case .inode(let inode): return !inode.entries.contains { $0.inode != nil }
    case .shell(_, let path), .outside(let path):
      let inode = try openOutside(path, followingLink: false, on: &machine)
      defer { release(inode, on: &machine) }
      return try entries(of: inode, at: path, on: &machine).count <= 2
    }
  }
}

extension DirectoryEntries {
  /// Adds a file of the tree.
  fileprivate mutating func append(_ inode: Inode, name: [UInt8]) {
    append(
      inode: inode.metadata.inode, type: UInt8(inode.metadata.mode >> 12 & 0xf), name: name[...])
  }
}
