// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// statfs(2).
  mutating func statfs(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(0), on: &machine)
    _ = try files.metadata(of: path, followingLink: true, on: &machine)
    try store(files.statfsBytes, at: r.address(1), on: &machine)
    return 0
  }

  /// fstatfs(2).
  mutating func fstatfs(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    if case .unknown = file.body { throw .outsideDecides }
    try store(files.statfsBytes, at: r.address(1), on: &machine)
    return 0
  }

  /// getxattr(2), lgetxattr(2): files have no extended attributes.
  mutating func getxattr(
    _ r: Registers, followingLink: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let path = try path(at: r.address(0), on: &machine)
    _ = try examineString(r.address(1), limit: 256, on: &machine)
    _ = try files.metadata(of: path, followingLink: followingLink, on: &machine)
    throw .notSupported
  }

  /// fgetxattr(2).
  mutating func fgetxattr(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    _ = try process.descriptors.file(r.int(0))
    _ = try examineString(r.address(1), limit: 256, on: &machine)
    throw .notSupported
  }
}

extension FileSystem {
  /// `struct statfs`, 120 bytes: one file system, of overlayfs' type, as large as memory.
  fileprivate var statfsBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.put(UInt64(0x794c_7630))
    bytes.put(UInt64(4096))
    bytes.put(capacity / 4096)
    let free = (capacity - min(capacity, usedByteCount)) / 4096
    bytes.put(free)
    bytes.put(free)
    bytes.put(UInt64(1 << 20))
    bytes.put(UInt64(1 << 20))
    bytes.put(UInt64(0))
    bytes.put(UInt64(FilePath.nameByteLimit))
    bytes.put(UInt64(4096))
    bytes.pad(to: 120)
    return bytes
  }
}
