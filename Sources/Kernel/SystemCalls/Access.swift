// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// access(2).
  mutating func access(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    try access(
      r.address(0), from: Self.currentDirectory, mode: r.word(1), flags: [], on: &machine)
  }

  /// faccessat(2), faccessat2(2).
  mutating func faccessat(
    _ r: Registers, flags: UInt32, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = AtFlags(rawValue: flags)
    guard flags.isSubset(of: [.noFollow, .removeDirectory, .emptyPath]) else {
      throw .invalidArgument
    }
    return try access(r.address(1), from: r.int(0), mode: r.word(2), flags: flags, on: &machine)
  }

  /// The program is root: all may be read and written, and executed where anybody may.
  private mutating func access(
    _ address: VirtualAddress, from directory: Int32, mode: UInt32, flags: AtFlags,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard mode & ~7 == 0 else { throw .invalidArgument }
    let text = try examineText(address, on: &machine)
    let metadata: FileMetadata
    if text.isEmpty, flags.contains(.emptyPath), directory != Self.currentDirectory {
      metadata = try self.metadata(of: process.descriptors.file(directory), on: &machine)
    } else {
      metadata = try files.metadata(
        of: path(text, from: directory), followingLink: !flags.contains(.noFollow), on: &machine)
    }
    if namesDirectory(text), metadata.type != .directory { throw .notDirectory }
    if mode & 1 != 0, metadata.type != .directory, metadata.mode & 0o111 == 0 {
      throw .permissionDenied
    }
    return 0
  }

  /// readlink(2).
  mutating func readlink(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    try readlink(
      r.address(0), from: Self.currentDirectory, into: r.address(1), byteCount: r.int(2),
      on: &machine)
  }

  /// readlinkat(2).
  mutating func readlinkat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    try readlink(
      r.address(1), from: r.int(0), into: r.address(2), byteCount: r.int(3), on: &machine)
  }

  private mutating func readlink(
    _ address: VirtualAddress, from directory: Int32, into buffer: VirtualAddress,
    byteCount: Int32, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard byteCount > 0 else { throw .invalidArgument }
    let text = try examineText(address, on: &machine)
    let path = try path(text, from: directory)
    let target = try files.link(at: path, on: &machine)
    let part = Array(target.prefix(Int(byteCount)))
    try store(part, at: buffer, on: &machine)
    return Int64(part.count)
  }
}
