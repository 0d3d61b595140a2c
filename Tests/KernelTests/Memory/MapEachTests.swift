// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Mapping ranges, with a mapper that is asked about each page: `ukplat_page_mapx`.
struct MapEachTests {
  private let large = VirtualAddress(0x4000_0000)

  private func plan(
    _ range: AddressRange, _ physical: PhysicalAddress? = nil, size: PageSize? = nil,
    _ protection: Protection = [.read, .write]
  ) -> MapPlan {
    MapPlan(range: range, physical: physical, protection: protection, size: size)
  }

  private func map(_ fixture: inout PagingFixture, _ plan: MapPlan) -> String {
    outcome { () throws(Errno) in
      try fixture.table.map(plan, frames: &fixture.frames, log: &fixture.log)
    }
  }

  @Test func `a range takes the largest pages that address, memory and length allow`() throws {
    var fixture = try PagingFixture(frameCount: 8192)
    let memory = try fixture.frames.allocate(frameCount: 4096).handOver()
    // From a page before a large page to one behind the next.
    let range = large + 0x1f_f000..<large + 0x60_1000
    try fixture.table.map(
      plan(range, memory + 0x1f_f000), frames: &fixture.frames, log: &fixture.log)
    #expect(fixture.table.statistics.leafCount(.large) == 2)
    #expect(fixture.table.statistics.leafCount(.base) == 2)
    #expect(fixture.table.statistics.leafByteCount == 0x40_2000)
    for offset in [0x1f_f000, 0x20_0000, 0x3f_ffff, 0x5f_f123, 0x60_0fff] as [UInt64] {
      #expect(fixture.naive(large.rawValue + offset)?.0 == memory.rawValue + offset)
    }
    // The same with memory that is not aligned likewise: small pages only.
    let other = large + 0x4000_0000
    try fixture.table.map(
      plan(other..<other + 0x40_0000, memory + 0x1000), frames: &fixture.frames, log: &fixture.log)
    #expect(fixture.table.statistics.leafCount(.large) == 2)
    #expect(fixture.naive(other.rawValue + 0x3f_ffff)?.0 == memory.rawValue + 0x40_0fff)
    check(fixture.isCountedRight)
  }

