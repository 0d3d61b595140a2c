// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// read(2).
  mutating func read(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    return try receive(
      [GuestBuffer(address: r.address(1), byteCount: r[2])], from: file, on: &machine)
  }

  /// write(2).
  mutating func write(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    return try send(
      [GuestBuffer(address: r.address(1), byteCount: r[2])], to: file, on: &machine)
  }

  /// pread64(2).
  mutating func pread64(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r.long(3) >= 0 else { throw .invalidArgument }  // negative offset
    let file = try process.descriptors.file(r.int(0))
    guard file.isSeekable else { throw .illegalSeek }
    return try receive(
      [GuestBuffer(address: r.address(1), byteCount: r[2])], from: file, at: r[3], on: &machine)
  }

  /// pwrite64(2).
  mutating func pwrite64(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r.long(3) >= 0 else { throw .invalidArgument }  // negative offset
    let file = try process.descriptors.file(r.int(0))
    guard file.isSeekable else { throw .illegalSeek }
    return try send(
      [GuestBuffer(address: r.address(1), byteCount: r[2])], to: file, at: r[3], on: &machine)
  }

  /// readv(2).
  mutating func readv(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    guard file.flags.allowsReading else { throw .badFileDescriptor }
    let buffers = try buffers(at: r.address(1), count: r[2], on: &machine)
    return try receive(buffers, from: file, on: &machine)
  }

  /// writev(2).
  mutating func writev(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    guard file.flags.allowsWriting else { throw .badFileDescriptor }
    let buffers = try buffers(at: r.address(1), count: r[2], on: &machine)
    return try send(buffers, to: file, on: &machine)
  }

  /// Reads `struct iovec[]`. Throws EINVAL above IOV_MAX or for a length beyond SSIZE_MAX.
  private mutating func buffers(
    at address: VirtualAddress, count: UInt64, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [GuestBuffer] {
    guard count <= 1024 else { throw .invalidArgument }
    if count == 0 { return [] }
    let bytes = try examine(address, byteCount: Int(count) * 16, on: &machine)
    var buffers: [GuestBuffer] = []
    for index in 0..<Int(count) {
      let byteCount = bytes.u64(at: index * 16 + 8)
      guard byteCount <= UInt64(Int64.max) else { throw .invalidArgument }
      buffers.append(
        GuestBuffer(address: VirtualAddress(bytes.u64(at: index * 16)), byteCount: byteCount))
    }
    return buffers
  }
}
