// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// chmod(2).
  mutating func chmod(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(0), on: &machine)
    try changeable(path, followingLink: true, on: &machine).setPermissions(r.word(1))
    return 0
  }

  /// fchmodat(2).
  mutating func fchmodat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(1), from: r.int(0), on: &machine)
    try changeable(path, followingLink: true, on: &machine).setPermissions(r.word(2))
    return 0
  }

  /// fchmod(2).
  mutating func fchmod(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard let inode = try changeable(r.int(0), on: &machine) else { return 0 }
    inode.setPermissions(r.word(1))
    return 0
  }

  /// chown(2), lchown(2).
  mutating func chown(
    _ r: Registers, followingLink: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(0), on: &machine)
    try changeable(path, followingLink: followingLink, on: &machine)
      .setOwner(r.word(1), group: r.word(2))
    return 0
  }

  /// fchown(2).
  mutating func fchown(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard let inode = try changeable(r.int(0), on: &machine) else { return 0 }
    inode.setOwner(r.word(1), group: r.word(2))
    return 0
  }

  /// utimensat(2), which is futimens(3) too.
  mutating func utimensat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = AtFlags(rawValue: r.word(3))
    guard flags.isSubset(of: [.noFollow, .emptyPath]) else { throw .invalidArgument }
    var times: [Int64?] = []
    if r.isSet(2) {
      let bytes = try examine(r.address(2), byteCount: 32, on: &machine)
      for offset in [0, 16] {
        let nanoseconds = bytes.u64(at: offset + 8)
        switch nanoseconds {
        case 0x3fff_ffff: times.append(try now(on: &machine))  // UTIME_NOW
        case 0x3fff_fffe: times.append(nil)  // UTIME_OMIT
        case ..<1_000_000_000:
          let seconds = Int64(bitPattern: bytes.u64(at: offset))
          let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
          let (sum, carry) = product.addingReportingOverflow(Int64(nanoseconds))
          times.append(overflow || carry ? (seconds < 0 ? .min : .max) : sum)
        default: throw .invalidArgument
        }
      }
    } else {
      let now = try now(on: &machine)
      times = [now, now]
    }
    let inode: Inode?
    if r.isSet(1) {
      let path = try path(at: r.address(1), from: r.int(0), on: &machine)
      inode = try changeable(path, followingLink: !flags.contains(.noFollow), on: &machine)
    } else {
      inode = try changeable(r.int(0), on: &machine)
    }
    guard let inode else { return 0 }
    if inode.hasStaleTimes { _ = try files.metadata(of: inode, on: &machine) }
    if let time = times[0] { inode.metadata.accessTime = time }
    if let time = times[1] { inode.metadata.modificationTime = time }
    return 0
  }

  /// Nanoseconds since 1970.
  private func now(on machine: inout some Machine & ~Copyable) throws(Errno) -> Int64 {
    Int64(truncatingIfNeeded: try machine.time(of: 0))
  }

  /// The file at the path, in the tree. Throws EROFS for a directory of the outside, whose
  /// attributes stay as they are.
  private func changeable(
    _ path: FilePath, followingLink: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Inode {
    do throws(Errno) {
      return try files.attached(path, followingLink: followingLink, on: &machine)
    } catch {
      throw error == .isDirectory ? .readOnlyFileSystem : error
    }
  }

  /// The file of a descriptor, in the tree; nil for one whose attributes nobody keeps.
  private func changeable(
    _ descriptor: Int32, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Inode? {
    let file = try process.descriptors.file(descriptor)
    if file.flags.contains(.path) { throw .badFileDescriptor }
    switch file.body {
    case .unknown: throw .outsideDecides
    case .stream, .device, .pipe: return nil
    case .inode(let inode):
      if inode.isAttached || inode.source == nil { return inode }
      if inode.isDirectory { throw .readOnlyFileSystem }
      try files.insert(inode, at: file.path, on: &machine)
      return inode
    }
  }
}

extension Inode {
  /// Sets the permission bits of st_mode.
  fileprivate func setPermissions(_ mode: UInt32) {
    metadata.mode = metadata.mode & ~0o7777 | mode & 0o7777
    hasStaleChangeTime = true
  }

  /// Sets owner and group; all ones leaves one as it is.
  fileprivate func setOwner(_ owner: UInt32, group: UInt32) {
    if owner != .max { metadata.owner = owner }
    if group != .max { metadata.group = group }
    hasStaleChangeTime = true
  }
}
