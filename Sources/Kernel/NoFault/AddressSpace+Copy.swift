// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Copies guest memory into `bytes` and returns how many bytes could be read.
  /// `willRead` is called for each segment before it is read. Unikraft: uk_nofault_memcpy().
  public mutating func copyIn(
    from address: VirtualAddress, into bytes: UnsafeMutableRawBufferPointer,
    willRead: (PhysicalSegment, VirtualAddress) -> Void = { _, _ in },
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    let wanted = UInt64(bytes.count)
    var done: UInt64 = 0
    while done < wanted,
      let segment = firstSegment(
        of: address + done, byteCount: min(wanted - done, upTo(address)), for: .read, fill: fill)
    {
      willRead(segment, address + done)
      unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[Int(done)...])
        .copyMemory(from: UnsafeRawBufferPointer(memory.bytes(of: segment)))
      done += segment.byteCount
    }
    return done
  }

  /// Copies `bytes` into guest memory and returns how many bytes could be written.
  /// Unikraft: uk_nofault_memcpy().
  public mutating func copyOut(
    _ bytes: UnsafeRawBufferPointer, to address: VirtualAddress,
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    let wanted = UInt64(bytes.count)
    var done: UInt64 = 0
    while done < wanted,
      let segment = firstSegment(
        of: address + done, byteCount: min(wanted - done, upTo(address)), for: .write, fill: fill)
    {
      let end = Int(done + segment.byteCount)
      unsafe memory.bytes(of: segment)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[Int(done)..<end]))
      done += segment.byteCount
    }
    return done
  }

  /// The bytes before the NUL of the string at `address`. EFAULT where the string runs into memory
  /// that cannot be read, ENAMETOOLONG where `limit` bytes hold no NUL. Looks at one page after the
  /// other and at none behind the NUL. Linux: strncpy_from_user().
  public mutating func copyInString(
    from address: VirtualAddress, limit: UInt64,
    willRead: (PhysicalSegment, VirtualAddress) -> Void = { _, _ in },
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) -> [UInt8] {
    var result: [UInt8] = []
    while UInt64(result.count) < limit {
      let place = address + UInt64(result.count)
      let toPageEnd = PageSize.base.byteCount - place.pageOffset
      guard
        let segment = firstSegment(
          of: place, byteCount: min(limit - UInt64(result.count), toPageEnd), for: .read,
          fill: fill)
      else { throw .badAddress }
      willRead(segment, place)
      let bytes = unsafe memory.bytes(of: segment)
      for index in 0..<bytes.count {
        let byte = unsafe bytes[index]
        if byte == 0 { return result }
        result.append(byte)
      }
    }
    throw .nameTooLong
  }
}
