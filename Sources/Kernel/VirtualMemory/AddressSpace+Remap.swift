// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Shrinks, grows or moves what stands at `address`, with its pages, and returns where it stands.
  /// A move to a fixed address that keeps the size may be of several VMAs with holes between them;
  /// what stands at the other side of a hole stays (Linux 6.17).
  /// `newAddress` counts with `.fixed`, and as a hint with `.dontUnmap`.
  ///
  /// No old bytes: what is shared is mapped once more, and stays where it is.
  ///
  /// EINVAL for unknown flags, flags that contradict, unaligned or overlapping ranges, no new
  /// bytes, and no old bytes of what is not shared; EFAULT where no VMA is
  /// at `address`, where the old range is not one VMA but changes its size, or cannot grow; ENOMEM
  /// without room, where it may not move, or without frames for the tables; EPERM for a stack with
  /// guard pages. Linux: mremap(2).
  public mutating func remap(
    _ address: VirtualAddress, byteCount: UInt64, newByteCount: UInt64, options: RemapOptions,
    newAddress: VirtualAddress = VirtualAddress(0)
  ) throws(Errno) -> VirtualAddress {
    let page = PageSize.base.byteCount
    guard options.rawValue <= 7, !options.contains(.fixed) || options.contains(.mayMove),
      !options.contains(.dontUnmap) || options.contains(.mayMove) && byteCount == newByteCount,
      address.isAligned(to: page), byteCount & (page - 1) == 0, newByteCount & (page - 1) == 0,
      newByteCount > 0,
      let old = AddressRange(start: address, byteCount: byteCount)
    else { throw .invalidArgument }
    if options.contains(.fixed) {
      guard newAddress.isAligned(to: page),
        let new = AddressRange(start: newAddress, byteCount: newByteCount),
        new.upperBound <= personality.highestAddress,
        old.isEmpty ? !(new.lowerBound < address && new.contains(address)) : !new.overlaps(old)
      else { throw .invalidArgument }
    }
    guard let vma = find(address) else { throw .badAddress }
    if byteCount == 0 {
      return try duplicate(vma, from: address, newByteCount, options, newAddress)
    }
    if !options.contains(.fixed), !options.contains(.dontUnmap) {
      if newByteCount <= byteCount {
        // The tail may reach over several VMAs and holes.
        if newByteCount < byteCount { try unmap(address + newByteCount..<old.upperBound) }
        return address
      }
    }
    if options.contains(.fixed), newByteCount == byteCount {
      return try move(old, to: newAddress, options)
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
    cache.noteMapped(vma.backing, byteCount: new.upperBound - old.upperBound)
    vmas.replace(position, with: grown)
    mergeVMAs(around: new)
    checkInvariants()
    return true
  }

  /// Maps what is shared from `address` on once more. Linux: mremap(2) with an old size of 0.
  private mutating func duplicate(
    _ vma: VMA, from address: VirtualAddress, _ byteCount: UInt64, _ options: RemapOptions,
    _ newAddress: VirtualAddress
  ) throws(Errno) -> VirtualAddress {
    guard vma.isShared else { throw .invalidArgument }
    guard options.contains(.mayMove) else { throw .outOfMemory }
    let distance = address - vma.range.lowerBound
    switch vma.backing {
    case .file(_, let offset), .sharedAnonymous(_, let offset):
      if (offset &+ distance).addingReportingOverflow(byteCount).overflow {
        throw .invalidArgument
      }
    case .anonymous, .stack, .reserved, .direct, .special: throw .badAddress
    }
    let isFixed = options.contains(.fixed)
    let request: PlacementRequest =
      isFixed ? .fixed(newAddress, replacing: true) : .anywhere(hint: nil)
    let target = try place(byteCount, at: request, alignment: vma.alignment, options: [])
    // What is mapped once more must not be what makes room for it.
    guard !target.overlaps(vma.range) else { throw .badAddress }
    guard vmas.count < personality.vmaLimit - 3 else { throw .outOfMemory }
    var copy = vma
    copy.range = target
    copy.backing = vma.backing.advanced(by: distance)
    try install(copy)
    return target.lowerBound
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
    let request: PlacementRequest =
      options.contains(.fixed)
      ? .fixed(newAddress, replacing: true)
      : .anywhere(hint: options.contains(.dontUnmap) ? newAddress : nil)
    let target = try place(newByteCount, at: request, alignment: vma.alignment, options: [])
    let kept = old.lowerBound..<old.lowerBound + min(old.byteCount, newByteCount)
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
      let target = try place(
        source.byteCount, at: request, alignment: vma.alignment, options: [])
      pieces.append(Piece(vma: vma, source: source, kept: source, target: target))
    }
    try move(pieces, keepsOld: options.contains(.dontUnmap))
    return newAddress
  }

  private mutating func move(_ pieces: [Piece], keepsOld: Bool) throws(Errno) {
    guard vmas.count < personality.vmaLimit - 3 * pieces.count else { throw .outOfMemory }
    try prepareMove(pieces)
    for piece in pieces {
      touch(piece.source)
      touch(piece.target)
      cache.noteMapped(piece.vma.backing, byteCount: piece.target.byteCount)
      removeVMAs(in: piece.target)
      let leaves = pageTable.detachAll(piece.kept, frames: &frames, log: &translations)
      if !keepsOld { removeVMAs(in: piece.source) }
      pageTable.attach(
        leaves, distance: piece.target.lowerBound - piece.source.lowerBound, frames: &frames,
        log: &translations
      ) { _ in piece.vma.protection }
      var moved = piece.vma.part(piece.kept)
      moved.range = piece.target
      vmas.insert(moved)
      mergeVMAs(around: piece.target)
    }
    pageTable.emptyStock(&frames)
    checkInvariants()
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
    try pageTable.fillStock(tableCount, &frames)
  }
}
