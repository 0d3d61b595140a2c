// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// Locks or unlocks the VMAs of the range. ENOMEM where they do not cover it: those before the
  /// hole have changed. Linux: apply_vma_lock_flags().
  mutating func setLock(_ range: AddressRange, _ lock: VMA.Flags) throws(Errno) {
    let end = endOfCover(of: range)
    var start = range.lowerBound
    while start < end, let vma = find(start) {
      let part = vma.range.clamped(to: range)
      start = part.upperBound
      try setLock(of: vma, part, lock)
    }
    if end < range.upperBound { throw .outOfMemory }
  }

  /// The same for all VMAs, as far as it succeeds. Linux: apply_mlockall_flags().
  mutating func setLockOfAll(_ lock: VMA.Flags) {
    var position = vmas.first(endingAbove: VirtualAddress(0))
    while let place = position {
      let vma = vmas[place]
      do throws(Errno) { try setLock(of: vma, vma.range, lock) } catch {}
      position = vmas.first(endingAbove: vma.range.upperBound)
    }
  }

  private mutating func setLock(
    of vma: VMA, _ part: AddressRange, _ lock: VMA.Flags
  ) throws(Errno) {
    var changed = vma.part(part)
    changed.flags.subtract(.lockMask)
    changed.flags.formUnion(lock)
    if changed.flags == vma.part(part).flags || vma.backing == .special { return }
    try change(part, to: changed)
    let wasLocked = vma.flags.contains(.locked)
    if lock.contains(.locked) {
      if !wasLocked { lockedPageCount += part.pageCount }
    } else if wasLocked {
      lockedPageCount &-= part.pageCount
    }
  }

  /// EAGAIN where so much more may not be locked. Linux: mlock_future_ok().
  func checkLock(_ flags: VMA.Flags, _ byteCount: UInt64) throws(Errno) {
    guard flags.contains(.locked) else { return }
    let limit = lockByteLimit >> PageSize.base.shift
    if byteCount >> PageSize.base.shift &+ lockedPageCount > limit { throw .wouldBlock }
  }

  /// ENOMEM for a promise of more pages than there can be. Linux: __vm_enough_memory().
  func checkCommit(_ byteCount: UInt64) throws(Errno) {
    if byteCount > personality.commitByteLimit { throw .outOfMemory }
  }

  /// How many pages of the range are locked.
  func lockedPages(in range: AddressRange) -> UInt64 {
    var count: UInt64 = 0
    if lockedPageCount == 0 { return 0 }
    forEachVMA(in: range) {
      if $0.flags.contains(.locked) { count += $0.range.clamped(to: range).pageCount }
    }
    return count
  }

  /// All pages of VMAs. Linux: `mm->total_vm`.
  var totalPageCount: UInt64 {
    var count: UInt64 = 0
    forEachVMA(in: VirtualAddress(0)..<VirtualAddress(.max)) { count += $0.range.pageCount }
    return count
  }

  // MARK: Calls

  /// Locks pages in memory and populates them. ENOMEM beyond what may be locked, for a hole, and
  /// where a page cannot be populated; EAGAIN without memory. Linux: mlock(2), mlock2(2).
  public mutating func lock(
    _ range: AddressRange, onFault: Bool, fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    guard lockByteLimit > 0 else { throw .notPermitted }
    let limit = lockByteLimit >> PageSize.base.shift
    var count = range.pageCount &+ lockedPageCount
    if count > limit { count -= lockedPages(in: range) }
    guard count <= limit else { throw .outOfMemory }
    if range.isEmpty { return }
    try setLock(range, onFault ? [.locked, .lockedOnFault] : .locked)
    do throws(Errno) {
      try populateInOrder(range, ignoresErrors: false, fill: fill)
    } catch {
      throw error == .badAddress ? .outOfMemory : .wouldBlock
    }
  }

  /// The inverse. ENOMEM for a hole. Linux: munlock(2).
  public mutating func unlock(_ range: AddressRange) throws(Errno) {
    if !range.isEmpty { try setLock(range, []) }
  }

  /// Locks what stands, what is going to be made, or both. ENOMEM beyond what may be locked, EPERM
  /// where nothing may. Linux: mlockall(2), with its bits MCL_CURRENT 1, MCL_FUTURE 2, MCL_ONFAULT
  /// 4.
  public mutating func lockAll(
    _ bits: UInt32, fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) {
    guard bits != 0, bits & ~7 == 0, bits != 4 else { throw .invalidArgument }
    guard lockByteLimit > 0 else { throw .notPermitted }
    if bits & 1 != 0, totalPageCount > lockByteLimit >> PageSize.base.shift { throw .outOfMemory }
    let lock: VMA.Flags = bits & 4 != 0 ? [.locked, .lockedOnFault] : .locked
    futureFlags = bits & 2 != 0 ? lock : []
    if bits & 1 == 0 { return }
    setLockOfAll(lock)
    let everything = VirtualAddress(0)..<personality.highestAddress
    do throws(Errno) {
      try populateInOrder(everything, ignoresErrors: true, fill: fill)
    } catch {}
  }

  /// The inverse. Linux: munlockall(2).
  public mutating func unlockAll() {
    futureFlags = []
    setLockOfAll([])
  }
}
