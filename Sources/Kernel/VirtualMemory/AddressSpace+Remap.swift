// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Shrinks, grows or moves what stands at `address`, with its pages, and returns where it stands.
  /// `newAddress` counts with `.fixed`, and as a hint with `.dontUnmap`.
  ///
  /// EINVAL for unknown flags, flags that contradict, unaligned or overlapping ranges, no new bytes,
  /// and no old bytes (duplicating shared memory is not supported); EFAULT where the old range is not
  /// one VMA, or cannot grow; ENOMEM without room, where it may not move, or without frames for the
  /// tables; EPERM for a stack with guard pages. Linux: mremap(2).
  public mutating func remap(
    _ address: VirtualAddress, byteCount: UInt64, newByteCount: UInt64, options: RemapOptions,
    newAddress: VirtualAddress = VirtualAddress(0)
  ) throws(Errno) -> VirtualAddress {
    let page = PageSize.base.byteCount
    guard options.rawValue <= 7, !options.contains(.fixed) || options.contains(.mayMove),
      !options.contains(.dontUnmap) || options.contains(.mayMove) && byteCount == newByteCount,
      address.isAligned(to: page), byteCount & (page - 1) == 0, newByteCount & (page - 1) == 0,
      newByteCount > 0, byteCount > 0,
      let old = AddressRange(start: address, byteCount: byteCount)
    else { throw .invalidArgument }
    if options.contains(.fixed) {
      guard newAddress.isAligned(to: page),
        let new = AddressRange(start: newAddress, byteCount: newByteCount),
        new.upperBound <= personality.highestAddress, !new.overlaps(old)
      else { throw .invalidArgument }
    }
    guard let vma = find(address) else { throw .badAddress }
    if !options.contains(.fixed), !options.contains(.dontUnmap) {
      if newByteCount <= byteCount {
        // The tail may reach over several VMAs and holes.
        if newByteCount < byteCount { try unmap(address + newByteCount..<old.upperBound) }
        return address
      }
    }
    // Of a move that shrinks, the tail may reach past the VMA.
    let kept = address..<address + min(byteCount, newByteCount)
    guard kept.upperBound <= vma.range.upperBound,
      byteCount > newByteCount || old.upperBound <= vma.range.upperBound
    else { throw .badAddress }
    if vma.flags.contains(.indivisible) { throw .notPermitted }
    if newByteCount > byteCount {
      switch vma.backing {
      case .direct, .special: throw .badAddress
      case .file(_, let offset):
        if offset.addingReportingOverflow(address - vma.range.lowerBound + newByteCount).overflow {
          throw .invalidArgument
        }
      case .anonymous, .sharedAnonymous, .stack, .reserved: break
      }
      if !options.contains(.fixed), growInPlace(vma, old, to: newByteCount) { return address }
    }
    guard options.contains(.mayMove) else { throw .outOfMemory }
    return try move(old, of: vma, newByteCount, options, newAddress)
  }

  private mutating func growInPlace(
    _ vma: VMA, _ old: AddressRange, to newByteCount: UInt64
  ) -> Bool {
    guard old.upperBound == vma.range.upperBound,
      let new = AddressRange(start: old.lowerBound, byteCount: newByteCount),
      new.upperBound <= personality.highestAddress,
      new.upperBound.isAligned(to: vma.alignment),
      vmas.isFree(old.upperBound..<new.upperBound)
    else { return false }
    touch(old.upperBound..<new.upperBound)
    let position = vmas.first(endingAbove: old.lowerBound)!
    var grown = vma
    grown.range = vma.range.lowerBound..<new.upperBound
    vmas.replace(position, with: grown)
    mergeVMAs(around: new)
    checkInvariants()
    return true
  }

  private mutating func move(
    _ old: AddressRange, of vma: VMA, _ newByteCount: UInt64, _ options: RemapOptions,
    _ newAddress: VirtualAddress
  ) throws(Errno) -> VirtualAddress {
    guard vmas.count < personality.vmaLimit - 3 else { throw .outOfMemory }
    try checkBoundary(old.lowerBound)
    try checkBoundary(old.upperBound)
    let request: PlacementRequest =
      options.contains(.fixed)
      ? .fixed(newAddress, replacing: true)
      : .anywhere(hint: options.contains(.dontUnmap) ? newAddress : nil)
    let new = try place(newByteCount, at: request, alignment: vma.alignment, options: [])
    try checkBoundary(new.lowerBound)
    try checkBoundary(new.upperBound)
    let kept = old.lowerBound..<old.lowerBound + min(old.byteCount, newByteCount)
    try prepareMove(old, kept, to: new)
    touch(old)
    touch(new)
    removeVMAs(in: new)
    let leaves = pageTable.detachAll(kept, frames: &frames, log: &translations)
    if !options.contains(.dontUnmap) { removeVMAs(in: old) }
    pageTable.attach(
      leaves, distance: new.lowerBound - old.lowerBound, frames: &frames, log: &translations
    ) { _ in vma.protection }
    pageTable.emptyStock(&frames)
    var moved = vma.part(kept)
    moved.range = new
    vmas.insert(moved)
    mergeVMAs(around: new)
    checkInvariants()
    return new.lowerBound
  }

  /// Everything of a move that can fail.
  private mutating func prepareMove(
    _ old: AddressRange, _ kept: AddressRange, to new: AddressRange
  ) throws(Errno) {
    try cutPages(at: new)
    try cutPages(at: old)
    try cutPages(at: kept)
    let distance = new.lowerBound - old.lowerBound
    if distance & (PageSize.huge.byteCount - 1) != 0 {
      try pageTable.splitAll(in: kept, frames: &frames)
    }
    try pageTable.fillStock(pageTable.moveBound(kept, to: new), &frames)
  }
}
