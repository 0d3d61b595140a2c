// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension Advice {
  /// MADV_FREE.
  static var free: Advice { Advice(rawValue: 8) }
  /// MADV_COLD.
  static var cold: Advice { Advice(rawValue: 20) }
  /// MADV_PAGEOUT.
  static var pageOut: Advice { Advice(rawValue: 21) }
  /// MADV_POPULATE_READ.
  static var populateRead: Advice { Advice(rawValue: 22) }
  /// MADV_POPULATE_WRITE.
  static var populateWrite: Advice { Advice(rawValue: 23) }
  /// MADV_DONTNEED_LOCKED.
  static var dontNeedLocked: Advice { Advice(rawValue: 24) }

  /// Whether Linux has it for a process's own memory.
  var isKnown: Bool {
    switch rawValue {
    case 0...4, 8...25: true
    default: false
    }
  }
}

extension AddressSpace {
  /// Follows an advice: DONTNEED gives the frames back and keeps the VMAs; shared memory keeps its
  /// contents. WILLNEED populates under Unikraft, and is taken without effect under Linux, which
  /// reads ahead only; POPULATE_READ and POPULATE_WRITE populate. MADV_FREE may keep the pages and
  /// does. Under Linux advice about use, fork and dump is kept with the VMA, which may split it.
  ///
  /// EINVAL for an advice that is not known or that a VMA cannot follow; holes, EINVAL and EPERM as
  /// for `protect`. Linux goes on behind a hole. Unikraft: uk_vma_advise(). Linux: madvise(2).
  public mutating func advise(
    _ range: AddressRange, _ advice: Advice, strict: Bool = false,
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    guard advice.isKnown else { throw .invalidArgument }
    if personality.rules.contains(.keptAdvice) {
      try adviseInOrder(range, advice, strict: strict, fill: fill)
      return
    }
    guard let part = try occupiedPart(of: range, strict: strict) else { return }
    switch advice {
    case .dontNeed, .dontNeedLocked: try dropPages(of: part)
    case .willNeed where personality.rules.contains(.populateOrFail), .populateRead,
      .populateWrite:
      if advice == .populateWrite { try checkWritable(part) }
      try populate(part, for: advice == .populateRead ? .read : nil, fill: fill)
    default: break
    }
  }

  private func checkWritable(_ range: AddressRange) throws(Errno) {
    var isWritable = true
    forEachVMA(in: range) { if !$0.protection.contains(.write) { isWritable = false } }
    if !isWritable { throw .invalidArgument }
  }

  /// VMA by VMA, as Linux does. Linux: madvise_walk_vmas(), madvise_populate().
  private mutating func adviseInOrder(
    _ range: AddressRange, _ advice: Advice, strict: Bool, fill: PageFill
  ) throws(Errno) {
    let isPopulating = advice == .populateRead || advice == .populateWrite
    var hasHole = false
    var start = range.lowerBound
    while start < range.upperBound {
      guard let position = vmas.first(endingAbove: start),
        case let vma = vmas[position], vma.range.lowerBound < range.upperBound,
        !isPopulating || vma.range.lowerBound <= start
      else {
        hasHole = true
        break
      }
      if vma.range.lowerBound > start { hasHole = true }
      let part = vma.range.clamped(to: range)
      start = part.upperBound
      if isPopulating {
        let access: Protection = advice == .populateWrite ? .write : .read
        guard access == .write ? vma.protection.contains(.write) : vma.protection.contains(.read)
        else { throw .invalidArgument }
        try touchPages(part, access, fill: fill)
      } else {
        try follow(advice, part, of: vma)
      }
    }
    if hasHole, strict { throw personality.holeError }
  }

  private mutating func follow(
    _ advice: Advice, _ part: AddressRange, of vma: VMA
  ) throws(Errno) {
    let isLocked = vma.flags.contains(.locked)
    switch advice {
    case .dontNeed, .cold, .pageOut:
      if isLocked { throw .invalidArgument }
      if advice == .dontNeed { try dropPages(of: part) }
    case .free:
      if isLocked || vma.isShared { throw .invalidArgument }
      if case .file = vma.backing { throw .invalidArgument }
    case .dontNeedLocked: try dropPages(of: part)
    case .willNeed: break
    case Advice(rawValue: 25): throw .invalidArgument  // no large pages to collapse into
    default:
      var changed = vma.part(part)
      try Self.keep(advice, &changed)
      if changed.flags != vma.part(part).flags { try change(part, to: changed) }
    }
  }

  /// Linux: the second half of madvise_vma_behavior().
  private static func keep(_ advice: Advice, _ vma: inout VMA) throws(Errno) {
    switch advice.rawValue {
    case 0: vma.flags.subtract([.random, .sequential])
    case 1:
      vma.flags.remove(.sequential)
      vma.flags.insert(.random)
    case 2:
      vma.flags.remove(.random)
      vma.flags.insert(.sequential)
    case 10: vma.flags.insert(.dontFork)
    case 11: vma.flags.remove(.dontFork)
    case 12: if !vma.isShared, vma.backing != .special { vma.flags.insert(.mergeable) }
    case 13: vma.flags.remove(.mergeable)
    case 14:
      vma.flags.remove(.noHugePage)
      vma.flags.insert(.hugePage)
    case 15:
      vma.flags.remove(.hugePage)
      vma.flags.insert(.noHugePage)
    case 16: vma.flags.insert(.dontDump)
    case 17: vma.flags.remove(.dontDump)
    case 18:
      if case .file = vma.backing { throw .invalidArgument }
      if vma.isShared { throw .invalidArgument }
      vma.flags.insert(.wipeOnFork)
    case 19: vma.flags.remove(.wipeOnFork)
    default: break
    }
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
