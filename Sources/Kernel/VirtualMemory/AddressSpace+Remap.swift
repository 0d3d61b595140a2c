// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Shrinks, grows or moves what stands at `address`, with its pages, and returns where it stands.
  /// A move to a fixed address that keeps the size may be of several VMAs with holes between them;
  /// what stands at the other side of a hole stays (Linux 6.17).
  /// `newAddress` counts with `.fixed`, and as a hint with `.dontUnmap`. Without old bytes shared
  /// memory is mapped once more. What was locked and has grown is populated.
  ///
  /// EINVAL for unknown flags, flags that contradict, unaligned or overlapping ranges, no new
  /// bytes, and no old bytes of private memory; EFAULT where no VMA is at `address`, where the old
  /// range is not one VMA but changes its size, or cannot grow; EAGAIN beyond what may be locked;
  /// ENOMEM without room, where it may not move, or without frames for the tables; EPERM for a
  /// stack with guard pages, and below the lowest address. Linux: mremap(2).
  public mutating func remap(
    _ address: VirtualAddress, byteCount: UInt64, newByteCount: UInt64, options: RemapOptions,
    newAddress: VirtualAddress = VirtualAddress(0), fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) -> VirtualAddress {
    let page = PageSize.base.byteCount
    let impliesAddress = options.contains(.fixed) || options.contains(.dontUnmap)
    guard options.rawValue <= 7, address.isAligned(to: page), byteCount & (page - 1) == 0,
      newByteCount & (page - 1) == 0, newByteCount > 0,
      newByteCount <= personality.highestAddress.rawValue
    else { throw .invalidArgument }
    if impliesAddress {
      guard let new = AddressRange(start: newAddress, byteCount: newByteCount),
        new.upperBound <= personality.highestAddress, newAddress.isAligned(to: page),
        options.contains(.mayMove),
        !options.contains(.dontUnmap) || byteCount == newByteCount,
        address.rawValue &+ byteCount <= newAddress.rawValue || new.upperBound <= address
      else { throw .invalidArgument }
    }
    guard let vma = find(address) else { throw .badAddress }
    guard let old = AddressRange(start: address, byteCount: byteCount),
      !options.contains(.fixed) || newByteCount >= byteCount
        || old.upperBound <= personality.highestAddress
    else {
      // Linux: vrm_will_map_new().
      if impliesAddress, newByteCount > vma.range.upperBound - address { throw .badAddress }
      // Linux makes room before it finds that the tail cannot be taken away.
      if options.contains(.fixed) { try unmap(newAddress..<newAddress + newByteCount) }
      throw .invalidArgument
    }
    if !impliesAddress, newByteCount <= byteCount {
      // The tail may reach over several VMAs and holes.
      if newByteCount < byteCount { try unmap(address + newByteCount..<old.upperBound) }
      return address
    }
    if options.contains(.fixed), newByteCount == byteCount {
      return try move(old, to: newAddress, options)
    }
    if byteCount == 0 {
      guard vma.isShared else { throw .invalidArgument }
      if options.contains(.fixed), newAddress == address {
        // Linux makes room first, and then finds nothing there.
        try unmap(newAddress..<newAddress + newByteCount)
        throw .badAddress
      }
    }
    // Of a move that shrinks, the tail may reach past the VMA.
    let kept = address..<address + min(byteCount, newByteCount)
    guard kept.upperBound <= vma.range.upperBound else { throw .badAddress }
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
      try checkLock(vma.flags, newByteCount - byteCount)
    }
    return try grow(old, of: vma, to: newByteCount, options, newAddress, fill: fill)
  }

  /// What changes its size, or moves alone, when all else is checked.
  private mutating func grow(
    _ old: AddressRange, of vma: VMA, to newByteCount: UInt64, _ options: RemapOptions,
    _ newAddress: VirtualAddress, fill: PageFill
  ) throws(Errno) -> VirtualAddress {
    let growth = newByteCount > old.byteCount ? newByteCount - old.byteCount : 0
    var start = old.lowerBound
    if growth > 0, !options.contains(.fixed), canGrowInPlace(vma, old, to: newByteCount) {
      if vma.flags.contains(.accounted) { try checkCommit(growth) }
      guard growInPlace(vma, old, to: newByteCount) else { throw .outOfMemory }
    } else {
      guard options.contains(.mayMove) else { throw .outOfMemory }
      if vma.flags.contains(.accounted) {
        do throws(Errno) {
          try checkCommit(options.contains(.dontUnmap) ? newByteCount : growth)
        } catch {
          if options.contains(.fixed) { try unmap(newAddress..<newAddress + newByteCount) }
          throw error
        }
      }
      start = try move(old, of: vma, newByteCount, options, newAddress)
    }
    if growth > 0, vma.flags.contains(.locked) {
      let new = start + old.byteCount..<start + newByteCount
      do throws(Errno) {
        try populateInOrder(new, ignoresErrors: true, fill: fill)
      } catch {}
    }
    return start
  }

  private func canGrowInPlace(
    _ vma: VMA, _ old: AddressRange, to newByteCount: UInt64
  ) -> Bool {
    guard !old.isEmpty, old.upperBound == vma.range.upperBound,
      let new = AddressRange(start: old.lowerBound, byteCount: newByteCount)
    else { return false }
    return new.upperBound <= personality.highestAddress
      && new.upperBound.isAligned(to: vma.alignment)
      && vmas.isFree(old.upperBound..<new.upperBound)
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
    let grown = old.upperBound..<new.upperBound
    do throws(Errno) { try vmas.reserve() } catch { return false }
    touch(grown)
    cache.noteMapped(vma.backing, byteCount: grown.byteCount)
    if vma.flags.contains(.locked) { lockedPageCount += grown.pageCount }
    vmas.exchange(grown, for: vma.part(grown))
    checkInvariants()
    return true
  }

  /// A VMA, or the part of one, that moves.
  private struct Piece {
    var vma: VMA
    /// What of the old range is its own.
    var source: AddressRange
    /// The part that keeps its pages.
    var kept: AddressRange
    var target: AddressRange
  }

  private mutating func move(
    _ old: AddressRange, of vma: VMA, _ newByteCount: UInt64, _ options: RemapOptions,
    _ newAddress: VirtualAddress
  ) throws(Errno) -> VirtualAddress {
    var request = PlacementRequest.anywhere(hint: nil)
    if options.contains(.fixed) {
      request = .fixed(newAddress, replacing: true)
    } else if options.contains(.dontUnmap), newAddress.rawValue != 0,
      let new = AddressRange(start: newAddress, byteCount: newByteCount),
      vmas.isFree(new), !isInStackGap(new)
    {
      // A hint that is taken as it is.
      request = .fixed(newAddress, replacing: false)
    }
    let hasHint = options.contains(.dontUnmap) && newAddress.rawValue != 0
    let kept = old.lowerBound..<old.lowerBound + min(old.byteCount, newByteCount)
    var moved = vma
    moved.backing = vma.backing.advanced(by: old.lowerBound - vma.range.lowerBound)
    let target: AddressRange
    do throws(Errno) {
      target = try place(
        newByteCount, at: request, alignment: vma.alignment, options: [],
        large: hasHint ? .none : largePlacement(of: moved))
    } catch {
      // Linux makes room and shrinks before it looks whether it may go there.
      if options.contains(.fixed), error == .notPermitted {
        try unmap(newAddress..<newAddress + newByteCount)
      }
      if newByteCount < old.byteCount { try unmap(kept.upperBound..<old.upperBound) }
      throw error
    }
    try move(
      [Piece(vma: vma, source: old, kept: kept, target: target)],
      keepsOld: options.contains(.dontUnmap))
    return target.lowerBound
  }

  private mutating func move(
    _ old: AddressRange, to newAddress: VirtualAddress, _ options: RemapOptions
  ) throws(Errno) -> VirtualAddress {
    var pieces: [Piece] = []
    for vma in vmas(in: old) {
      if vma.flags.contains(.indivisible) { throw .notPermitted }
      let source = vma.range.clamped(to: old)
      let start = newAddress + (source.lowerBound - old.lowerBound)
      let request = PlacementRequest.fixed(start, replacing: true)
      let target: AddressRange
      do throws(Errno) {
        target = try place(
          source.byteCount, at: request, alignment: vma.alignment, options: [])
      } catch {
        if error == .notPermitted { try unmap(start..<start + source.byteCount) }
        throw error
      }
      pieces.append(Piece(vma: vma, source: source, kept: source, target: target))
    }
    try move(pieces, keepsOld: options.contains(.dontUnmap))
    return newAddress
  }

  private mutating func move(_ pieces: [Piece], keepsOld: Bool) throws(Errno) {
    guard vmas.count < personality.vmaLimit - 3 * pieces.count else { throw .outOfMemory }
    try prepareMove(pieces)
    for piece in pieces {
      // An earlier piece may have given it a name.
      let standing = find(piece.kept.lowerBound) ?? piece.vma
      touch(piece.source)
      touch(piece.target)
      cache.noteMapped(piece.vma.backing, byteCount: piece.target.byteCount)
      removeVMAs(in: piece.target)
      let leaves = pageTable.detachAll(piece.kept, frames: &frames, log: &translations)
      if !keepsOld, !piece.source.isEmpty { removeVMAs(in: piece.source) }
      pageTable.attach(
        leaves, distance: piece.target.lowerBound - piece.source.lowerBound, frames: &frames,
        log: &translations
      ) { _ in piece.vma.protection }
      var moved = standing.part(piece.kept)
      moved.range = piece.target
      moved.flags.remove(.heapStart)
      if moved.backing == .anonymous || moved.backing == .stack {
        // Linux: pages that were never written go by their new address.
        moved.displacement =
          moved.origin == 0
          ? 0 : moved.displacement &+ (piece.target.lowerBound - piece.source.lowerBound)
      }
      if moved.flags.contains(.locked) { lockedPageCount += piece.target.pageCount }
      vmas.exchange(piece.target, for: moved)
      if keepsOld { leave(piece.source) }
    }
    pageTable.emptyStock(&frames)
    checkInvariants()
  }

  /// What stays without its pages is not locked any more, whole; where all of it went, its pages
  /// were never written. Linux: dontunmap_complete().
  private mutating func leave(_ source: AddressRange) {
    guard let position = vmas.first(endingAbove: source.lowerBound) else { return }
    var old = vmas[position]
    old.flags.subtract(.lockMask)
    if old.range == source { old.origin = 0 }
    vmas.replace(position, with: old)
  }

  /// Everything of a move that can fail.
  private mutating func prepareMove(_ pieces: [Piece]) throws(Errno) {
    var tableCount: UInt64 = 0
    for piece in pieces {
      for range in [piece.source, piece.target] {
        try checkBoundary(range.lowerBound)
        try checkBoundary(range.upperBound)
      }
    }
    for piece in pieces {
      for range in [piece.target, piece.source, piece.kept] { try cutPages(at: range) }
      let distance = piece.target.lowerBound - piece.source.lowerBound
      if distance & (PageSize.huge.byteCount - 1) != 0 {
        try pageTable.splitAll(in: piece.kept, frames: &frames)
      }
      tableCount += pageTable.moveBound(piece.kept, to: piece.target)
    }
    try vmas.reserve(exchanges: 3 + pieces.count / 4)
    try pageTable.fillStock(tableCount, &frames)
  }
}
