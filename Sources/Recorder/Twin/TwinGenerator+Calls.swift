// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension TwinGenerator {
  mutating func mmap() -> TwinOperation {
    var flags: UInt64 = 2
    switch number(100) {
    case 0..<24: flags = 1
    case 24: flags = 3
    case 25: flags = pick([0, 4, 5])
    default: break
    }
    var descriptor = UInt64.max
    var offset: UInt64 = 0
    let isFile = usesFiles && chance(30)
    if isFile {
      descriptor = chance(75) ? 3 : 4
      offset = number(28) * Self.page
      if chance(50) { offset = number(3) * Self.page }
      if chance(1) { offset += 512 }
    } else {
      flags |= 0x20
      if chance(2) { offset = pick([100, 1 << 40]) }
      if chance(1) {
        flags &= ~0x20
        descriptor = pick([99, .max])
      }
    }
    var address: UInt64 = 0
    switch number(100) {
    case 0..<30:
      flags |= 0x10
      address = self.address()
    case 30..<37:
      flags |= chance(20) ? 0x10_0010 : 0x10_0000
      address = self.address()
    case 37..<60: address = self.address()
    default: break
    }
    if chance(5) { flags |= 0x100 }  // GROWSDOWN
    if chance(5) { flags |= 0x40 }  // 32BIT
    if chance(6) { flags |= 0x8000 }  // POPULATE
    if chance(6) { flags |= 0x4000 }  // NORESERVE
    if chance(3) { flags |= 0x2000 }  // LOCKED
    if chance(2) { flags |= 0x1_0000 }  // NONBLOCK
    if chance(3) { flags |= 0x2_0000 }  // STACK
    var byteCount = length()
    if chance(2) { byteCount = pick([512, 1024]) * Self.page }
    // Neither side is to fill the machine's memory.
    if byteCount > 1 << 24 { flags &= ~0xa000 }
    return TwinOperation(.mmap, address, byteCount, protection(), flags, descriptor, offset)
  }

  mutating func mprotect() -> TwinOperation {
    var protection = self.protection()
    if chance(3) { protection |= pick([8, 16, 0x100_0000, 0x200_0000, 0x300_0000, 0x40]) }
    return TwinOperation(.mprotect, address(), length(), protection)
  }

  mutating func mremap() -> TwinOperation {
    let old = address()
    var oldLength = length()
    if let vma = vmas.first(where: { $0.start <= old && old < $0.end }), chance(50) {
      oldLength = vma.end - old & ~4095
    }
    var newLength = length()
    var flags = pick([0, 0, 0, 1, 1, 1, 1, 1, 3, 3, 3, 5, 7])
    if chance(3) { flags = pick([2, 4, 6, 8, 9]) }
    if flags & 4 != 0 || chance(25), chance(95) { newLength = oldLength }
    if chance(2) { oldLength = 0 }
    return TwinOperation(.mremap, old, oldLength, newLength, flags, address())
  }

  mutating func madvise() -> TwinOperation {
    var advice = pick([
      0, 1, 2, 3, 4, 4, 4, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24,
    ])
    if chance(3) { advice = pick([5, 7, 26, 99, 100, 101, .max, 1 << 32]) }
    var byteCount = length()
    let start = address()
    if advice == 22 || advice == 23 { byteCount = min(byteCount, 64 * Self.page) }
    return TwinOperation(.madvise, start, byteCount, advice)
  }

  mutating func brk() -> TwinOperation {
    let heap = vmas.first { $0.bits & TwinVMA.heap != 0 }
    let start = TwinArea.protectedEnd
    switch number(10) {
    case 0: return TwinOperation(.brk, 0)
    case 1: return TwinOperation(.brk, start - number(2 * Self.page))
    case 2: return TwinOperation(.brk, address())
    case 3, 4: return TwinOperation(.brk, start + number(12) * Self.page)
    default:
      let end = heap?.end ?? start
      return TwinOperation(.brk, end &+ number(8) &* Self.page &- number(4 * Self.page))
    }
  }
}
