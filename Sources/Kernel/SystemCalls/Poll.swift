// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// ppoll(2). Timeout and signal mask are looked at, and nothing comes of them.
  mutating func ppoll(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    if r.isSet(2) { try checkTime(at: r.address(2), on: &machine) }
    if r.isSet(3) {
      guard r[4] == 8 else { throw .invalidArgument }
      _ = try examine(r.address(3), byteCount: 8, on: &machine)
    }
    return try poll(r, on: &machine)
  }

  /// poll(2). Never waits: what is not ready now will not become so, because nobody else runs.
  mutating func poll(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let count = r[1]
    guard count <= UInt64(process.descriptorLimit) else { throw .invalidArgument }
    if count == 0 { return 0 }
    var bytes = try examine(r.address(0), byteCount: Int(count) * 8, on: &machine)
    var readyCount: Int64 = 0
    for index in 0..<Int(count) {
      let descriptor = Int32(bitPattern: bytes.u32(at: index * 8))
      let events = bytes.u16(at: index * 8 + 4)
      var ready: UInt16 = 0
      if descriptor >= 0 {
        do throws(Errno) {
          ready = try readiness(of: process.descriptors.file(descriptor)) & (events | 0x38)
        } catch {
          if error == .outsideDecides { throw error }
          ready = 0x20  // POLLNVAL
        }
      }
      bytes[index * 8 + 6] = UInt8(ready & 0xff)
      bytes[index * 8 + 7] = UInt8(ready >> 8)
      if ready != 0 { readyCount += 1 }
    }
    try store(bytes, at: r.address(0), on: &machine)
    return readyCount
  }

  /// POLLIN 1, POLLOUT 4, POLLERR 8, POLLHUP 0x10, POLLRDNORM 0x40, POLLWRNORM 0x100.
  private func readiness(of file: OpenFile) throws(Errno) -> UInt16 {
    switch file.body {
    case .inode, .device: return 0x145
    case .unknown: throw .outsideDecides
    case .stream(let stream): return stream == 0 ? 0x41 : 0x104
    case .pipe(let pipe):
      if pipe.isShared { throw .outsideDecides }
      if file.flags.allowsWriting { return pipe.hasReader ? (pipe.room > 0 ? 0x104 : 0) : 0x10c }
      return (pipe.byteCount > 0 ? 0x41 : 0) | (pipe.hasWriter ? 0 : 0x10)
    }
  }

  /// ioctl(2). No file is a terminal; the random devices have errors of their own.
  mutating func ioctl(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    if file.flags.contains(.path) { throw .badFileDescriptor }
    switch r.word(1) {
    case 0x5451, 0x5450:  // FIOCLEX, FIONCLEX
      try process.descriptors.setClosesOnExec(r.word(1) == 0x5451, of: r.int(0))
      return 0
    case 0x5421:  // FIONBIO
      let value = try examine(r.address(2), byteCount: 4, on: &machine).u32(at: 0)
      file.flags =
        value == 0 ? file.flags.subtracting(.nonBlocking) : file.flags.union(.nonBlocking)
      return 0
    case 0x5452:  // FIOASYNC
      let value = try examine(r.address(2), byteCount: 4, on: &machine).u32(at: 0)
      if case .unknown = file.body { throw .outsideDecides }
      if file.flags.contains(.async) == (value != 0) { return 0 }
      guard file.sendsSignals else { throw .notTerminal }
      file.flags.formSymmetricDifference(.async)
      return 0
    case 0x541b:  // FIONREAD
      let count: UInt64
      switch file.body {
      case .inode(let inode) where !inode.isDirectory:
        count = inode.byteCount - min(inode.byteCount, file.offset)
      case .pipe(let pipe):
        if pipe.isShared { throw .outsideDecides }
        count = UInt64(pipe.byteCount)
      case .unknown: throw .outsideDecides
      default: throw file.unknownRequestError
      }
      var bytes: [UInt8] = []
      bytes.put(UInt32(clamping: count))
      try store(bytes, at: r.address(2), on: &machine)
      return 0
    default:
      if case .unknown = file.body { throw .outsideDecides }
      throw file.unknownRequestError
    }
  }

  /// connect(2), getpeername(2), getsockname(2): no descriptor is a socket.
  mutating func socketOperation(_ r: Registers) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    if case .unknown = file.body { throw .outsideDecides }
    throw .notSocket
  }
}

extension OpenFile {
  /// What ioctl(2) says to a request that the file does not know. Linux: `random_ioctl()`.
  fileprivate var unknownRequestError: Errno {
    switch body {
    case .device(.random), .device(.unboundedRandom): .invalidArgument
    default: .notTerminal
    }
  }
}
