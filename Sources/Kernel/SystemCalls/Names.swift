// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

// Calls that make, take and change names.

extension Unikernel {
  /// mkdir(2).
  mutating func mkdir(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(0), on: &machine)
    try files.makeDirectory(path, permissions: r.word(1) & ~process.creationMask, on: &machine)
    return 0
  }

  /// mkdirat(2).
  mutating func mkdirat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(1), from: r.int(0), on: &machine)
    try files.makeDirectory(path, permissions: r.word(2) & ~process.creationMask, on: &machine)
    return 0
  }

  /// rmdir(2).
  mutating func rmdir(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(0), on: &machine)
    try files.removeDirectory(path, on: &machine)
    return 0
  }

  /// unlink(2).
  mutating func unlink(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(0), on: &machine)
    try files.removeFile(path, on: &machine)
    return 0
  }

  /// unlinkat(2).
  mutating func unlinkat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = AtFlags(rawValue: r.word(2))
    guard flags.isSubset(of: .removeDirectory) else { throw .invalidArgument }
    let path = try path(at: r.address(1), from: r.int(0), on: &machine)
    if flags.contains(.removeDirectory) {
      try files.removeDirectory(path, on: &machine)
    } else {
      try files.removeFile(path, on: &machine)
    }
    return 0
  }

  /// rename(2).
  mutating func rename(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let old = try path(at: r.address(0), on: &machine)
    let new = try path(at: r.address(1), on: &machine)
    try files.rename(old, to: new, on: &machine)
    return 0
  }

  /// renameat(2), renameat2(2). RENAME_EXCHANGE and RENAME_WHITEOUT are EINVAL, as on a file system
  /// that does not have them.
  mutating func renameat(
    _ r: Registers, flags: UInt32, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard flags & ~1 == 0 else { throw .invalidArgument }
    let old = try path(at: r.address(1), from: r.int(0), on: &machine)
    let new = try path(at: r.address(3), from: r.int(2), on: &machine)
    try files.rename(old, to: new, replacing: flags & 1 == 0, on: &machine)
    return 0
  }

  /// link(2).
  mutating func link(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let old = try path(at: r.address(0), on: &machine)
    let new = try path(at: r.address(1), on: &machine)
    try files.makeHardLink(from: old, to: new, on: &machine)
    return 0
  }

  /// symlink(2).
  mutating func symlink(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let target = try examineString(r.address(0), on: &machine)
    let path = try path(at: r.address(1), on: &machine)
    try files.makeLink(to: target, at: path, on: &machine)
    return 0
  }
}
