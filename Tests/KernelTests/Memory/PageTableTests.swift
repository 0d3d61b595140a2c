// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The page table, read again by a second walker that knows the CPU's format and nothing else.
struct PageTableTests {
  @Test func `the CPU finds what was mapped, with its permissions`() throws {
    var fixture = try PagingFixture()
    let address = page(3)
    let physical = try fixture.map(address, .base, .read)
    let found = fixture.naive(address.rawValue + 5)
    #expect(found?.0 == physical.rawValue + 5 && found?.1 == false && found?.2 == false)
    fixture.table.protect(address..<address + 4096, [.read, .execute], log: &fixture.log)
    let changed = fixture.naive(address.rawValue)
    #expect(changed?.1 == false && changed?.2 == true)
    #expect(fixture.table.walk(address).level == 0)
    #expect(fixture.table.walk(address + 4096).pte.isEmpty)
  }

  @Test func `PROT_NONE revokes and keeps the frame`() throws {
    var fixture = try PagingFixture()
    let address = page(3)
    let physical = try fixture.map(address)
    fixture.table.protect(address..<address + 4096, [], log: &fixture.log)
    #expect(fixture.naive(address.rawValue) == nil)
    #expect(fixture.table.walk(address).pte.address == physical)
    check(fixture.frames.isAllocated(physical))
    fixture.table.protect(address..<address + 4096, .read, log: &fixture.log)
    #expect(
      fixture.naive(address.rawValue)?.0 == physical.rawValue)
  }

  @Test func `empty tables are given back, as zeros`() throws {
    var fixture = try PagingFixture()
    let free = fixture.frames.freeFrameCount
    _ = try fixture.map(page(0))
    _ = try fixture.map(page(1))
    _ = try fixture.map(VirtualAddress(0x7fff_ffff_e000))
    _ = try fixture.map(VirtualAddress(0x4000_0000), .large)
    #expect(fixture.table.tableCount == 1 + 3 + 3 + 1)
    fixture.unmap(pages(1..<2))
    #expect(fixture.table.tableCount == 8)
    fixture.unmap(pages(0..<1))
    #expect(fixture.table.tableCount == 6)
    fixture.unmap(VirtualAddress(0)..<VirtualAddress(1 << 47))
    #expect(fixture.table.tableCount == 1)
    #expect(fixture.frames.freeFrameCount == free)
  }

  @Test func `a full table counts 512 entries`() throws {
    var fixture = try PagingFixture()
    let start = VirtualAddress(0x4000_0000)
    for index in 0..<512 as Range<UInt64> { _ = try fixture.map(start + index * 4096) }
    #expect(fixture.table.tableCount == 4)
    for index in 1..<512 as Range<UInt64> {
      fixture.unmap(start + index * 4096..<start + (index + 1) * 4096)
    }
    #expect(fixture.table.tableCount == 4)
    fixture.unmap(start..<start + 4096)
    #expect(fixture.table.tableCount == 1)
  }

  @Test func `a table that cannot be had leaves nothing behind`() throws {
    for failing in 0..<3 {
      var fixture = try PagingFixture()
      let physical = try fixture.frames.allocate().handOver()
      let free = fixture.frames.freeFrameCount
      fixture.frames.requestsUntilFailure = failing
      let result = outcome { () throws(Errno) in
        try fixture.table.map(
          page(0), to: physical, protection: .read, frames: &fixture.frames, log: &fixture.log)
      }
      #expect(result == "ENOMEM")
      #expect(fixture.frames.freeFrameCount == free)
      #expect(fixture.memory.word(at: fixture.table.root) == 0)
      #expect(fixture.log.take().isEmpty)
    }
  }

  @Test func `a large page is split with every translation kept`() throws {
    var fixture = try PagingFixture()
    let start = VirtualAddress(0x4000_0000)
    let physical = try fixture.map(start, .large, [.read])
    check(fixture.table.isStraddled(start + 4096) && !fixture.table.isStraddled(start))
    try fixture.table.split(at: start + 4096, frames: &fixture.frames)
    for offset in [0, 4096, 0x1f_f000, 0x12_3456] as [UInt64] {
      let found = fixture.naive(start.rawValue + offset)
      #expect(found?.0 == physical.rawValue + offset && found?.1 == false)
    }
    #expect(fixture.table.walk(start).level == 0)
    // At level 0 the bit of large pages means something else.
    #expect(fixture.table.walk(start).pte.rawValue & PTE.largeBit == 0)
    fixture.unmap(start + 4096..<start + 0x20_0000)
    #expect(fixture.table.walk(start).pte.isPresent)
    fixture.unmap(start..<start + 4096)
    #expect(fixture.table.tableCount == 1)
  }

  @Test func `changes that go on are joined`() throws {
    var fixture = try PagingFixture()
    for number in 0..<4 as Range<UInt64> { _ = try fixture.map(page(number)) }
    fixture.table.protect(pages(0..<4), .read, log: &fixture.log)
    fixture.unmap(pages(0..<1))
    fixture.unmap(pages(1..<4))
    let changes = fixture.log.take()
    var text: [String] = []
    for change in changes {
      switch change {
      case .map(let address, _, let count, _): text.append("map \(address - page(0)) \(count)")
      case .unmap(let address, let count): text.append("unmap \(address - page(0)) \(count)")
      case .protect(let address, let count, let protection):
        text.append("protect \(address - page(0)) \(count) \(protection.description)")
      }
    }
    // The first frames are 1 (the root), 2, then tables: the pages after the first adjoin.
    #expect(
      text == ["map 0 4096", "map 4096 12288", "protect 0 16384 r--", "unmap 0 16384"])
  }

  @Test func `holes are found across tables`() throws {
    var fixture = try PagingFixture()
    _ = try fixture.map(page(510))
    _ = try fixture.map(page(513))
    #expect(fixture.table.firstHole(in: pages(510..<514)) == pages(511..<513))
    #expect(fixture.table.firstHole(in: pages(510..<511)) == nil)
    #expect(fixture.table.firstHole(in: pages(0..<2000)) == pages(0..<510))
    #expect(fixture.table.firstHole(in: pages(513..<1_000_000)) == pages(514..<1_000_000))
  }
}
