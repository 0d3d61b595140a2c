// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// open(2).
  mutating func open(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    try open(
      r.address(0), from: Self.currentDirectory, flags: r.word(1), mode: r.word(2), on: &machine)
  }

  /// openat(2).
  mutating func openat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    try open(r.address(1), from: r.int(0), flags: r.word(2), mode: r.word(3), on: &machine)
  }

  /// creat(2).
  mutating func creat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags: OpenFlags = [.writeOnly, .create, .truncate]
    return try open(
      r.address(0), from: Self.currentDirectory, flags: flags.rawValue, mode: r.word(1),
      on: &machine)
  }

  private mutating func open(
    _ address: VirtualAddress, from directory: Int32, flags bits: UInt32, mode: UInt32,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    var flags = OpenFlags(rawValue: bits)
    if flags.contains(.path) {
      flags = flags.intersection([.path, .directory, .noFollow, .closeOnExec])
    }
    if !flags.isDisjoint(with: .temporaryFile.subtracting(.directory)) {
      throw flags.contains(.temporaryFile) ? .notSupported : .invalidArgument
    }
    let text = try examineText(address, on: &machine)
    try process.descriptors.checkRoom(limit: process.descriptorLimit)
    let path = try path(text, from: directory)
    openedPath = path
    if let file = try standardStream(at: path) {
      return try install(file, closesOnExec: flags.contains(.closeOnExec))
    }
    let file = try files.open(
      path, flags: flags, permissions: mode & 0o7777 & ~process.creationMask,
      mustBeDirectory: namesDirectory(text), on: &machine)
    return try install(file, closesOnExec: flags.contains(.closeOnExec))
  }

  /// The open file that `/dev/stdin` and its like or `/dev/fd/N` stand for; nil for other paths.
  private func standardStream(at path: FilePath) throws(Errno) -> OpenFile? {
    guard path.isWithin("/dev") || path.isWithin("/proc/self") else { return nil }
    if path.isEqual(to: "/dev/stdin") { return try process.descriptors.file(0) }
    if path.isEqual(to: "/dev/stdout") { return try process.descriptors.file(1) }
    if path.isEqual(to: "/dev/stderr") { return try process.descriptors.file(2) }
    guard let name = path.name(behind: "/dev/fd/") ?? path.name(behind: "/proc/self/fd/") else {
      return nil
    }
    var number: Int32 = 0
    for byte in name {
      guard byte >= 0x30, byte <= 0x39, number < 100_000 else { throw .noSuchFile }
      number = number * 10 + Int32(byte - 0x30)
    }
    do throws(Errno) {
      return try process.descriptors.file(number)
    } catch {
      throw .noSuchFile
    }
  }
}
