// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

@testable import Kernel

/// The CPU's walk a second time, from the manual's tables 4-15 to 4-20 and section 4.7, slow and
/// plain: it gathers the entries first and judges them later. Levels count from 1, as there.
struct NaiveWalker {
  let memory: PhysicalMemory
  let root: UInt64
  let levels: Int
  var writeProtect = true
  var noExecute = true
  var preventsExecution = true
  var preventsAccess = true
  var physicalBits = 52

  enum Found: Equatable {
    case byte(UInt64)
    case pageFault(UInt32)
    case generalProtection
  }

  struct Entry {
    var place: UInt64
    var bits: UInt64
    func has(_ bit: Int) -> Bool { bits >> UInt64(bit) & 1 == 1 }
  }

  func walk(_ address: UInt64, _ kind: MemoryAccess.Kind, isUser: Bool = true) -> Found {
    judge(address, kind, isUser: isUser).found
  }

  /// What is found, and the entries that were used for it, the leaf last; none after a fault.
  func judge(
    _ address: UInt64, _ kind: MemoryAccess.Kind, isUser: Bool
  ) -> (found: Found, used: [Entry]) {
    let width = levels == 4 ? 48 : 57
    let high = (width - 1..<64).map { address >> UInt64($0) & 1 }
    if Set(high).count != 1 { return (.generalProtection, []) }

    var entries: [Entry] = []
    var base = root
    for level in (1...levels).reversed() {
      let index = address >> UInt64(12 + 9 * (level - 1)) % 512
      let place = base + index * 8
      let entry = Entry(place: place, bits: memory.word(at: PhysicalAddress(place)))
      entries.append(entry)
      if !entry.has(0) || isReserved(entry, level) || level == 1 || entry.has(7) { break }
      base = entry.bits & 0x000f_ffff_ffff_f000
    }

    let last = entries.last!
    let level = levels - entries.count + 1
    var code: UInt32 = isUser ? 4 : 0
    if kind == .write { code |= 2 }
    if kind == .fetch, noExecute || preventsExecution { code |= 16 }
    if !last.has(0) { return (.pageFault(code), []) }
    if isReserved(last, level) { return (.pageFault(code | 1 | 8), []) }

    let isUserPage = entries.allSatisfy { $0.has(2) }
    let isWritable = entries.allSatisfy { $0.has(1) }
    let isExecutable = entries.allSatisfy { !$0.has(63) }
    var isAllowed: Bool
    switch (isUser, kind) {
    case (true, .read): isAllowed = isUserPage
    case (true, .write): isAllowed = isUserPage && isWritable
    case (true, .fetch): isAllowed = isUserPage && isExecutable
    case (false, .read): isAllowed = !(isUserPage && preventsAccess)
    case (false, .write):
      isAllowed = !(isUserPage && preventsAccess) && (isWritable || !writeProtect)
    case (false, .fetch): isAllowed = !(isUserPage && preventsExecution) && isExecutable
    }
    if !isAllowed { return (.pageFault(code | 1), []) }

    var byte = address % (1 << UInt64(12 + 9 * (level - 1)))
    for bit in 12 + 9 * (level - 1)..<52 where last.has(bit) { byte += 1 << UInt64(bit) }
    return (.byte(byte), entries)
  }

  private func isReserved(_ entry: Entry, _ level: Int) -> Bool {
    var bits: [Int] = Array(physicalBits..<52)
    if !noExecute { bits.append(63) }
    if level >= 4 { bits.append(7) }
    if level == 3, entry.has(7) { bits += Array(13...29) }
    if level == 2, entry.has(7) { bits += Array(13...20) }
    return bits.contains { entry.has($0) }
  }
}
