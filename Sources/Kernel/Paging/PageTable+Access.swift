// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension PageTable {
  /// Does with one byte what the CPU does: walks the table, faults as it does, and if it does not,
  /// sets the accessed bits on the way and, for a store, the leaf's dirty bit.
  ///
  /// Looks at the CPU's bits only, never at those of software. `physicalBits`: the width of the
  /// CPU's physical addresses, 36 to 52; the bits above it are reserved.
  /// Source: Intel SDM 3, 4.5 to 4.8.
  public func access(
    _ address: VirtualAddress, _ access: MemoryAccess, _ controls: PagingControls = .all,
    physicalBits: UInt64 = 52
  ) -> AccessOutcome {
    guard isCanonical(address) else { return .generalProtection }
    var table = root
    var level = topLevel
    // What every entry on the way allows, and what any of them forbids.
    var allowed = UInt64.max
    var forbidden: UInt64 = 0
    while true {
      let entry = Self.entry(address, level: level, table: table)
      let bits = memory.word(at: entry)
      if bits & PTE.presentBit == 0 { return .pageFault(Self.code(of: access, controls)) }
      let isLeaf = level == 0 || bits & PTE.largeBit != 0
      if bits & Self.reserved(level, isLeaf: isLeaf, controls, physicalBits) != 0 {
        return .pageFault(Self.code(of: access, controls).union([.present, .reserved]))
      }
      allowed &= bits
      forbidden |= bits
      if isLeaf {
        guard Self.permits(access, controls, allowed: allowed, forbidden: forbidden) else {
          return .pageFault(Self.code(of: access, controls).union(.present))
        }
        // Mostly all is marked already, which the way down has seen.
        let isWrite = access.kind == .write
        if allowed & PTE.accessedBit == 0 || isWrite && bits & PTE.dirtyBit == 0 {
          mark(address, downTo: level, isWrite: isWrite)
        }
        let offset = address.rawValue & (Self.span(level) - 1)
        let frame = bits & PTE.addressMask & ~(Self.span(level) - 1)
        return .translated(
          AccessOutcome.Translation(
            physical: PhysicalAddress(frame + offset), byteCount: Self.span(level) - offset,
            leaf: PTE(rawValue: bits), level: level, entry: entry))
      }
      table = PhysicalAddress(bits & PTE.addressMask)
      level -= 1
    }
  }

  /// What the same access finds in the next page where that has to be no walk: its leaf is in the
  /// same table and, but for its frame and what the CPU marks, as the leaf that was found. Marks it
  /// as `access` does.
  @inline(__always)
  func next(after found: AccessOutcome.Translation, isWrite: Bool) -> AccessOutcome.Translation? {
    let entry = found.entry + 8
    guard found.level == 0, entry.rawValue & (PageSize.base.byteCount - 1) != 0 else { return nil }
    let bits = memory.word(at: entry)
    let marks = PTE.accessedBit | PTE.dirtyBit
    guard (bits ^ found.leaf.rawValue) & ~(PTE.addressMask | marks) == 0 else { return nil }
    let marked = bits | (isWrite ? marks : PTE.accessedBit)
    if marked != bits { memory.setWord(marked, at: entry) }
    return AccessOutcome.Translation(
      physical: PhysicalAddress(bits & PTE.addressMask), byteCount: PageSize.base.byteCount,
      leaf: PTE(rawValue: bits), level: 0, entry: entry)
  }

  private static func code(of access: MemoryAccess, _ controls: PagingControls) -> FaultCode {
    var code: FaultCode = access.isUser ? .user : []
    switch access.kind {
    case .read: break
    case .write: code.insert(.write)
    case .fetch:
      // Without either feature the CPU does not tell a fetch from a load.
      if !controls.isDisjoint(with: [.noExecute, .supervisorExecution]) { code.insert(.fetch) }
    }
    return code
  }

  /// The bits that must be 0 in a present entry.
  private static func reserved(
    _ level: Int, isLeaf: Bool, _ controls: PagingControls, _ physicalBits: UInt64
  ) -> UInt64 {
    var bits = PTE.addressMask & ~(1 << physicalBits - 1)
    if !controls.contains(.noExecute) { bits |= PTE.noExecuteBit }
    if level > 2 { bits |= PTE.largeBit }
    // Between the PAT bit, 12, and the frame's first bit.
    if isLeaf, level > 0 { bits |= (span(level) - 1) & ~0x1fff }
    return bits
  }

  private static func permits(
    _ access: MemoryAccess, _ controls: PagingControls, allowed: UInt64, forbidden: UInt64
  ) -> Bool {
    let isUserPage = allowed & PTE.userBit != 0
    if access.isUser {
      if !isUserPage { return false }
    } else if isUserPage {
      let isKept = access.kind == .fetch ? PagingControls.supervisorExecution : .supervisorAccess
      if controls.contains(isKept) { return false }
    }
    switch access.kind {
    case .read: return true
    case .write:
      return allowed & PTE.writableBit != 0
        || !access.isUser && !controls.contains(.writeProtect)
    case .fetch: return forbidden & PTE.noExecuteBit == 0
    }
  }

  /// Sets the accessed bit of each entry down to the leaf, and the leaf's dirty bit.
  private func mark(_ address: VirtualAddress, downTo leafLevel: Int, isWrite: Bool) {
    var table = root
    for level in stride(from: topLevel, through: leafLevel, by: -1) {
      let entry = Self.entry(address, level: level, table: table)
      let old = memory.word(at: entry)
      var new = old | PTE.accessedBit
      if isWrite, level == leafLevel { new |= PTE.dirtyBit }
      if new != old { memory.setWord(new, at: entry) }
      table = PhysicalAddress(old & PTE.addressMask)
    }
  }
}
