// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Random operations that are mostly about something: near VMAs, near their borders, in a window
/// where everything meets.
struct TwinGenerator {
  var random: MachineRandom
  /// Whether mappings of the file are among them.
  let usesFiles: Bool
  /// What stands now, as our side says; without what must not be changed.
  var vmas: [TwinVMA] = []
  /// Pages that stand now.
  private var pageCount: UInt64 = 0
  /// Operations so far, which the words of writes name.
  private var count: UInt64 = 0
  private let mmapBase: UInt64
  private let breakStart: UInt64

  static let page: UInt64 = 4096
  /// Around a boundary of 2 MiB.
  static let window: Range<UInt64> = 0x1_001d_0000..<0x1_0023_0000

  init(seed: UInt64, usesFiles: Bool, start: TwinStart) {
    random = MachineRandom(seed: seed)
    self.usesFiles = usesFiles
    mmapBase = start.mmapBase.rawValue
    breakStart = start.breakStart.rawValue
  }

  /// A number below `limit`.
  mutating func number(_ limit: UInt64) -> UInt64 { random.next() % limit }
  /// Whether something of so many in a hundred happens.
  mutating func chance(_ percent: UInt64) -> Bool { number(100) < percent }
  mutating func pick(_ choices: [UInt64]) -> UInt64 { choices[Int(number(UInt64(choices.count)))] }

  /// The next operation, `index` of its batch.
  mutating func next(_ index: Int, layout: [TwinVMA]) -> TwinOperation {
    count += 1
    vmas.removeAll(keepingCapacity: true)
    pageCount = 0
    for vma in layout where vma.start >= TwinArea.protectedEnd || vma.end <= TwinArea.start {
      vmas.append(vma)
      pageCount += (vma.end - vma.start) / Self.page
    }
    if vmas.count > 40 || pageCount > 1 << 14, chance(30) { return clearing() }
    while true {
      let operation = candidate(index)
      if isHarmless(operation), !isExplained(operation) { return operation }
    }
  }

  private mutating func clearing() -> TwinOperation {
    if let large = vmas.max(by: { $0.end - $0.start < $1.end - $1.start }), chance(40) {
      return TwinOperation(.munmap, large.start, large.end - large.start)
    }
    if chance(50) {
      return TwinOperation(
        .munmap, Self.window.lowerBound, Self.window.upperBound - Self.window.lowerBound)
    }
    let vma = vmas[Int(number(UInt64(vmas.count)))]
    return TwinOperation(.munmap, vma.start, 32 * Self.page)
  }

  private mutating func candidate(_ index: Int) -> TwinOperation {
    switch number(1000) {
    case 0..<220: return mmap()
    case 220..<300: return TwinOperation(.munmap, address(), length())
    case 300..<410: return mprotect()
    case 410..<510: return mremap()
    case 510..<630: return madvise()
    case 630..<665: return brk()
    case 665..<695:
      let length = min(length(), UInt64(TwinArea.answerByteCount - 1) * Self.page)
      return TwinOperation(.mincore, address(), length, TwinArea.answer(index))
    case 695..<715: return TwinOperation(.msync, address(), length(), pick([1, 2, 4, 6, 0, 5, 8]))
    case 715..<735: return TwinOperation(.mlock, address(), length())
    case 735..<760: return TwinOperation(.munlock, address(), length())
    case 760..<770: return TwinOperation(.mlock2, address(), length(), pick([0, 1, 1, 2]))
    case 770..<772: return TwinOperation(.mlockall, pick([1, 2, 3, 4, 5, 6, 7, 0, 8]))
    case 772..<780: return TwinOperation(.munlockall)
    case 780..<880: return TwinOperation(reading: address() & ~7)
    default: return TwinOperation(writing: count << 8 | 0x57, at: address() & ~7)
    }
  }

