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
  /// from success by the address. Linux: brk(2).
  public mutating func setBreak(to address: VirtualAddress) -> VirtualAddress {
    guard address >= breakStart, address - breakStart <= personality.breakLimit,
      let newEnd = address.alignedUp(to: PageSize.base.byteCount),
      let oldEnd = breakEnd.alignedUp(to: PageSize.base.byteCount)
    else { return breakEnd }
    if newEnd < oldEnd {
      do throws(Errno) { try unmap(newEnd..<oldEnd) } catch { return breakEnd }
    } else if oldEnd < newEnd {
      // One page must stay free behind the heap.
      guard newEnd <= personality.highestAddress, vmas.count <= personality.vmaLimit,
        vmas.isFree(oldEnd..<newEnd + PageSize.base.byteCount)
      else { return breakEnd }
      let heap = accounted(
        VMA(
          range: oldEnd..<newEnd, backing: .anonymous, name: .none, protection: [.read, .write],
          flags: .heap, pageSize: nil))
      touch(heap.range)
      vmas.insert(heap)
      mergeVMAs(around: heap.range)
      checkInvariants()
    }
    breakEnd = address
    return address
  }
}
