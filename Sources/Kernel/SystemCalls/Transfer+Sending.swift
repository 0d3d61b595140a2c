// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// Writes the guest's buffers to a file, at `position` or at the file's own offset, which then
  /// moves; with O_APPEND at the end. What stops after the first byte is a short count.
  mutating func send(
    _ buffers: [GuestBuffer], to file: OpenFile, at position: UInt64? = nil,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard file.flags.allowsWriting else { throw .badFileDescriptor }
    var start = position ?? file.offset
    if file.flags.contains(.append), let inode = file.inode { start = inode.byteCount }
    var total: UInt64 = 0
    do throws(Errno) {
      transfer: for buffer in buffers {
        var done: UInt64 = 0
        while done < buffer.byteCount, total < Self.transferLimit {
          let wanted = min(
            min(buffer.byteCount - done, Self.transferLimit - total), Self.stepByteCount)
          let count = try sendStep(
            at: buffer.address + done, byteCount: wanted, to: file, at: start &+ total,
            on: &machine)
          done += count
          total += count
          if count < wanted { break transfer }
        }
      }
    } catch {
      if error == .brokenPipe { try raise(.pipe) }
      if total == 0 || error == .outsideDecides { throw error }
    }
    if position == nil, file.isSeekable { file.offset = start &+ total }
    return Int64(total)
  }

  private mutating func sendStep(
    at address: VirtualAddress, byteCount: UInt64, to file: OpenFile, at offset: UInt64,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> UInt64 {
    if case .device(let device) = file.body {
      if device == .full { throw .noSpace }
      return byteCount
    }
    var limit = byteCount
    var undecided: Errno?
    if case .pipe(let pipe) = file.body, pipe.isShared {
      undecided = .outsideDecides
    } else if case .pipe(let pipe) = file.body {
      guard pipe.hasReader else { throw .brokenPipe }
      guard pipe.room > 0 else { throw .wouldBlock }
      limit = min(limit, UInt64(pipe.room))
    }
    let segments = try readableSegments(address, byteCount: limit, on: &machine)
    var count = segments.byteCount
    switch file.body {
    case .inode(let inode):
      count = try files.write(inode, at: offset, from: segments, on: &machine)
    case .stream(let stream):
      do throws(Errno) {
        count = try machine.send(stream: stream, from: segments)
      } catch {
        guard error == .outsideDecides else { throw error }
        undecided = error
      }
    case .pipe(let pipe) where !pipe.isShared:
      for segment in segments { unsafe pipe.put([UInt8](memory.bytes(of: segment))) }
    case .unknown: undecided = .outsideDecides
    case .device, .pipe: break
    }
    count = min(count, segments.byteCount)
    if count > 0 { noteDataRead(count, at: address, in: segments) }
    if let undecided { throw undecided }
    return count
  }
}
