// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// getcwd(2). The result counts the NUL.
  mutating func getcwd(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let bytes = process.workingDirectory.bytes + [0]
    guard UInt64(bytes.count) <= r[1] else { throw .outOfRange }
    try store(bytes, at: r.address(0), on: &machine)
    return Int64(bytes.count)
  }

  /// chdir(2).
  mutating func chdir(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(0), on: &machine)
    openedPath = path
    try files.checkDirectory(path, on: &machine)
    process.workingDirectory = path
    return 0
  }

  /// fchdir(2).
  mutating func fchdir(_ r: Registers) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    if case .unknown = file.body {
      openedPath = file.path
      throw .outsideDecides
    }
    guard file.inode?.isDirectory == true else { throw .notDirectory }
    process.workingDirectory = file.path
    return 0
  }

  /// getdents(2), getdents64(2). The offset of a directory counts entries.
  mutating func getdents(
    _ r: Registers, isOld: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    guard !file.flags.contains(.path) else { throw .badFileDescriptor }
    let entries: DirectoryEntries
    if let listing = file.listing {
      entries = listing
    } else {
      entries = try files.entries(of: file, on: &machine)
      file.listing = entries
    }
    let room = Int(r.word(2))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(room, 32768))
    var index = Int(min(file.offset, UInt64(entries.count)))
    while index < entries.count, bytes.count < 1 << 20 {
      let record = entries[index]
      if bytes.count + (isOld ? record.oldByteCount : record.byteCount) > room { break }
      if isOld { record.appendOld(to: &bytes) } else { record.append(to: &bytes) }
      index += 1
    }
    if bytes.isEmpty, index < entries.count { throw .invalidArgument }  // the buffer is too small
    try store(bytes, at: r.address(1), on: &machine)
    file.offset = UInt64(index)
    return Int64(bytes.count)
  }
}
