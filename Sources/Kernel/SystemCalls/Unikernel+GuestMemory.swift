// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

// The only way in which handlers touch guest memory: by NoFault, with a note in the journal.

extension Unikernel {
  /// The bytes at an address, for the kernel's own eyes. Throws EFAULT unless all can be read.
  mutating func examine(
    _ address: VirtualAddress, byteCount: Int, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    while bytes.count < byteCount {
      let place = address + UInt64(bytes.count)
      let segment = try readableSegment(
        at: place, byteCount: UInt64(byteCount - bytes.count), on: &machine)
      unsafe bytes.append(contentsOf: memory.bytes(of: segment))
    }
    journal.note(.read, UInt64(byteCount), at: address, keeping: bytes)
    return bytes
  }

  /// The string at an address, without its NUL. Throws EFAULT, or ENAMETOOLONG where `limit` bytes
  /// hold no NUL.
  mutating func examineString(
    _ address: VirtualAddress, limit: Int = FilePath.byteLimit + 1,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let place = address + UInt64(bytes.count)
      let room = min(4096 - place.pageOffset, UInt64(limit - bytes.count))
      let segment = try readableSegment(at: place, byteCount: room, on: &machine)
      for byte in unsafe [UInt8](memory.bytes(of: segment)) {
        bytes.append(byte)
        if byte == 0 {
          journal.note(.read, UInt64(bytes.count), at: address, keeping: bytes)
          bytes.removeLast()
          return bytes
        }
      }
    }
    throw .nameTooLong
  }

  /// The first run of readable memory from `address` on. Throws EFAULT.
  private mutating func readableSegment(
    at address: VirtualAddress, byteCount: UInt64, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> PhysicalSegment {
    let files = files
    let segment = addressSpace.firstSegment(
      of: address, byteCount: byteCount, for: .read
    ) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    guard let segment else { throw files.takeFillError(or: .badAddress) }
    machine.willRead(segment, at: address)
    return segment
  }

  /// Writes a structure that the kernel made. Throws EFAULT unless all of it can be written.
  mutating func store(
    _ bytes: [UInt8], at address: VirtualAddress, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    if bytes.isEmpty { return }
    let segments = try writableSegments(address, byteCount: UInt64(bytes.count), on: &machine)
    guard segments.byteCount == UInt64(bytes.count) else {
      throw files.takeFillError(or: .badAddress)
    }
    _ = bytes.copy(from: 0, into: segments, of: memory)
    let kept =
      bytes.count <= configuration.payloadLimit
      ? bytes : Array(bytes.prefix(max(0, configuration.payloadLimit)))
    journal.note(.write, UInt64(bytes.count), at: address, keeping: kept)
  }

  /// The memory behind a buffer that the outside is going to fill, as far as it can be written.
  /// Throws EFAULT where not even its first byte can.
  mutating func writableSegments(
    _ address: VirtualAddress, byteCount: UInt64, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [PhysicalSegment] {
    let files = files
    let segments = addressSpace.segments(
      of: address, byteCount: byteCount, for: .write
    ) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    if segments.isEmpty, byteCount > 0 { throw files.takeFillError(or: .badAddress) }
    return segments
  }

  /// The memory behind a buffer of data that goes out, as far as it can be read. The journal notes
  /// it only with `noteDataRead`, when it is known how much was taken.
  mutating func readableSegments(
    _ address: VirtualAddress, byteCount: UInt64, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [PhysicalSegment] {
    let files = files
    let segments = addressSpace.segments(
      of: address, byteCount: byteCount, for: .read
    ) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    if segments.isEmpty, byteCount > 0 { throw files.takeFillError(or: .badAddress) }
    var place = address
    for segment in segments {
      machine.willRead(segment, at: place)
      place = place + segment.byteCount
    }
    return segments
  }

  /// Notes that the first `byteCount` bytes of the segments went out.
  mutating func noteDataRead(
    _ byteCount: UInt64, at address: VirtualAddress, in segments: [PhysicalSegment]
  ) {
    var kept: [UInt8] = []
    var room = Int(min(byteCount, UInt64(max(0, configuration.payloadLimit))))
    for segment in segments where room > 0 {
      let piece = unsafe memory.bytes(of: segment).prefix(room)
      unsafe kept.append(contentsOf: piece)
      room -= unsafe piece.count
    }
    journal.note(.read, byteCount, at: address, keeping: kept)
  }
}

extension FileSystem {
  /// Why guest memory could not be accessed: what filling a page threw, else `error`. Only what the
  /// outside has not said counts as such; a file that cannot be read is a bad address.
  func takeFillError(or error: Errno) -> Errno {
    defer { fillError = nil }
    return fillError == .outsideDecides ? .outsideDecides : error
  }
}

extension [PhysicalSegment] {
  /// Bytes in all of them.
  var byteCount: UInt64 {
    var sum: UInt64 = 0
    for segment in self { sum += segment.byteCount }
    return sum
  }

  /// What is left behind the first `byteCount` bytes.
  func dropping(_ byteCount: UInt64) -> [PhysicalSegment] {
    var rest = byteCount
    var kept: [PhysicalSegment] = []
    for segment in self {
      if rest >= segment.byteCount {
        rest -= segment.byteCount
      } else {
        kept.append(
          PhysicalSegment(start: segment.start + rest, byteCount: segment.byteCount - rest))
        rest = 0
      }
    }
    return kept
  }
}
