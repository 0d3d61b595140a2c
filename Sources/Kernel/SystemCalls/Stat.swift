// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// stat(2), lstat(2).
  mutating func stat(
    _ r: Registers, followingLink: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let metadata = try metadata(
      at: r.address(0), from: Self.currentDirectory, flags: followingLink ? [] : .noFollow,
      on: &machine)
    try store(metadata, at: r.address(1), on: &machine)
    return 0
  }

  /// fstat(2).
  mutating func fstat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let metadata = try metadata(of: process.descriptors.file(r.int(0)), on: &machine)
    try store(metadata, at: r.address(1), on: &machine)
    return 0
  }

  /// newfstatat(2).
  mutating func newfstatat(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = AtFlags(rawValue: r.word(3))
    guard flags.isSubset(of: [.noFollow, .noAutomount, .emptyPath, .statxSync]) else {
      throw .invalidArgument
    }
    let metadata = try metadata(at: r.address(1), from: r.int(0), flags: flags, on: &machine)
    try store(metadata, at: r.address(2), on: &machine)
    return 0
  }

  /// statx(2). The fields that are not asked for are filled in too, as Linux does.
  mutating func statx(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = AtFlags(rawValue: r.word(2))
    guard r.word(3) & 0x8000_0000 == 0 else { throw .invalidArgument }  // STATX__RESERVED
    guard flags.isSubset(of: [.noFollow, .noAutomount, .emptyPath, .statxSync]),
      !flags.isSuperset(of: .statxSync)
    else { throw .invalidArgument }
    let metadata = try metadata(at: r.address(1), from: r.int(0), flags: flags, on: &machine)
    try store(metadata.statxBytes, at: r.address(4), on: &machine)
    return 0
  }

  /// What the path leads to, or with AT_EMPTY_PATH what the descriptor stands for.
  private mutating func metadata(
    at address: VirtualAddress, from directory: Int32, flags: AtFlags,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FileMetadata {
    var text = GuestText.none
    if !(flags.contains(.emptyPath) && address.rawValue == 0) {
      text = try examineText(address, on: &machine)
    }
    if text.isEmpty, flags.contains(.emptyPath) {
      if directory == Self.currentDirectory {
        return try files.metadata(
          of: process.workingDirectory, followingLink: true, on: &machine)
      }
      return try metadata(of: process.descriptors.file(directory), on: &machine)
    }
    let path = try path(text, from: directory)
    let isDirectory = namesDirectory(text)
    let metadata = try files.metadata(
      of: path, followingLink: !flags.contains(.noFollow) || isDirectory, on: &machine)
    if isDirectory, metadata.type != .directory { throw .notDirectory }
    return metadata
  }

  /// What fstat(2) tells of an open file; streams and pipes look like pipes.
  mutating func metadata(
    of file: OpenFile, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> FileMetadata {
    switch file.body {
    case .inode(let inode): return try files.metadata(of: inode, on: &machine)
    case .device(let device): return device.metadata
    case .unknown: throw .outsideDecides
    case .stream(let stream): return FileMetadata(pipe: UInt64(stream) + 1)
    case .pipe(let pipe): return FileMetadata(pipe: pipe.number)
    }
  }
}

extension FileMetadata {
  /// A pipe.
  fileprivate init(pipe number: UInt64) {
    self.init()
    device = 0xd
    inode = number
    mode = FileType.fifo.rawValue | 0o600
  }

  /// `struct statx`, 256 bytes, with STATX_BASIC_STATS. Source: `linux/stat.h`.
  fileprivate var statxBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    bytes.put(UInt32(0x7ff))
    bytes.put(UInt32(truncatingIfNeeded: blockByteCount))
    bytes.put(UInt64(0))
    bytes.put(UInt32(truncatingIfNeeded: linkCount))
    bytes.put(owner)
    bytes.put(group)
    bytes.put(UInt16(truncatingIfNeeded: mode))
    bytes.put(UInt16(0))
    bytes.put(inode)
    bytes.put(byteCount)
    bytes.put(blockCount)
    bytes.put(UInt64(0))
    for time in [accessTime, 0, changeTime, modificationTime] {
      bytes.put(time.seconds)
      bytes.put(time.nanosecondsWithinSecond)
      bytes.put(UInt32(0))
    }
    for number in [specialDevice, device] {
      bytes.put(UInt32(truncatingIfNeeded: number >> 8 & 0xfff | number >> 32 & 0xffff_f000))
      bytes.put(UInt32(truncatingIfNeeded: number & 0xff | number >> 12 & 0xffff_ff00))
    }
    bytes.pad(to: 256)
    return bytes
  }
}

extension Int64 {
  /// Whole seconds of nanoseconds, rounded down.
  var seconds: Int64 { (self - Int64(nanosecondsWithinSecond)) / 1_000_000_000 }
  /// The rest, 0 to 999,999,999.
  var nanosecondsWithinSecond: UInt32 {
    let rest = self % 1_000_000_000
    return UInt32(rest < 0 ? rest + 1_000_000_000 : rest)
  }
}
