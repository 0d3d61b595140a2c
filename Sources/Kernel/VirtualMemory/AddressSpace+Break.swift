// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// The end of the heap. Linux: `mm->brk`.
  public var currentBreak: VirtualAddress { breakEnd }

  /// Where the heap begins, and its end with it: the loader knows it when the program is loaded.
  public mutating func startBreak(at address: VirtualAddress) {
    breakStart = address
    breakEnd = address
  }

  /// Takes over a heap that stands already, as in the middle of another kernel's run.
  public mutating func adoptBreak(start: VirtualAddress, end: VirtualAddress) {
    breakStart = start
    breakEnd = max(start, end)
  }

  /// Moves the break where it can be moved and returns where it is then: the caller tells failure
  /// from success by the address. A shrink begins at a VMA that the heap may not have any more;
  /// without one it fails. Linux: brk(2).
  public mutating func setBreak(
    to address: VirtualAddress, fill: PageFill = AddressSpace.noFiles
  ) -> VirtualAddress {
    guard address >= breakStart, address - breakStart <= personality.breakLimit,
      let newEnd = address.alignedUp(to: PageSize.base.byteCount),
      let oldEnd = breakEnd.alignedUp(to: PageSize.base.byteCount)
    else { return breakEnd }
    if newEnd < oldEnd {
      guard !vmas.isFree(newEnd..<oldEnd) else { return breakEnd }
      do throws(Errno) { try unmap(newEnd..<oldEnd) } catch { return breakEnd }
    } else if oldEnd < newEnd {
      do throws(Errno) { try growHeap(oldEnd..<newEnd) } catch { return breakEnd }
      breakEnd = address
      if futureFlags.contains(.locked) {
        do throws(Errno) {
          try populateInOrder(oldEnd..<newEnd, ignoresErrors: true, fill: fill)
        } catch {}
      }
      checkInvariants()
    }
    breakEnd = address
    return address
  }

  private mutating func growHeap(_ range: AddressRange) throws(Errno) {
    // One page must stay free behind the heap, and what a stack above may grow into.
    guard range.upperBound <= personality.highestAddress, vmas.count <= personality.vmaLimit,
      vmas.isFree(range.lowerBound..<range.upperBound + PageSize.base.byteCount),
      !isInStackGap(range.lowerBound..<range.upperBound + PageSize.base.byteCount)
    else { throw .outOfMemory }
    try checkLock(futureFlags, range.byteCount)
    try checkCommit(range.byteCount)
    var heap = accounted(
      VMA(
        range: range, backing: .anonymous, name: .none, protection: [.read, .write],
        flags: futureFlags, pageSize: nil))
    if range.lowerBound == breakStart.alignedUp(to: PageSize.base.byteCount) {
      heap.flags.insert(.heapStart)
    }
    try vmas.reserve()
    if heap.flags.contains(.locked) { lockedPageCount += range.pageCount }
    touch(range)
    vmas.exchange(range, for: heap)
  }
}