  @Test func `frames of the leaves' own are zeroed and fall back to small ones`() throws {
    var fixture = try PagingFixture(frameCount: 1600)
    let dirty = try fixture.frames.allocate(.large).handOver()
    fixture.memory.setWord(7, at: dirty + 0x1000)
    fixture.frames.free(dirty, frameCount: 512)
    // Two large frames are free, at 512 and 1024; the third page falls back.
    let range = large..<large + 0x60_0000
    #expect(
      outcome { () throws(Errno) in
        try fixture.table.map(plan(range), frames: &fixture.frames, log: &fixture.log)
      } == "OK")
    #expect(fixture.table.statistics.leafCount(.large) == 2)
    #expect(fixture.table.statistics.leafCount(.base) == 512)
    #expect(fixture.memory.word(at: dirty + 0x1000) == 0)
    check(fixture.isCountedRight)
    // Of that size or not at all.
    let more = range.upperBound..<range.upperBound + 0x20_0000
    #expect(
      outcome { () throws(Errno) in
        try fixture.table.map(
          plan(more, size: .large), frames: &fixture.frames, log: &fixture.log)
      } == "ENOMEM")
    #expect(fixture.table.walk(more.lowerBound).pte.isEmpty)
    fixture.unmap(range)
    fixture.table.free(frames: &fixture.frames)
    #expect(fixture.frames.freeFrameCount == 1599)
  }

  @Test func `without a mapper what is there is EEXIST, and the pages before stay`() throws {
    var fixture = try PagingFixture()
    _ = try fixture.map(page(2))
    _ = fixture.heard()
    #expect(map(&fixture, plan(pages(0..<4))) == "EEXIST")
    #expect(fixture.heard() == ["map 0 2 rw-"])
    _ = try fixture.map(large, .large)
    let splits = fixture.table.statistics.splitCount(.large)
    #expect(map(&fixture, plan(large + 0x1000..<large + 0x2000)) == "EEXIST")
    #expect(fixture.table.statistics.splitCount(.large) == splits)
    // A table of small pages stands where a large page is demanded.
    let lower = page(0).alignedDown(to: 1 << 21)
    #expect(map(&fixture, plan(lower..<lower + 1 << 21, size: .large)) == "EEXIST")
    check(fixture.isCountedRight)
  }

  @Test func `a mapper skips, shrinks and changes the leaf before it is written`() throws {
    var fixture = try PagingFixture(frameCount: 8192)
    let free = fixture.frames.freeFrameCount
    var asked: [(UInt64, PageSize)] = []
    let range = large..<large + 0x40_0000
    let start = large
    try fixture.table.mapEach(plan(range), frames: &fixture.frames, log: &fixture.log) {
      (address, size, current, new) throws(Errno) in
      #expect(current.isEmpty)
      let number = (address - start) / 4096
      if size == .large {
        asked.append((number, size))
        // The first large page as it is, but read-only; the second in small ones.
        if number > 0 { return .shrink }
        new = new.with(.read)
        return .apply
      }
      return number % 2 == 0 ? .skip : .apply
    }
    #expect(asked.map(\.0) == [0, 512] && asked.allSatisfy { $0.1 == .large })
    #expect(fixture.table.walk(large).pte.protection == .read)
    #expect(fixture.table.statistics.leafCount(.base) == 256)
    #expect(fixture.table.walk(large + 0x20_0000).pte.isEmpty)
    #expect(fixture.table.walk(large + 0x20_1000).pte.protection == [.read, .write])
    #expect(fixture.frames.freeFrameCount == free - 512 - 256 - 3)
    check(fixture.isCountedRight)
    // A 4 KiB page cannot shrink, and what was skipped cost nothing.
    #expect(
      outcome { () throws(Errno) in
        try fixture.table.mapEach(
          plan(pages(0..<1)), frames: &fixture.frames, log: &fixture.log
        ) { _, _, _, _ in .shrink }
      } == "ENOMEM")
    try fixture.table.mapEach(
      plan(pages(0..<9)), frames: &fixture.frames, log: &fixture.log
    ) { _, _, _, _ in .skip }
    #expect(fixture.frames.freeFrameCount == free - 512 - 256 - 3)
  }

  @Test func `what a mapper throws ends it and keeps the pages before`() throws {
    var fixture = try PagingFixture()
    let free = fixture.frames.freeFrameCount
    let result = outcome { () throws(Errno) in
      try fixture.table.mapEach(
        plan(pages(0..<8)), frames: &fixture.frames, log: &fixture.log
      ) { (address, _, _, _) throws(Errno) in
        if address == page(3) { throw .ioError }
        return .apply
      }
    }
    #expect(result == "EIO")
    #expect(fixture.table.statistics.leafCount(.base) == 3)
    #expect(fixture.frames.freeFrameCount == free - 3 - 3)
    fixture.unmap(pages(0..<8))
    #expect(fixture.frames.freeFrameCount == free)
  }

  @Test func `a replaced leaf gives its frame back and the CPU hears of it`() throws {
    var fixture = try PagingFixture()
    let old = try fixture.map(page(0))
    let kept = try fixture.map(page(1))
    let given = try fixture.frames.allocate(frameCount: 4).handOver()
    _ = fixture.heard()
    var plan = plan(pages(0..<4), given, .read)
    plan.isBorrowed = true
    try fixture.table.mapEach(plan, frames: &fixture.frames, log: &fixture.log) {
      (address, _, current, new) throws(Errno) in
      // Page 1 keeps its own frame, page 3 is revoked.
      if address == page(1) { new = current.with(.read) }
      if address == page(3) { new = new.with([]) }
      return .apply
    }
    check(!fixture.frames.isAllocated(old) && fixture.frames.isAllocated(kept))
    #expect(fixture.table.walk(page(1)).pte.address == kept)
    #expect(fixture.table.walk(page(2)).pte.isBorrowed)
    #expect(fixture.heard() == ["map 0 1 r--", "map 1 1 r--", "map 2 1 r--"])
    try fixture.table.mapEach(plan, frames: &fixture.frames, log: &fixture.log) {
      (_, _, _, new) throws(Errno) in
      new = new.with([])
      return .apply
    }
    #expect(fixture.heard() == ["unmap 0 3"])
    check(!fixture.frames.isAllocated(kept) && fixture.frames.isAllocated(given))
    fixture.unmap(pages(0..<4))
    #expect(fixture.heard() == [])
    fixture.frames.free(given, frameCount: 4)
    #expect(fixture.frames.freeFrameCount == fixture.frames.totalFrameCount - 1)
  }

  @Test func `g: a small page inside a large one, not at its start, is mapped`() throws {
    for number in [1, 200, 511] as [UInt64] {
      var fixture = try PagingFixture()
      let physical = try fixture.map(large, .large)
      let address = large + number * 4096
      try fixture.table.mapEach(
        plan(address..<address + 4096, size: .base), frames: &fixture.frames, log: &fixture.log
      ) { (_, size, current, new) throws(Errno) in
        #expect(size == .base && current.address == physical + number * 4096)
        return .apply
      }
      #expect(fixture.table.statistics.splitCount(.large) == 1)
      #expect(fixture.table.statistics.leafCount(.base) == 512)
      check(!fixture.frames.isAllocated(physical + number * 4096))
      for other in 0..<512 as Range<UInt64> where other != number {
        #expect(
          fixture.naive((large + other * 4096).rawValue)?.0 == physical.rawValue + other * 4096)
      }
      check(fixture.isCountedRight)
    }
  }

  @Test func `a page of 1 GiB is cut down to where a small one is mapped`() throws {
    var fixture = try PagingFixture(frameCount: 3 << 18)
    let start = VirtualAddress(0x40_0000_0000)
    let physical = try fixture.map(start, .huge)
    let address = start + 0x20_0000 - 0x1000
    try fixture.table.mapEach(
      plan(address..<address + 4096, size: .base), frames: &fixture.frames, log: &fixture.log
    ) { (_, _, _, _) throws(Errno) in .apply }
    #expect(fixture.table.statistics.splitCount(.huge) == 1)
    #expect(fixture.table.statistics.splitCount(.large) == 1)
    #expect(fixture.table.statistics.leafCount(.large) == 511)
    for offset in [0, 0x1f_e000, 0x20_0000, 0x3fff_ffff] as [UInt64] {
      #expect(fixture.naive(start.rawValue + offset)?.0 == physical.rawValue + offset)
    }
    check(fixture.isCountedRight)
    fixture.table.free(frames: &fixture.frames)
    #expect(fixture.frames.freeFrameCount == fixture.frames.totalFrameCount)
  }

  @Test func `a table that cannot be had gives the page's frame back`() throws {
    for failing in 1...4 {
      var fixture = try PagingFixture()
      let free = fixture.frames.freeFrameCount
      fixture.frames.requestsUntilFailure = failing
      let result = outcome { () throws(Errno) in
        try fixture.table.map(plan(pages(0..<1)), frames: &fixture.frames, log: &fixture.log)
      }
      #expect(result == (failing < 4 ? "ENOMEM" : "OK"))
      #expect(fixture.frames.freeFrameCount == (failing < 4 ? free : free - 4))
    }
  }

  @Test func `a plan that is not aligned dies`() async {
    await #expect(processExitsWith: .failure) {
      var fixture = try PagingFixture()
      try fixture.table.map(
        MapPlan(range: page(0)..<page(1), physical: nil, protection: .read, size: .large),
        frames: &fixture.frames, log: &fixture.log)
    }
    await #expect(processExitsWith: .failure) {
      var fixture = try PagingFixture()
      try fixture.table.mapEach(
        MapPlan(range: page(0)..<page(1), physical: nil, protection: .read),
        frames: &fixture.frames, log: &fixture.log
      ) { (_, _, _, new) throws(Errno) in
        // The frame that was taken for the page would be lost.
        new = PTE.leaf(PhysicalAddress(0), size: .base, protection: .read, isBorrowed: true)
        return .apply
      }
    }
  }
}
