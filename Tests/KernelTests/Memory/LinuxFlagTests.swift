// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// What Linux keeps with a VMA beside its protection: locks, advice, and who wrote its pages first.
struct LinuxFlagTests {
  private let top = VirtualAddress(0x7000_0000_0000)
  private func page(_ number: UInt64) -> VirtualAddress {
    VirtualAddress(0x6000_0000_0000 + number * 4096)
  }
  private func pages(_ range: Range<UInt64>) -> AddressRange {
    page(range.lowerBound)..<page(range.upperBound)
  }

  @discardableResult
  private func map(
    _ space: inout AddressSpace, _ range: Range<UInt64>,
    _ protection: Protection = [.read, .write], options: MapOptions = []
  ) throws(Errno) -> VirtualAddress {
    try space.map(
      .anonymous, at: .fixed(page(range.lowerBound), replacing: true),
      byteCount: UInt64(range.count) * 4096, protection: protection, options: options)
  }

  private func layout(_ space: borrowing AddressSpace) -> [Range<UInt64>] {
    space.layout.map {
      ($0.range.lowerBound - page(0)) / 4096..<($0.range.upperBound - page(0)) / 4096
    }
  }

  @Test func `advice about use splits VMAs and merges them again`() throws {
    for (set, clear) in [(1, 0), (2, 0), (10, 11), (12, 13), (16, 17), (18, 19)] {
      var space = try makeSpace(.linux)
      try map(&space, 0..<6)
      try space.advise(pages(2..<4), Advice(rawValue: Int32(set)), strict: true)
      #expect(layout(space) == [0..<2, 2..<4, 4..<6], "advice \(set)")
      try space.advise(pages(2..<4), Advice(rawValue: Int32(clear)), strict: true)
      #expect(layout(space) == [0..<6], "advice \(clear)")
    }
  }

  @Test func `locking splits VMAs, counts pages and populates`() throws {
    var space = try makeSpace(.linux)
    try map(&space, 0..<6)
    try space.lock(pages(2..<4), onFault: false)
    #expect(layout(space) == [0..<2, 2..<4, 4..<6])
    check(space.lockedPageCount == 2)
    check(space.pageTable.walk(page(2)).pte.isLeaf)
    check(!space.pageTable.walk(page(1)).pte.isLeaf)
    check(
      outcome { () throws(Errno) in try space.advise(pages(2..<3), .dontNeed, strict: true) }
        == "EINVAL")
    try space.unlock(pages(0..<6))
    #expect(layout(space) == [0..<6])
    check(space.lockedPageCount == 0)
  }

  @Test func `locking has a limit and ends at a hole`() throws {
    var space = try makeSpace(.linux)
    space.lockByteLimit = 4 * 4096
    try map(&space, 0..<8)
    check(
      outcome { () throws(Errno) in try space.lock(pages(0..<5), onFault: false) } == "ENOMEM")
    check(space.lockedPageCount == 0)
    try space.lock(pages(0..<4), onFault: false)
    // What is locked already does not count twice.
    try space.lock(pages(0..<4), onFault: true)
    check(
      outcome { () throws(Errno) in try map(&space, 20..<21, options: .locked) } == "EAGAIN")
    try space.unmap(pages(1..<8))
    check(space.lockedPageCount == 1)
    check(
      outcome { () throws(Errno) in try space.lock(pages(0..<2), onFault: false) } == "ENOMEM")
  }

  @Test func `mlockall locks what stands and what comes`() throws {
    var space = try makeSpace(.linux)
    try map(&space, 0..<2, .read)
    try space.lockAll(3)
    check(space.lockedPageCount == 2)
    try map(&space, 4..<6)
    check(space.lockedPageCount == 4)
    check(space.pageTable.walk(page(5)).pte.isLeaf)
    space.unlockAll()
    check(space.lockedPageCount == 0)
    try map(&space, 8..<9)
    check(!space.pageTable.walk(page(8)).pte.isLeaf)
  }

  @Test func `VMAs that were written on their own do not merge`() throws {
    var space = try makeSpace(.linux)
    try map(&space, 0..<1)
    try map(&space, 2..<3)
    check(space.setByte(1, at: page(0)))
    check(space.setByte(2, at: page(2)))
    try map(&space, 1..<2)
    #expect(layout(space) == [0..<2, 2..<3])
    // Read only, nobody is the first to write.
    try map(&space, 10..<11)
    check(space.byte(at: page(10)) == 0)
    try map(&space, 11..<12)
    #expect(layout(space) == [0..<2, 2..<3, 10..<12])
    // A store after a load is noticed.
    check(space.setByte(3, at: page(10)))
    check(space.find(page(10))?.origin != 0)
    check(space.byte(at: page(10)) == 3)
  }

  @Test func `VMAs of different protection share who wrote first`() throws {
    var space = try makeSpace(.linux)
    try map(&space, 0..<4)
    try space.protect(pages(2..<4), [.read, .write, .execute])
    check(space.setByte(1, at: page(0)))
    check(space.setByte(1, at: page(3)))
    try space.protect(pages(2..<4), [.read, .write])
    #expect(layout(space) == [0..<4])
  }

  @Test func `written pages that moved merge only where they came from`() throws {
    var space = try makeSpace(.linux)
    try map(&space, 0..<4)
    check(space.setByte(7, at: page(3)))
    _ = try space.remap(
      page(3), byteCount: 4096, newByteCount: 4096, options: [.mayMove, .fixed],
      newAddress: page(10))
    try map(&space, 9..<10)
    #expect(layout(space) == [0..<3, 9..<10, 10..<11])
    _ = try space.remap(
      page(10), byteCount: 4096, newByteCount: 4096, options: [.mayMove, .fixed],
      newAddress: page(3))
    #expect(layout(space) == [0..<4, 9..<10])
    check(space.byte(at: page(3)) == 7)
  }

  @Test func `nothing is placed in the gap of a stack`() throws {
    var space = try makeSpace(.linux)
    _ = try space.map(
      .anonymous, at: .fixed(top - 4096, replacing: false), byteCount: 4096,
      protection: [.read, .write], options: .growsDown)
    let address = try space.map(.anonymous, byteCount: 4096, protection: .read)
    #expect(address == top - 4096 - (1 << 20) - 4096)
  }
}
