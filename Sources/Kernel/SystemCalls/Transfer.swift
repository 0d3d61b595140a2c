// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A buffer of the guest. Linux: `struct iovec`.
struct GuestBuffer {
  var address: VirtualAddress
  var byteCount: UInt64
}

extension Unikernel {
  /// Bytes moved in one step: how much guest memory a transfer touches before it looks again.
  static var stepByteCount: UInt64 { 1 << 20 }
  /// The most that one call moves, in bytes. Linux: MAX_RW_COUNT.
  static var transferLimit: UInt64 { 0x7fff_f000 }

  /// Reads from a file into the guest's buffers, from `position` on or from the file's own offset,
  /// which then moves. What stops after the first byte is a short count, not an error.
  mutating func receive(
    _ buffers: [GuestBuffer], from file: OpenFile, at position: UInt64? = nil,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard file.flags.allowsReading else { throw .badFileDescriptor }
    if file.inode?.isDirectory == true { throw .isDirectory }
    let start = position ?? file.offset
    var total: UInt64 = 0
    do throws(Errno) {
      transfer: for buffer in buffers {
        var done: UInt64 = 0
        while done < buffer.byteCount, total < Self.transferLimit {
          let wanted = min(
            min(buffer.byteCount - done, Self.transferLimit - total), Self.stepByteCount)
          let limit = try readable(file, at: start &+ total, limit: wanted)
          if limit == 0 { break transfer }
          let count = try receiveStep(
            at: buffer.address + done, byteCount: limit, from: file, at: start &+ total,
            on: &machine)
          done += count
          total += count
          if count < limit || !file.isSeekable { break transfer }
        }
      }
    } catch {
      if total == 0 || error == .outsideDecides { throw error }
    }
    if position == nil, file.isSeekable { file.offset = start &+ total }
    return Int64(total)
  }

  /// How many bytes a read at `offset` can give, at most `limit`: memory behind them is not
  /// touched.
  private func readable(_ file: OpenFile, at offset: UInt64, limit: UInt64) throws(Errno) -> UInt64
  {
    switch file.body {
    case .inode(let inode):
      let end = inode.byteCount
      // Files of /proc say that they are empty.
      if inode.source != nil, end == 0 { return limit }
      return offset < end ? min(limit, end - offset) : 0
    case .device(.null): return 0
    case .pipe(let pipe):
      if pipe.isShared { throw .outsideDecides }
      if pipe.byteCount == 0, pipe.hasWriter { throw .wouldBlock }
      return min(limit, UInt64(pipe.byteCount))
    case .stream: return min(limit, 65536)
    case .device: return min(limit, 65536)
    case .unknown: throw .outsideDecides
    }
  }

  private mutating func receiveStep(
    at address: VirtualAddress, byteCount: UInt64, from file: OpenFile, at offset: UInt64,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> UInt64 {
    let segments = try writableSegments(address, byteCount: byteCount, on: &machine)
    let count: UInt64
    switch file.body {
    case .inode(let inode):
      count = try files.read(inode, at: offset, into: segments, on: &machine)
    case .stream(let stream):
      guard stream == 0 else { throw .badFileDescriptor }
      count = try machine.receive(stream: stream, into: segments)
    case .pipe(let pipe):
      let bytes = pipe.take(Int(segments.byteCount))
      count = Array(bytes).copy(from: 0, into: segments, of: memory)
    case .device(.random), .device(.unboundedRandom):
      let bytes = try machine.entropy(byteCount: Int(segments.byteCount))
      count = bytes.copy(from: 0, into: segments, of: memory)
    case .device(.null), .device(.zero), .device(.full):
      for segment in segments { memory.clear(segment) }
      count = segments.byteCount
    case .unknown: throw .outsideDecides
    }
    let taken = min(count, segments.byteCount)
    if taken > 0 { journal.noteData(taken, at: address) }
    return taken
  }
}
