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
    _ = forEachSegment(of: address, byteCount, for: access, [], fill) { segment, _ in
      result.append(segment)
    }
    return result
  }

  /// Calls `body` with each segment and its distance from `address`, in order, and returns how many
  /// bytes they have.
  @inline(__always)
  mutating func forEachSegment(
    of address: VirtualAddress, _ byteCount: UInt64, for access: GuestAccess,
    _ options: NoFaultOptions, _ fill: PageFill,
    _ body: (_ segment: PhysicalSegment, _ offset: UInt64) -> Void
  ) -> UInt64 {
    let wanted = min(byteCount, upTo(address))
    var offset: UInt64 = 0
    var count: UInt64 = 0
    var page: AccessOutcome.Translation?
    while offset < wanted {
      var step = min(PageSize.base.byteCount, wanted - offset)
      if let segment = segment(
        of: address + offset, wanted - offset, from: &page, for: access, options, fill)
      {
        body(segment, offset)
        step = segment.byteCount
        count += step
      } else if !options.contains(.continue) {
        break
      }
      offset += step
    }
    return count
  }

  /// The first of `segments`, without an array; nil where not even one byte can be accessed.
  public mutating func firstSegment(
    of address: VirtualAddress, byteCount: UInt64, for access: GuestAccess,
    options: NoFaultOptions = [], fill: PageFill = AddressSpace.noFiles
  ) -> PhysicalSegment? {
    let wanted = min(byteCount, upTo(address))
    var page: AccessOutcome.Translation?
    return wanted > 0
      ? segment(of: address, wanted, from: &page, for: access, options, fill) : nil
  }

  /// The same where `page` says what is at `address`, if that is known. Afterwards it says the same
  /// of the byte behind the segment.
  private mutating func segment(
    of address: VirtualAddress, _ wanted: UInt64, from page: inout AccessOutcome.Translation?,
    for access: GuestAccess, _ options: NoFaultOptions, _ fill: PageFill
  ) -> PhysicalSegment? {
    guard var last = page ?? piece(address, after: nil, for: access, options, fill) else {
      return nil
    }
    page = nil
    let start = last.physical
    var byteCount = min(last.byteCount, wanted)
    while byteCount < wanted,
      let next = piece(address + byteCount, after: last, for: access, options, fill)
    {
      last = next
      if next.physical != start + byteCount {
        page = next
        break
      }
      byteCount += min(next.byteCount, wanted - byteCount)
    }
    return PhysicalSegment(start: start, byteCount: byteCount)
  }

  /// How many bytes there are from `address` to the top of the address space.
  func upTo(_ address: VirtualAddress) -> UInt64 {
    address.rawValue == 0 ? .max : 0 &- address.rawValue
  }

  /// What lies from `address` to the end of its page; nil where it cannot be accessed so.
  /// `previous`: what the same access found in the page before.
  @inline(__always)
  private mutating func piece(
    _ address: VirtualAddress, after previous: AccessOutcome.Translation?,
    for access: GuestAccess, _ options: NoFaultOptions, _ fill: PageFill
  ) -> AccessOutcome.Translation? {
    if let previous, let found = pageTable.next(after: previous, isWrite: access != .read) {
      return found
    }
    if access == .readWrite, piece(address, .read, options, fill) == nil { return nil }
    return piece(address, access == .read ? .read : .write, options, fill)
  }

  private mutating func piece(
    _ address: VirtualAddress, _ kind: MemoryAccess.Kind, _ options: NoFaultOptions,
    _ fill: PageFill
  ) -> AccessOutcome.Translation? {
    if let found = reach(address, kind) { return found }
    guard !options.contains(.noPaging),
      makeAccessible(address, for: kind == .read ? .read : .write, fill: fill) == .resolved
    else { return nil }
    let found = reach(address, kind)
    #if CHECK_INVARIANTS
      precondition(found != nil, "a fault that was resolved and came again")
    #endif
    return found
  }

  /// The same without paging: the CPU's own walk, and what the CPU cannot forbid but the
  /// personality does.
  @inline(__always)
  private func reach(
    _ address: VirtualAddress, _ kind: MemoryAccess.Kind
  ) -> AccessOutcome.Translation? {
    guard case .translated(let found) = pageTable.access(address, MemoryAccess(kind)) else {
      return nil
    }
    if kind == .read, !found.leaf.isReadable, !personality.rules.contains(.impliedRead) {
      return nil
    }
    return found
  }
}
