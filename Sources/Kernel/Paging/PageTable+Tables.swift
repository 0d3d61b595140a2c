// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension PageTable {
  static func allocateTable(
    _ memory: PhysicalMemory, _ frames: inout BuddyFrameAllocator
  ) throws(Errno) -> PhysicalAddress {
    let run = try frames.allocate()
    if !run.isZero { memory.clear(run.segment) }
    return run.handOver()
  }

  /// A zeroed frame for a table of that level. ENOMEM where there is none.
  mutating func takeTable(
    level: Int, _ frames: inout BuddyFrameAllocator
  ) throws(Errno) -> PhysicalAddress {
    let table: PhysicalAddress
    if let kept = stock.popLast() {
      table = kept
    } else {
      table = try Self.allocateTable(memory, &frames)
    }
    statistics.tables[level] += 1
    return table
  }

  /// Takes the frame of a table without an entry back.
  mutating func giveBack(
    _ table: PhysicalAddress, level: Int, _ frames: inout BuddyFrameAllocator
  ) {
    statistics.tables[level] -= 1
    frames.free(table, areZero: true)
  }

  /// Sets frames for `count` tables aside; on failure none.
  mutating func fillStock(_ count: UInt64, _ frames: inout BuddyFrameAllocator) throws(Errno) {
    try frames.check(frameCount: count)
    for _ in 0..<count {
      do throws(Errno) {
        stock.append(try Self.allocateTable(memory, &frames))
      } catch {
        emptyStock(&frames)
        throw error
      }
    }
  }

  /// Gives what was set aside and not used back.
  mutating func emptyStock(_ frames: inout BuddyFrameAllocator) {
    while let table = stock.popLast() { frames.free(table, areZero: true) }
  }

  /// The most tables that leaves in `range` can need. Unikraft: `PT_PAGES`.
  func tableBound(of range: AddressRange) -> UInt64 {
    var sum: UInt64 = 0
    for level in 1...topLevel {
      let first = range.lowerBound.rawValue >> UInt64(12 + 9 * level)
      let last = (range.upperBound.rawValue - 1) >> UInt64(12 + 9 * level)
      sum += last - first + 1
    }
    return sum
  }
}