  /// Whether it leaves the area and the code alone, which lie below all that it is about.
  private func isHarmless(_ operation: TwinOperation) -> Bool {
    let arguments = operation.arguments
    func isFree(_ start: UInt64, _ byteCount: UInt64) -> Bool {
      if start >= TwinArea.protectedEnd { return true }
      let (end, overflow) = start.addingReportingOverflow(byteCount)
      return !overflow && end.addingReportingOverflow(Self.page).partialValue <= TwinArea.start
    }
    if operation.kind != .call { return isFree(operation.address, 8) }
    switch operation.number {
    case .brk, .mlockall, .munlockall: return true
    case .mremap:
      return isFree(arguments[0], max(arguments[1], arguments[2]))
        && (arguments[3] & 2 == 0 || isFree(arguments[4], max(arguments[1], arguments[2])))
    case .mmap: return arguments[3] & 0x10_0010 == 0 || isFree(arguments[0], arguments[1])
    default: return isFree(arguments[0], arguments[1])
    }
  }

  /// Whether docs/divergences-from-linux.md names what becomes of it: a mapping at a fixed address
  /// that promises more than the machine has, or in the last page of all addresses.
  private func isExplained(_ operation: TwinOperation) -> Bool {
    let arguments = operation.arguments
    guard operation.kind == .call, operation.number == .mmap, arguments[3] & 0x10_0010 != 0 else {
      return false
    }
    return arguments[3] & 0x10 != 0 && (1 << 45...1 << 46).contains(arguments[1])
      || arguments[0] > UInt64.max - Self.page
  }

  // MARK: Arguments

  /// An address, most of the time of a page.
  mutating func address() -> UInt64 {
    var address: UInt64
    switch number(100) {
    case 0..<45 where !vmas.isEmpty:
      let vma = vmas[Int(number(UInt64(vmas.count)))]
      let pages = (vma.end - vma.start) / Self.page
      address = vma.start + number(min(pages, 64)) * Self.page
      if chance(20) { address = vma.end - Self.page * (1 + number(min(pages, 8))) }
    case 45..<70 where !vmas.isEmpty:
      let vma = vmas[Int(number(UInt64(vmas.count)))]
      address = chance(50) ? vma.start : vma.end
      address = address &+ number(4) &* Self.page &- 2 &* Self.page
    case 0..<97:
      let pages = (Self.window.upperBound - Self.window.lowerBound) / Self.page
      address = Self.window.lowerBound + number(pages) * Self.page
    default:
      address = pick([
        0, Self.page, 0x8000, 0x1_0000, mmapBase, mmapBase - 4 * Self.page,
        mmapBase + 4 * Self.page, 0x7fff_ffff_e000, 0x7fff_ffff_f000, 0x8000_0000_0000,
        0xffff_8000_0000_0000, 0xffff_ffff_ffff_f000, breakStart, 0x7fff_f000, 0x8000_0000,
      ])
    }
    if chance(2) { address = address &+ number(4096) }
    return address
  }

  /// A length, most of the time of some pages.
  mutating func length() -> UInt64 {
    var byteCount: UInt64
    switch number(1000) {
    case 0..<600: byteCount = (1 + number(4)) * Self.page
    case 600..<880: byteCount = (1 + number(16)) * Self.page
    case 880..<960: byteCount = (1 + number(64)) * Self.page
    case 960..<980: byteCount = pick([512, 513, 1024, 511, 1536]) * Self.page
    case 980..<990: byteCount = 0
    default:
      byteCount = pick([
        1 << 47, (1 << 47) - 4096, .max, .max - 4095, .max - 4096, 1 << 63, 1 << 46,
      ])
    }
    if chance(10), byteCount > 4096 { byteCount -= number(4096) }
    return byteCount
  }

  mutating func protection() -> UInt64 {
    pick([3, 3, 3, 3, 3, 3, 1, 1, 0, 0, 7, 5, 5, 2, 4, 6])
  }
}
