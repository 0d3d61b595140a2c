// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Copies guest memory into `bytes` and returns how many bytes could be read; what could not
  /// keeps its place in `bytes`. `willRead` is called for each segment before it is read.
  /// Unikraft: uk_nofault_memcpy().
  public mutating func copyIn(
    from address: VirtualAddress, into bytes: UnsafeMutableRawBufferPointer,
    options: NoFaultOptions = [],
    willRead: (PhysicalSegment, VirtualAddress) -> Void = { _, _ in },
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    let memory = memory
    return forEachSegment(
      of: address, UInt64(bytes.count), for: .read, options, fill
    ) { segment, offset in
      willRead(segment, address + offset)
      unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[Int(offset)...])
        .copyMemory(from: UnsafeRawBufferPointer(memory.bytes(of: segment)))
    }
  }

  /// Copies `bytes` into guest memory and returns how many bytes could be written.
  /// Unikraft: uk_nofault_memcpy().
  public mutating func copyOut(
    _ bytes: UnsafeRawBufferPointer, to address: VirtualAddress, options: NoFaultOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    let memory = memory
    return forEachSegment(
      of: address, UInt64(bytes.count), for: .write, options, fill
    ) { segment, offset in
      let source = Int(offset)..<Int(offset + segment.byteCount)
      unsafe memory.bytes(of: segment)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[source]))
    }
  }

  /// Copies from one place of the guest to another and returns how many bytes could be read and
  /// written. Unikraft: uk_nofault_memcpy().
  public mutating func copy(
    from source: VirtualAddress, to target: VirtualAddress, byteCount: UInt64,
    options: NoFaultOptions = [], fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    let wanted = min(byteCount, upTo(source), upTo(target))
    var offset: UInt64 = 0
    var count: UInt64 = 0
    while offset < wanted {
      var step = min(PageSize.base.byteCount, wanted - offset)
      if let from = firstSegment(
        of: source + offset, byteCount: wanted - offset, for: .read, options: options, fill: fill),
        let to = firstSegment(
          of: target + offset, byteCount: from.byteCount, for: .write, options: options, fill: fill)
      {
        step = to.byteCount
        count += step
        unsafe memory.bytes(of: to).copyMemory(
          from: UnsafeRawBufferPointer(
            memory.bytes(of: PhysicalSegment(start: from.start, byteCount: step))))
      } else if !options.contains(.continue) {
        break
      }
      offset += step
    }
    return count
  }

  /// Appends the string at `address` and its NUL to `bytes`. EFAULT where the string runs into
  /// memory that cannot be read, ENAMETOOLONG where `limit` bytes hold no NUL; then nothing is
  /// appended. Looks at one page after the other and at none behind the NUL. Linux:
  /// strncpy_from_user().
  public mutating func copyInString(
    from address: VirtualAddress, limit: UInt64, to bytes: inout [UInt8],
    willRead: (PhysicalSegment, VirtualAddress) -> Void = { _, _ in },
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    let start = bytes.count
    var done: UInt64 = 0
    while done < limit {
      let place = address + done
      let toPageEnd = PageSize.base.byteCount - place.pageOffset
      guard
        let segment = firstSegment(
          of: place, byteCount: min(limit - done, toPageEnd), for: .read, fill: fill)
      else {
        bytes.removeSubrange(start...)
        throw .badAddress
      }
      willRead(segment, place)
      let piece = unsafe memory.bytes(of: segment)
      let end = unsafe UnsafeRawBufferPointer(piece).firstNUL()
      let hasEnd = end < piece.count
      unsafe bytes.append(contentsOf: piece[..<(hasEnd ? end + 1 : end)])
      if hasEnd { return }
      done += UInt64(end)
    }
    bytes.removeSubrange(start...)
    throw .nameTooLong
  }
}
