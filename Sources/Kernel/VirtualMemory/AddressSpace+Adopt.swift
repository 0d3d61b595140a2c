// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Makes the space hold exactly this in its range, as another kernel's run says; whatever stands
  /// there with the same contents keeps its pages. `file`: what stands for it when it is a file.
  /// No rule of the personality about addresses applies. EINVAL for a range that is not canonical
  /// or page-aligned and for an unaligned offset; EPERM and ENOMEM as for `map`.
  public mutating func adopt(
    _ vma: VMADescription, file: FileIdentity = FileIdentity(rawValue: .max)
  ) throws(Errno) {
    let page = PageSize.base.byteCount
    guard !vma.range.isEmpty, vma.range.lowerBound.isAligned(to: page),
      vma.range.upperBound.isAligned(to: page), vma.offset & (page - 1) == 0,
      vma.range.lowerBound.isCanonical, (vma.range.upperBound - 1 as VirtualAddress).isCanonical,
      (vma.range.lowerBound.rawValue ^ (vma.range.upperBound.rawValue - 1)) >> 63 == 0
    else { throw .invalidArgument }
    let wanted = adopted(vma, file)
    defer {
      if case .sharedAnonymous(let object, _) = wanted.backing { cache.discardUnmapped(object) }
    }
    var start = vma.range.lowerBound
    while start < vma.range.upperBound {
      var end = vma.range.upperBound
      if let position = vmas.first(endingAbove: start) {
        let other = vmas[position]
        if other.range.contains(start) {
          end = min(end, other.range.upperBound)
          let part = wanted.part(start..<end)
          if Self.haveSameContents(other.part(start..<end), part) {
            if other.protection != part.protection {
              try changeProtection(of: start..<end, to: part.protection)
            }
            start = end
            continue
          }
        } else {
          end = min(end, other.range.lowerBound)
        }
      }
      try install(wanted.part(start..<end))
      start = end
    }
  }

  /// Makes the space hold nothing in the range.
  public mutating func adopt(unmapped range: AddressRange) throws(Errno) {
    try clear(range, strict: false)
  }

  private mutating func changeProtection(
    of range: AddressRange, to protection: Protection
  ) throws(Errno) {
    try vmas.reserve()
    try cutPages(at: range)
    touch(range)
    var changed = vmas[vmas.first(endingAbove: range.lowerBound)!].part(range)
    changed.protection = protection
    pageTable.protect(range, protection, log: &translations)
    if protection.contains(.write) { noteWritable(range, of: changed) }
    vmas.exchange(range, for: accounted(changed))
    checkInvariants()
  }

  private mutating func adopted(_ vma: VMADescription, _ file: FileIdentity) -> VMA {
    var flags: VMA.Flags = vma.isShared ? .shared : []
    let backing: Backing
    switch vma.backing {
    case .anonymous, .heap:
      if vma.backing == .heap { flags.insert(.heapStart) }
      if vma.isShared {
        backing = .sharedAnonymous(cache.makeObject(), offset: 0)
      } else {
        backing = .anonymous
      }
    case .file: backing = .file(file, offset: vma.offset)
    case .stack:
      backing = .stack
      if personality.growsStackOnFault { flags.insert(.growsDown) }
    case .reserved: backing = .reserved
    case .direct:
      let isInside =
        vma.range.byteCount <= memory.byteCount
        && vma.offset <= memory.byteCount - vma.range.byteCount
      backing = isInside ? .direct(PhysicalAddress(vma.offset)) : .special
    case .special: backing = .special
    }
    return VMA(
      range: vma.range, backing: backing, name: names.name(for: vma.name),
      protection: vma.protection, flags: flags, pageSize: nil)
  }

  /// Whether two VMAs of one range differ in nothing but protection and bookkeeping.
  private static func haveSameContents(_ left: VMA, _ right: VMA) -> Bool {
    guard left.isShared == right.isShared, left.name == right.name else { return false }
    switch (left.backing, right.backing) {
    case (.sharedAnonymous, .sharedAnonymous): return true
    case (.file(_, let offset), .file(_, let other)): return offset == other
    default: return left.backing == right.backing
    }
  }
}
