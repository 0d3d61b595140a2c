// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension Advice {
  /// MADV_FREE.
  static var free: Advice { Advice(rawValue: 8) }
  /// MADV_POPULATE_READ.
  static var populateRead: Advice { Advice(rawValue: 22) }
  /// MADV_POPULATE_WRITE.
  static var populateWrite: Advice { Advice(rawValue: 23) }
  /// MADV_DONTNEED_LOCKED.
  static var dontNeedLocked: Advice { Advice(rawValue: 24) }

  /// Whether Linux has it for a process's own memory. All but those above are taken without effect.
  var isKnown: Bool {
    switch rawValue {
    case 0...4, 8, 10...21, 22...25: true
    default: false
    }
  }
}

extension AddressSpace {
  /// Follows an advice: DONTNEED gives the frames back and keeps the VMAs; shared memory keeps its
  /// contents. WILLNEED populates under Unikraft, and is taken without effect under Linux, which
  /// reads ahead only; POPULATE_READ and POPULATE_WRITE populate. MADV_FREE may keep the pages and
  /// does. EINVAL for an advice that is not known; holes, EINVAL and EPERM as for `protect`.
  /// Unikraft: uk_vma_advise(). Linux: madvise(2).
  public mutating func advise(
    _ range: AddressRange, _ advice: Advice, strict: Bool = false,
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    guard advice.isKnown else { throw .invalidArgument }
    var part = range
    var failure: Errno?
    if personality.rules.contains(.effectUpToHole) {
      // Linux goes on behind a hole and reports it at the end.
      guard let occupied = try occupiedPart(of: range, strict: false) else {
        if strict, !range.isEmpty { throw personality.holeError }
        return
      }
      if strict, endOfCover(of: range) < range.upperBound { failure = personality.holeError }
      part = occupied
    } else {
      guard let occupied = try occupiedPart(of: range, strict: strict) else { return }
      part = occupied
    }
    switch advice {
    case .dontNeed, .dontNeedLocked: try dropPages(of: part)
    case .willNeed where personality.rules.contains(.populateOrFail), .populateRead,
      .populateWrite:
      if advice == .populateWrite { try checkWritable(part) }
      try populate(part, for: advice == .populateRead ? .read : nil, fill: fill)
    default: break
    }
    if let failure { throw failure }
  }

  private func checkWritable(_ range: AddressRange) throws(Errno) {
    var isWritable = true
    forEachVMA(in: range) { if !$0.protection.contains(.write) { isWritable = false } }
    if !isWritable { throw .invalidArgument }
  }

  private mutating func dropPages(of range: AddressRange) throws(Errno) {
    try cutPages(at: range)
    for vma in vmas(in: range) {
      let start = max(vma.range.lowerBound, range.lowerBound)
      let end = min(vma.range.upperBound, range.upperBound)
      switch vma.backing {
      case .anonymous, .stack, .special: removePages(start..<end, of: vma)
      case .file where !vma.isShared: removePages(start..<end, of: vma)
      case .file, .sharedAnonymous:
        // What others see too stays in the cache; without one it must stay here.
        if object(of: vma) != nil { removePages(start..<end, of: vma) }
      case .reserved, .direct: break
      }
    }
    checkInvariants()
  }
}
