// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Copies that report instead of fault: how many bytes, which bytes, and what they leave alone.
struct NoFaultCopyTests {
  private let base = VirtualAddress(0x200_0000_0000)
  private let size: UInt64 = 4096
  private let readWrite: Protection = [.read, .write]

  /// Page `number` of the test, filled with bytes that say where they are.
  private func map(
    _ space: inout AddressSpace, _ number: UInt64, _ protection: Protection = [.read, .write]
  ) throws {
    let start = base + number * size
    _ = try space.map(
      .anonymous, at: .fixed(start, replacing: false), byteCount: size, protection: readWrite)
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: ($0 + number * size) % 251) }
    let count = bytes.withUnsafeBytes { space.copyOut($0, to: start) }
    check(count == size)
    try space.protect(start..<start + size, protection)
  }

  private func expected(_ offset: UInt64) -> UInt8 { UInt8(offset % 251) }

  private func copyIn(
    _ space: inout AddressSpace, _ offset: Int64, _ count: Int, _ options: NoFaultOptions = []
  ) -> (count: UInt64, bytes: [UInt8]) {
    var bytes = [UInt8](repeating: 0xee, count: count)
    let address = base + UInt64(bitPattern: offset)
    let counted = bytes.withUnsafeMutableBytes {
      space.copyIn(from: address, into: $0, options: options)
    }
    return (counted, bytes)
  }

  /// For each page whether it was accessed, and whether it was stored to.
  private func marks(_ space: inout AddressSpace, _ numbers: Range<UInt64>) -> [String] {
    numbers.map {
      let bits = space.pageTable.walk(base + $0 * size).pte.rawValue
      return (bits & PTE.accessedBit != 0 ? "a" : "-") + (bits & PTE.dirtyBit != 0 ? "d" : "-")
    }
  }

  @Test(arguments: [false, true])
  func `a copy marks the pages that it touches, adjacent or not`(isScattered: Bool) throws {
    var space = try makeSpace()
    // Over the end of a page table.
    let first: UInt64 = 508
    _ = try space.map(
      .anonymous, at: .fixed(base + first * size, replacing: false), byteCount: 8 * size,
      protection: readWrite)
    for number in isScattered ? [7, 3, 5, 1, 6, 0, 2, 4] : Array(0..<8 as Range<UInt64>) {
      let start = base + (first + number) * size
      try space.populate(start..<start + size, for: .read)
    }
    var bytes = [UInt8](repeating: 1, count: 5 * Int(size))
    let start = base + first * size + 10
    check(bytes.withUnsafeMutableBytes { space.copyIn(from: start, into: $0) } == 5 * size)
    #expect(bytes == [UInt8](repeating: 0, count: 5 * Int(size)))
    #expect(
      marks(&space, first..<first + 8) == ["a-", "a-", "a-", "a-", "a-", "a-", "--", "--"])
    for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index % 251) }
    check(bytes.withUnsafeBytes { space.copyOut($0, to: start + size) } == 5 * size)
    #expect(
      marks(&space, first..<first + 8) == ["a-", "ad", "ad", "ad", "ad", "ad", "ad", "--"])
    for index in [0, 4085, 4086, 5 * 4096 - 1] {
      check(space.byte(at: start + size + UInt64(index)) == UInt8(index % 251))
    }
  }

  @Test func `behind the last entry of a table the next table counts, not the next frame`() throws {
    var space = try makeSpace()
    _ = try space.map(
      .anonymous, at: .fixed(base + 505 * size, replacing: false), byteCount: 8 * size,
      protection: readWrite)
    // In this order, so that a page of the guest's lies in the frame behind the table.
    for number in [511, 510, 505, 512] as [UInt64] {
      check(space.setByte(UInt8(number - 500), at: base + number * size))
    }
    let access = space.pageTable.access(base + 511 * size, MemoryAccess(.read))
    guard case .translated(let found) = access else {
      Issue.record("the page is not there")
      return
    }
    let behind = found.entry + 8
    #expect(behind == space.pageTable.walk(base + 510 * size).pte.address)
    let other = space.pageTable.walk(base + 505 * size).pte
    space.memory.setWord(other.rawValue, at: behind)
    var bytes = [UInt8](repeating: 0, count: 2 * Int(size))
    let start = base + 511 * size
    check(bytes.withUnsafeMutableBytes { space.copyIn(from: start, into: $0) } == 2 * size)
    #expect(bytes[0] == 11 && bytes[Int(size)] == 12)
  }

  @Test func `a copy ends where the next page of the table allows less`() throws {
    var space = try makeSpace()
    for number in 0..<4 as Range<UInt64> { try map(&space, number) }
    try space.protect(base + 2 * size..<base + 3 * size, .read)
    var bytes = [UInt8](repeating: 7, count: 4 * Int(size))
    check(bytes.withUnsafeBytes { space.copyOut($0, to: base) } == 2 * size)
    check(bytes.withUnsafeBytes { space.copyOut($0, to: base, options: .continue) } == 3 * size)
    check(bytes.withUnsafeMutableBytes { space.copyIn(from: base, into: $0) } == 4 * size)
    try space.protect(base + size..<base + 2 * size, [])
    check(bytes.withUnsafeMutableBytes { space.copyIn(from: base, into: $0) } == size)
    check(bytes.withUnsafeBytes { space.copyOut($0, to: base) } == size)
  }

  @Test func `64 bytes of which 10 can be read copy 10`() throws {
    var space = try makeSpace()
    try map(&space, 0)
    let (count, bytes) = copyIn(&space, Int64(size) - 10, 64)
    #expect(count == 10)
    #expect(bytes[9] == expected(size - 1) && bytes[10] == 0xee)
    check(copyIn(&space, -1, 8).count == 0)
    check(copyIn(&space, 0, 0).count == 0)
  }

  @Test(arguments: [(0, 3 * 4096, 8192), (100, 3 * 4096, 8092), (-100, 200, 0), (-100, 8192, 100)])
  func `a copy goes on as a probe does, and leaves what it leapt over`(
    offset: Int64, count: Int, expectedCount: UInt64
  ) throws {
    var space = try makeSpace()
    try map(&space, 0)
    try map(&space, 2)
    let (counted, bytes) = copyIn(&space, offset, count, .continue)
    #expect(counted == expectedCount)
    var copied: UInt64 = 0
    for (index, byte) in bytes.enumerated() where byte != 0xee {
      #expect(byte == expected(UInt64(offset + Int64(index))))
      copied += 1
    }
    // Some bytes of the pattern are 0xee themselves.
    #expect(copied <= counted && copied + 100 >= counted)
    // The same out again, over other contents.
    let ones = [UInt8](repeating: 1, count: count)
    let address = base + UInt64(bitPattern: offset)
    let out = ones.withUnsafeBytes { space.copyOut($0, to: address, options: .continue) }
    #expect(out == expectedCount)
    check(space.probeRead(base, byteCount: 3 * size, options: .continue) == 2 * size)
    var ruled: UInt64 = 0
    for number in [0, 2] as [UInt64] {
      for index in 0..<size where space.byte(at: base + number * size + index) == 1 { ruled += 1 }
    }
    // 16 bytes of each page of the pattern were 1 before.
    #expect(ruled >= expectedCount && ruled <= expectedCount + 64)
  }

  @Test func `without paging only what is present is copied`() throws {
    var space = try makeSpace()
    _ = try space.map(
      .anonymous, at: .fixed(base, replacing: false), byteCount: 4 * size, protection: readWrite)
    check(space.probeRead(base, byteCount: 4 * size, options: .noPaging) == 0)
    check(space.setByte(5, at: base + size))
    check(space.probeRead(base, byteCount: 4 * size, options: .noPaging) == 0)
    check(space.probeRead(base, byteCount: 4 * size, options: [.noPaging, .continue]) == size)
    check(space.probeReadWrite(base + size, byteCount: 2 * size, options: .noPaging) == size)
    check(copyIn(&space, Int64(size), 8192, .noPaging).count == size)
    check(space.tryRead(base, as: UInt8.self, options: .noPaging) == nil)
    check(!space.tryWrite(1 as UInt8, at: base, options: .noPaging))
    let one: [UInt8] = [9]
    let out = one.withUnsafeBytes { space.copyOut($0, to: base, options: .noPaging) }
    #expect(out == 0)
    check(
      space.copy(from: base + size, to: base, byteCount: 8, options: .noPaging) == 0
        && space.copy(from: base, to: base + size, byteCount: 8, options: .noPaging) == 0)
    #expect(space.pageTable.statistics.leafCount(.base) == 1)
    // With paging all of it can.
    check(space.probeReadWrite(base, byteCount: 9 * size) == 4 * size)
    #expect(space.pageTable.statistics.leafCount(.base) == 4)
  }

  @Test func `numbers are read and written whole or not at all`() throws {
    var space = try makeSpace()
    try map(&space, 0)
    try map(&space, 1, .read)
    check(space.tryRead(VirtualAddress(0xbaad_baad_8000_0000), as: UInt64.self) == nil)
    check(!space.tryWrite(0x42 as UInt64, at: VirtualAddress(0xbaad_baad_8000_0000)))
    check(space.tryWrite(0x1122_3344_5566_7788 as UInt64, at: base))
    check(space.tryRead(base, as: UInt64.self) == 0x1122_3344_5566_7788)
    check(space.tryRead(base + 2, as: UInt16.self) == 0x5566)
    // Over the border of two pages: readable, but the second cannot be written.
    check(space.tryRead(base + (size - 4), as: UInt64.self) != nil)
    check(!space.tryWrite(0 as UInt64, at: base + (size - 4)))
    check(space.tryRead(base + size, as: UInt8.self) == expected(size))
    check(space.tryRead(base + (2 * size - 1), as: UInt16.self) == nil)
    check(space.tryRead(VirtualAddress(.max), as: UInt16.self) == nil)
  }

  @Test func `a copy within the guest counts what both sides allow`() throws {
    var space = try makeSpace()
    for number in [0, 1, 4] as [UInt64] { try map(&space, number) }
    try map(&space, 5, .read)
    // Source and target are cut at different places.
    check(space.copy(from: base + 100, to: base + 4 * size + 50, byteCount: size) == size - 50)
    check(space.byte(at: base + 4 * size + 50) == expected(100))
    check(space.byte(at: base + 5 * size - 1) == expected(100 + size - 51))
    check(space.byte(at: base + 4 * size + 49) == expected(4 * size + 49))
    check(space.copy(from: base + 2 * size - 7, to: base + 4 * size, byteCount: 64) == 7)
    check(space.copy(from: base, to: base + 5 * size, byteCount: 1) == 0)
    check(space.copy(from: base, to: base + 2 * size, byteCount: 1) == 0)
    check(space.copy(from: base, to: base, byteCount: 0) == 0)
    // After the fault at page 2 the copy goes on one page further on both sides.
    try map(&space, 3)
    check(
      space.copy(
        from: base + size, to: base + size, byteCount: 3 * size, options: .continue) == 2 * size)
    // Over itself, both ways.
    try map(&space, 2)
    check(space.copy(from: base + 2 * size, to: base + 2 * size + 1, byteCount: 9) == 9)
    check(space.byte(at: base + 2 * size + 9) == expected(2 * size + 8))
    check(space.copy(from: base + 2 * size + 1, to: base + 2 * size, byteCount: 9) == 9)
    check(space.byte(at: base + 2 * size + 8) == expected(2 * size + 8))
  }

  @Test func `nothing wraps at the top of the address space`() throws {
    var space = try makeSpace()
    try map(&space, 0)
    let top = VirtualAddress(.max - 10)
    check(space.probeRead(top, byteCount: .max, options: .continue) == 0)
    check(space.copy(from: top, to: base, byteCount: .max, options: .continue) == 0)
    check(space.copy(from: base, to: top, byteCount: .max, options: .continue) == 0)
    var bytes = [UInt8](repeating: 0xee, count: 64)
    let counted = bytes.withUnsafeMutableBytes {
      space.copyIn(from: top, into: $0, options: .continue)
    }
    #expect(counted == 0 && bytes.allSatisfy { $0 == 0xee })
    check(space.segments(of: top, byteCount: .max, for: .write).isEmpty)
    check(space.probeRead(VirtualAddress(0), byteCount: 100) == 0)
  }

  @Test func `the kernel's accesses leave the CPU's marks`() throws {
    var space = try makeSpace()
    _ = try space.map(
      .anonymous, at: .fixed(base, replacing: false), byteCount: 2 * size, protection: readWrite,
      options: .populate)
    #expect(!space.pageTable.walk(base).pte.isAccessed)
    check(space.byte(at: base) == 0)
    let read = space.pageTable.walk(base).pte
    #expect(read.isAccessed && !read.isDirty)
    check(space.setByte(1, at: base))
    #expect(space.pageTable.walk(base).pte.isDirty)
    #expect(!space.pageTable.walk(base + size).pte.isAccessed)
  }

  @Test func `large pages are one segment`() throws {
    var space = try makeSpace(frameCount: 8192)
    let large = PageSize.large.byteCount
    let start = try space.map(
      .anonymous, byteCount: 2 * large, protection: readWrite, options: [.populate])
    #expect(space.pageTable.walk(start).level == 1)
    #expect(space.segments(of: start + 1, byteCount: 2 * large, for: .readWrite).count == 1)
    check(space.probeRead(start, byteCount: 4 * large) == 2 * large)
  }

  @Test func `a page of a file is a fault where nobody reads files`() throws {
    var space = try makeSpace(.linux)
    _ = try space.map(
      .file(FileIdentity(rawValue: 1), offset: 0), at: .fixed(base, replacing: false),
      byteCount: size, protection: readWrite)
    try map(&space, 1)
    check(space.probeRead(base, byteCount: 8) == 0)
    check(space.probeReadWrite(base, byteCount: 8) == 0)
    check(space.tryRead(base, as: UInt8.self) == nil)
    check(!space.tryWrite(1 as UInt8, at: base))
    check(copyIn(&space, 0, 8).count == 0)
    let one: [UInt8] = [9]
    let out = one.withUnsafeBytes { space.copyOut($0, to: base) }
    #expect(out == 0)
    check(space.copy(from: base, to: base + size, byteCount: 8) == 0)
    check(space.segments(of: base, byteCount: 8, for: .read).isEmpty)
    check(space.firstSegment(of: base, byteCount: 8, for: .read) == nil)
    var text: [UInt8] = []
    #expect(
      outcome { () throws(Errno) in try space.copyInString(from: base, limit: 8, to: &text) }
        == "EFAULT")
    #expect(space.pageTable.statistics.leafCount(.base) == 1)
  }
}
