// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The seven examples of how Unikraft's ukvmem is used, in its order.
struct UsageExampleTests {
  private let readWrite: Protection = [.read, .write]
  private let mebi: UInt64 = 1 << 20

  @Test func `1: anonymous memory takes frames when it is touched`() throws {
    var space = try makeSpace()
    let free = space.frames.freeFrameCount
    let start = try space.map(.anonymous, byteCount: 64 * 4096, protection: readWrite)
    check(space.frames.freeFrameCount == free)
    check(space.touch(start + 5 * 4096, [.user, .write]) == .resolved)
    // The page and three tables.
    check(space.frames.freeFrameCount == free - 4)
    check(space.byte(at: start + 5 * 4096) == 0)
  }

  @Test func `2: given physical memory is there at once when it is populated`() throws {
    var space = try makeSpace()
    let given = try space.frames.allocate(frameCount: 8).handOver()
    let start = try space.map(
      .direct(given), byteCount: 8 * 4096, protection: readWrite, options: .populate)
    check(space.probeReadWrite(start, byteCount: 8 * 4096, options: .noPaging) == 8 * 4096)
    check(space.pageTable.walk(start + 7 * 4096).pte.address == given + 7 * 4096)
  }

  @Test func `3: memory of 2 MiB pages`() throws {
    var space = try makeSpace()
    let start = try space.map(
      .anonymous, byteCount: 4 * mebi, protection: readWrite, pageSize: .large)
    check(space.touch(start + 3 * mebi, [.user, .write]) == .resolved)
    let (pte, level) = space.pageTable.walk(start + 3 * mebi)
    check(level == 1 && pte.isPresent)
    check(space.pageTable.walk(start).pte.isEmpty)
  }

  @Test func `4: a fixed VMA for memory that is there already`() throws {
    var space = try makeSpace()
    let given = try space.frames.allocate(frameCount: 2).handOver()
    space.memory.setWord(0x0107_0707, at: given)
    let name = space.name(for: Array(".initrd".utf8))
    let start = try space.map(
      .direct(given), at: .fixed(VirtualAddress(0x20_0000), replacing: false),
      byteCount: 2 * 4096, protection: .read, options: .populate, name: name)
    #expect(start == VirtualAddress(0x20_0000))
    check(space.byte(at: start + 3) == 1)
    check(!space.setByte(1, at: start))
    expectLayout(
      space, "0-2 r--p direct \(String(given.rawValue >> 12, radix: 16)) .initrd", base: start)
  }

  @Test func `5: a heap grows and shrinks inside a reservation`() throws {
    var space = try makeSpace()
    let heap = space.name(for: Array("HEAP".utf8))
    let base = try space.map(.reserved, byteCount: 1 << 30, protection: [])
    func replace(
      _ space: inout AddressSpace, at offset: UInt64, _ byteCount: UInt64, _ backing: Backing
    ) throws {
      _ = try space.map(
        backing, at: .fixed(base + offset, replacing: true), byteCount: byteCount,
        protection: backing == .reserved ? [] : readWrite,
        name: backing == .reserved ? .none : heap)
    }
    try replace(&space, at: 0, mebi, .anonymous)
    expectLayout(space, "0-100 rw-p anonymous HEAP\n100-40000 ---p reserved")
    try replace(&space, at: mebi, 2 * mebi, .anonymous)
    expectLayout(space, "0-300 rw-p anonymous HEAP\n300-40000 ---p reserved")
    check(space.setByte(9, at: base + 2 * mebi))
    check(space.setByte(8, at: base + mebi))
    let free = space.frames.freeFrameCount
    try replace(&space, at: 2 * mebi, mebi, .reserved)
    expectLayout(space, "0-200 rw-p anonymous HEAP\n200-40000 ---p reserved")
    // The page and its table.
    check(space.frames.freeFrameCount == free + 2)
    check(space.byte(at: base + 2 * mebi) == nil)
    check(space.byte(at: base + mebi) == 8)
  }

  @Test func `6: frames are given back and the VMA stays`() throws {
    var space = try makeSpace()
    let free = space.frames.freeFrameCount
    let base = try space.map(.anonymous, byteCount: 3 * mebi, protection: readWrite)
    check(space.setByte(7, at: base))
    check(space.setByte(7, at: base + 2 * mebi))
    try space.advise(base + 2 * mebi..<base + 3 * mebi, .dontNeed)
    expectLayout(space, "0-300 rw-p anonymous")
    check(space.byte(at: base) == 7)
    check(space.byte(at: base + 2 * mebi, fill: AddressSpace.noFiles) == 0)
    try space.advise(base..<base + 3 * mebi, .dontNeed)
    check(space.frames.freeFrameCount == free)
  }

  @Test func `7: a ring buffer is mapped twice, one behind the other`() throws {
    var space = try makeSpace()
    let pageCount: UInt64 = 4
    let given = try space.frames.allocate(frameCount: pageCount).handOver()
    let byteCount = pageCount * 4096
    let start = try space.map(.reserved, byteCount: 2 * byteCount, protection: [])
    for half in [start, start + byteCount] {
      _ = try space.map(
        .direct(given), at: .fixed(half, replacing: true), byteCount: byteCount,
        protection: readWrite, options: .populate)
    }
    // Not contiguous in physical memory, so they stay two.
    let first = String(given.rawValue >> 12, radix: 16)
    expectLayout(space, "0-4 rw-p direct \(first)\n4-8 rw-p direct \(first)", base: start)
    let message = Array("over the end".utf8)
    let count = message.withUnsafeBytes { space.copyOut($0, to: start + (byteCount - 5)) }
    #expect(count == 12)
    check(space.byte(at: start) == message[5])
    check(space.byte(at: start + 6) == message[11])
    let free = space.frames.freeFrameCount
    try space.unmap(start..<start + 2 * byteCount)
    check(space.frames.isAllocated(given))
    space.frames.free(given, frameCount: pageCount)
    check(space.frames.freeFrameCount > free + pageCount)
  }
}
