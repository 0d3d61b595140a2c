// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

// The only way in which handlers touch guest memory: by NoFault, with a note in the journal.

extension Unikernel {
  /// The bytes at an address, for the kernel's own eyes. Throws EFAULT unless all can be read.
  mutating func examine(
    _ address: VirtualAddress, byteCount: Int, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    let files = files
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      let room = UnsafeMutableRawBufferPointer(buffer)
      let target = unsafe UnsafeMutableRawBufferPointer(rebasing: room[..<byteCount])
      count = Int(
        unsafe addressSpace.copyIn(from: address, into: target) { segment, place in
          machine.willRead(segment, at: place)
        } fill: { (file, offset, segment) throws(Errno) in
          try files.fill(file, at: offset, into: segment, on: &machine)
        })
    }
    guard bytes.count == byteCount else { throw files.takeFillError(or: .badAddress) }
    journal.note(.read, UInt64(byteCount), at: address, keeping: bytes)
    return bytes
  }

  /// The string at an address, which stays in the journal. Throws EFAULT, or ENAMETOOLONG where
  /// `limit` bytes hold no NUL.
  mutating func examineText(
    _ address: VirtualAddress, limit: Int = FilePath.byteLimit + 1,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> GuestText {
    let files = files
    let start = journal.bytes.count
    do throws(Errno) {
      try addressSpace.copyInString(
        from: address, limit: UInt64(limit), to: &journal.bytes
      ) { segment, place in
        machine.willRead(segment, at: place)
      } fill: { (file, offset, segment) throws(Errno) in
        try files.fill(file, at: offset, into: segment, on: &machine)
      }
    } catch .badAddress {
      throw files.takeFillError(or: .badAddress)
    } catch {
      throw error
    }
    return journal.noteText(from: start, at: address)
  }

  /// The same as an array, for strings that are kept.
  mutating func examineString(
    _ address: VirtualAddress, limit: Int = FilePath.byteLimit + 1,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    let text = try examineText(address, limit: limit, on: &machine)
    return [UInt8](journal.bytes[text.range])
  }

  /// Writes a structure that the kernel made. Throws EFAULT unless all of it can be written.
  mutating func store(
    _ bytes: [UInt8], at address: VirtualAddress, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    if bytes.isEmpty { return }
    if let target = writablePiece(address, byteCount: bytes.count, on: &machine) {
      unsafe bytes.withUnsafeBytes { unsafe memory.bytes(of: target).copyMemory(from: $0) }
    } else {
      let segments = try writableSegments(address, byteCount: UInt64(bytes.count), on: &machine)
      guard segments.byteCount == UInt64(bytes.count) else {
        throw files.takeFillError(or: .badAddress)
      }
      _ = bytes.copy(from: 0, into: segments, of: memory)
    }
    unsafe bytes.withUnsafeBytes { unsafe noteStored($0, at: address) }
  }

  /// Writes a struct stat, straight to where it belongs.
  mutating func store(
    _ metadata: FileMetadata, at address: VirtualAddress,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard let target = writablePiece(address, byteCount: StructStat.byteCount, on: &machine) else {
      return try store(metadata.structStat, at: address, on: &machine)
    }
    let bytes = unsafe memory.bytes(of: target)
    unsafe StructStat.write(metadata, to: bytes)
    unsafe noteStored(UnsafeRawBufferPointer(bytes), at: address)
  }

  /// Notes that a structure was written, with as many bytes as a trace may keep.
  private mutating func noteStored(_ bytes: UnsafeRawBufferPointer, at address: VirtualAddress) {
    let kept = min(bytes.count, max(0, configuration.payloadLimit))
    unsafe journal.note(
      .write, UInt64(bytes.count), at: address,
      keeping: UnsafeRawBufferPointer(rebasing: bytes[..<kept]))
  }

  /// The memory behind a structure, to write to, where all of it can be written and lies in one
  /// piece; nil otherwise.
  private mutating func writablePiece(
    _ address: VirtualAddress, byteCount: Int, on machine: inout some Machine & ~Copyable
  ) -> PhysicalSegment? {
    let files = files
    let segment = addressSpace.firstSegment(
      of: address, byteCount: UInt64(byteCount), for: .write
    ) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    guard let segment, segment.byteCount == UInt64(byteCount) else { return nil }
    return segment
  }

  /// The memory behind a buffer that the outside is going to fill, as far as it can be written.
  /// Throws EFAULT where not even its first byte can.
  mutating func writableSegments(
    _ address: VirtualAddress, byteCount: UInt64, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [PhysicalSegment] {
    try segments(address, byteCount: byteCount, for: .write, on: &machine)
  }

  /// The memory behind a buffer of data that goes out, as far as it can be read. The journal notes
  /// it only with `noteDataRead`, when it is known how much was taken. Throws EFAULT where not even
  /// its first byte can be read.
  mutating func readableSegments(
    _ address: VirtualAddress, byteCount: UInt64, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [PhysicalSegment] {
    let segments = try segments(address, byteCount: byteCount, for: .read, on: &machine)
    var place = address
    for segment in segments {
      machine.willRead(segment, at: place)
      place = place + segment.byteCount
    }
    return segments
  }

  private mutating func segments(
    _ address: VirtualAddress, byteCount: UInt64, for access: GuestAccess,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [PhysicalSegment] {
    let files = files
    let segments = addressSpace.segments(
      of: address, byteCount: byteCount, for: access
    ) { (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    if segments.isEmpty, byteCount > 0 { throw files.takeFillError(or: .badAddress) }
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
