// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

@testable import Kernel

/// A page table with an allocator of its own.
struct PagingFixture: ~Copyable {
  var frames: BuddyFrameAllocator
  var table: PageTable
  var log = TranslationLog()
  let memory: PhysicalMemory

  init(frameCount: Int = 4096, topLevel: Int = 3) throws {
    memory = makeMemory(frameCount: frameCount)
    frames = BuddyFrameAllocator(memory: memory)
    try frames.addZone(PhysicalAddress(0)..<PhysicalAddress(memory.byteCount))
    table = try PageTable(memory: memory, topLevel: topLevel, frames: &frames)
  }

  mutating func map(
    _ address: VirtualAddress, _ size: PageSize = .base,
    _ protection: Protection = [.read, .write]
  ) throws(Errno) -> PhysicalAddress {
    let physical = try frames.allocate(size).handOver()
    try table.map(
      address, to: physical, size: size, protection: protection, frames: &frames, log: &log)
    return physical
  }

  mutating func unmap(_ range: AddressRange) {
    table.unmap(range, frames: &frames, log: &log)
  }

  /// What the naive walker finds for a program: the byte, whether it may write, and execute.
  func naive(_ address: UInt64) -> (UInt64, Bool, Bool)? {
    let walker = NaiveWalker(memory: memory, root: table.root.rawValue, levels: table.topLevel + 1)
    guard case .byte(let byte) = walker.walk(address, .read) else { return nil }
    let mayWrite = walker.walk(address, .write) == .byte(byte)
    let mayExecute = walker.walk(address, .fetch) == .byte(byte)
    return (byte, mayWrite, mayExecute)
  }

  /// What the log tells the CPU, one change a line, in pages from `page(0)` on.
  mutating func heard() -> [String] {
    log.take().map { change in
      switch change {
      case .map(let address, _, let count, let protection):
        "map \(number(address)) \(count / 4096) \(protection.description)"
      case .unmap(let address, let count): "unmap \(number(address)) \(count / 4096)"
      case .protect(let address, let count, let protection):
        "protect \(number(address)) \(count / 4096) \(protection.description)"
      }
    }
  }

  private func number(_ address: VirtualAddress) -> UInt64 { (address - page(0)) / 4096 }

  /// Counts leaves by size and tables by level by looking at every entry.
  func counted() -> (leaves: [UInt64], tables: [UInt64]) {
    var leaves = [UInt64](repeating: 0, count: 3)
    var tables = [UInt64](repeating: 0, count: 5)
    func count(_ table: PhysicalAddress, _ level: Int) {
      tables[level] += 1
      for index in 0..<512 as Range<UInt64> {
        let pte = PTE(rawValue: memory.word(at: table + index * 8))
        if pte.isLeaf {
          leaves[level] += 1
        } else if !pte.isEmpty {
          count(pte.address, level - 1)
        }
      }
    }
    count(table.root, table.topLevel)
    return (leaves, tables)
  }

  /// Whether the statistics are what `counted` finds.
  var isCountedRight: Bool {
    let (leaves, tables) = counted()
    for size in PageSize.allCases
    where table.statistics.leafCount(size) != leaves[Int(size.rawValue)] { return false }
    for level in 0..<5 where table.statistics.tableCount(level: level) != tables[level] {
      return false
    }
    return table.tableCount == tables.reduce(0, +)
  }
}
