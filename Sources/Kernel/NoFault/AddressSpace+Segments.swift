// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

// The only way the kernel touches guest memory: through the page table to physical memory, never
// through the guest's address. A bad address is a short count, never a fault.

extension AddressSpace {
  /// The physical memory behind the guest's bytes from `address` on, missing pages paged in; stops
  /// at the first byte that the guest itself could not access so. Adjacent frames are one segment.
  public mutating func segments(
    of address: VirtualAddress, byteCount: UInt64, for access: GuestAccess,
    fill: PageFill = AddressSpace.noFiles
  ) -> [PhysicalSegment] {
    var result: [PhysicalSegment] = []
    var done: UInt64 = 0
    while done < byteCount,
      let segment = firstSegment(
        of: address + done, byteCount: min(byteCount - done, upTo(address + done)), for: access,
        fill: fill)
    {
      result.append(segment)
      done += segment.byteCount
    }
    return result
  }

  /// The first of `segments`, without an array; nil where not even one byte can be accessed.
  public mutating func firstSegment(
    of address: VirtualAddress, byteCount: UInt64, for access: GuestAccess,
    fill: PageFill = AddressSpace.noFiles
  ) -> PhysicalSegment? {
    let wanted = min(byteCount, upTo(address))
    guard wanted > 0, let first = piece(address, for: access, pages: true, fill: fill) else {
      return nil
    }
    var byteCount = min(first.byteCount, wanted)
    while byteCount < wanted,
      let next = piece(address + byteCount, for: access, pages: true, fill: fill),
      next.start == first.start + byteCount
    {
      byteCount += min(next.byteCount, wanted - byteCount)
    }
    return PhysicalSegment(start: first.start, byteCount: byteCount)
  }

  /// How many bytes there are from `address` to the top of the address space.
  func upTo(_ address: VirtualAddress) -> UInt64 {
    address.rawValue == 0 ? .max : 0 &- address.rawValue
  }

  /// What lies from `address` to the end of its page; nil where it cannot be accessed so.
  /// `pages`: a missing page is paged in.
  mutating func piece(
    _ address: VirtualAddress, for access: GuestAccess, pages: Bool, fill: PageFill
  ) -> PhysicalSegment? {
    guard address.isCanonical else { return nil }
    var found = pageTable.translate(address, for: access.protection)
    if found == nil {
      guard pages, makeAccessible(address, for: access.protection, fill: fill) == .resolved else {
        return nil
      }
      found = pageTable.translate(address, for: access.protection)
    } else if access == .read, !personality.rules.contains(.impliedRead) {
      // The CPU reads whatever is present; Unikraft asks the VMA.
      guard let vma = find(address), vma.protection.contains(.read) else { return nil }
    }
    return found.map { PhysicalSegment(start: $0.physical, byteCount: $0.end - address) }
  }
}
