// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Page tables as a whole: clones, ends, five levels, and random operations against an array.
struct PageTableLifeTests {
  @Test func `a clone has the same leaves and owns none of their frames`() throws {
    var fixture = try PagingFixture()
    let free = fixture.frames.freeFrameCount
    let small = try fixture.map(page(3), .base, .read)
    let large = try fixture.map(VirtualAddress(0x4000_0000), .large)
    _ = try fixture.map(page(4), .base, [])
    let own = fixture.frames.freeFrameCount
    var copy = try fixture.table.clone(frames: &fixture.frames)
    #expect(copy.tableCount == fixture.table.tableCount && copy.root != fixture.table.root)
    let walker = NaiveWalker(memory: fixture.memory, root: copy.root.rawValue, levels: 4)
    #expect(walker.walk(page(3).rawValue + 9, .read) == .byte(small.rawValue + 9))
    #expect(walker.walk(page(3).rawValue, .write) == .pageFault(7))
    #expect(walker.walk(0x4012_3456, .write) == .byte(large.rawValue + 0x12_3456))
    #expect(walker.walk(page(4).rawValue, .read) == .pageFault(4))
    check(copy.walk(page(4)).pte.isLeaf && copy.walk(page(4)).pte.isBorrowed)
    // A change of one is none of the other.
    copy.unmap(pages(3..<4), frames: &fixture.frames, log: &fixture.log)
    check(fixture.frames.isAllocated(small))
    #expect(fixture.naive(page(3).rawValue)?.0 == small.rawValue)
    copy.free(frames: &fixture.frames)
    #expect(fixture.frames.freeFrameCount == own)
    fixture.table.free(frames: &fixture.frames)
    #expect(fixture.frames.freeFrameCount == free + 1)
  }

  @Test func `a clone that cannot be finished leaves nothing behind`() throws {
    var fixture = try PagingFixture()
    _ = try fixture.map(page(3))
    _ = try fixture.map(VirtualAddress(0x7fff_ffff_e000))
    let free = fixture.frames.freeFrameCount
    for failing in 0..<7 {
      fixture.frames.requestsUntilFailure = failing
      let result = outcome { () throws(Errno) in
        _ = try fixture.table.clone(frames: &fixture.frames)
      }
      #expect(result == "ENOMEM", "\(failing)")
      #expect(fixture.frames.freeFrameCount == free, "\(failing)")
    }
  }

  @Test func `a table can end and leave the frames of its pages`() throws {
    var fixture = try PagingFixture()
    let free = fixture.frames.freeFrameCount
    let kept = try fixture.map(page(3))
    try fixture.table.fillStock(3, &fixture.frames)
    fixture.table.free(keepsFrames: true, frames: &fixture.frames)
    check(fixture.frames.isAllocated(kept))
    #expect(fixture.frames.freeFrameCount == free)
    fixture.frames.free(kept)
    #expect(fixture.frames.freeFrameCount == fixture.frames.totalFrameCount)
  }

  @Test func `unmapping can keep the frames, and says what the CPU must forget`() throws {
    var fixture = try PagingFixture()
    let first = try fixture.map(page(0))
    let second = try fixture.map(page(2))
    _ = fixture.heard()
    fixture.table.unmap(
      pages(0..<4), keepsFrames: true, frames: &fixture.frames, log: &fixture.log)
    #expect(fixture.heard() == ["unmap 0 3"])
    check(fixture.frames.isAllocated(first) && fixture.frames.isAllocated(second))
    #expect(fixture.table.tableCount == 1)
  }

  @Test func `half of a larger page cannot be unmapped or protected`() async {
    await #expect(processExitsWith: .failure) {
      var fixture = try PagingFixture()
      let start = VirtualAddress(0x4000_0000)
      _ = try fixture.map(start, .large)
      fixture.unmap(start..<start + 0x1000)
    }
    await #expect(processExitsWith: .failure) {
      var fixture = try PagingFixture()
      let start = VirtualAddress(0x4000_0000)
      _ = try fixture.map(start, .large)
      fixture.table.protect(start..<start + 0x1000, .read, log: &fixture.log)
    }
    await #expect(processExitsWith: .failure) {
      var fixture = try PagingFixture()
      _ = try fixture.map(page(0))
      _ = try fixture.map(page(0))
    }
  }

  @Test func `five levels translate 57 bits`() throws {
    var fixture = try PagingFixture(topLevel: 4)
    let free = fixture.frames.freeFrameCount
    let far = VirtualAddress(0x00ab_cdef_0123_4000)
    let physical = try fixture.map(far)
    let near = try fixture.map(page(0))
    #expect(fixture.naive(far.rawValue + 77)?.0 == physical.rawValue + 77)
    #expect(fixture.naive(page(0).rawValue)?.0 == near.rawValue)
    #expect(fixture.naive(far.rawValue & (1 << 48 - 1))?.0 == nil)
    #expect(fixture.table.tableCount == 1 + 4 + 4)
    #expect(fixture.table.statistics.tableCount(level: 3) == 2)
    check(fixture.isCountedRight)
    let copy = try fixture.table.clone(frames: &fixture.frames)
    #expect(copy.topLevel == 4 && copy.walk(far).pte.address == physical)
    copy.free(frames: &fixture.frames)
    for failing in 0..<4 {
      let before = fixture.frames.freeFrameCount
      fixture.frames.requestsUntilFailure = failing
      let result = outcome { () throws(Errno) in
        try fixture.table.map(
          VirtualAddress(1 << 55), to: near, protection: .read, isBorrowed: true,
          frames: &fixture.frames, log: &fixture.log)
      }
      #expect(result == "ENOMEM" && fixture.frames.freeFrameCount == before)
    }
    fixture.unmap(far..<far + 4096)
    fixture.table.detach(page(0), frames: &fixture.frames)
    fixture.frames.free(near)
    #expect(fixture.table.tableCount == 1)
    #expect(fixture.frames.freeFrameCount == free)
  }

  @Test func `an address space that reaches beyond four levels has five`() throws {
    var personality = Personality.linux
    personality.highestAddress = VirtualAddress(0xff_ffff_ffff_f000)
    var space = try makeSpace(personality)
    #expect(space.pageTable.topLevel == 4)
    let far = VirtualAddress(0x12_3456_7000_0000)
    _ = try space.map(
      .anonymous, at: .fixed(far, replacing: false), byteCount: 8192, protection: [.read, .write])
    check(space.tryWrite(0x1122_3344 as UInt32, at: far + 4094))
    #expect(space.tryRead(far + 4094, as: UInt32.self) == 0x1122_3344)
    try space.unmap(far..<far + 8192)
    #expect(space.pageTable.tableCount == 1)
    let four = try makeSpace(.linux)
    #expect(four.pageTable.topLevel == 3)
  }

  @Test func `the direct map is memory itself`() throws {
    // ukplat_page_kmap() is arithmetic, ukplat_page_kunmap() nothing.
    let memory = makeMemory(frameCount: 4)
    memory.setWord(0x1122, at: PhysicalAddress(0x1008))
    let bytes = memory.bytes(of: PhysicalSegment(start: PhysicalAddress(0x1000), byteCount: 4096))
    #expect(bytes.count == 4096 && bytes.load(fromByteOffset: 8, as: UInt64.self) == 0x1122)
    memory.clear(PhysicalSegment(start: PhysicalAddress(0x1008), byteCount: 0))
    #expect(memory.word(at: PhysicalAddress(0x1008)) == 0x1122)
    memory.clear(PhysicalSegment(start: PhysicalAddress(0x1008), byteCount: 1))
    #expect(memory.word(at: PhysicalAddress(0x1008)) == 0x1100)
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `random operations agree with an array of pages`(seed: UInt64) throws {
    var model = try PagesModel(seed: seed)
    for step in 0..<120 {
      try model.step()
      if step % 20 == 0 { model.compare("seed \(seed) step \(step)") }
    }
    model.compare("seed \(seed)")
    model.end("seed \(seed)")
  }
}

/// Two large pages' worth of pages as an array, beside a page table that has the same done to it.
private struct PagesModel: ~Copyable {
  struct Page: Equatable {
    var physical: UInt64
    var protection: Protection
  }

  var fixture: PagingFixture
  var random: SplitMix64
  var pages = [Page?](repeating: nil, count: 1024)
  let start = VirtualAddress(0x7f_ffe0_0000)

  init(seed: UInt64) throws {
    fixture = try PagingFixture(frameCount: 8192, topLevel: seed % 2 == 0 ? 3 : 4)
    random = SplitMix64(seed: seed)
  }

  private mutating func randomRange() -> Range<Int> {
    let first = Int(random.next(below: 1024))
    let count = random.next(below: 3) == 0 ? 600 : 1 + random.next(below: 20)
    return first..<min(1024, first + Int(count))
  }

  private mutating func randomProtection() -> Protection {
    Protection(rawValue: UInt8(random.next(below: 8)))
  }

  private func addresses(_ range: Range<Int>) -> AddressRange {
    start + UInt64(range.lowerBound) * 4096..<start + UInt64(range.upperBound) * 4096
  }

  private mutating func cut(_ range: AddressRange) throws {
    try fixture.table.split(at: range.lowerBound, frames: &fixture.frames)
    try fixture.table.split(at: range.upperBound, frames: &fixture.frames)
  }

  mutating func step() throws {
    let range = randomRange()
    let addresses = addresses(range)
    switch random.next(below: 5) {
    case 0:
      try cut(addresses)
      fixture.unmap(addresses)
      for number in range { pages[number] = nil }
    case 1:
      let protection = randomProtection()
      try cut(addresses)
      fixture.table.protect(addresses, protection, log: &fixture.log)
      for number in range { pages[number]?.protection = protection }
    case 2:
      let table = random.next(below: 2) == 0 ? 0 : 512
      guard pages[table..<table + 512].allSatisfy({ $0 == nil }) else { return }
      let protection = randomProtection()
      let physical = try fixture.map(start + UInt64(table) * 4096, .large, protection)
      for index in 0..<512 {
        pages[table + index] = Page(
          physical: physical.rawValue + UInt64(index) * 4096, protection: protection)
      }
    default:
      let protection = randomProtection()
      let decisions = random.next()
      let start = start
      var changed: [(Int, PageSize, Page)] = []
      try fixture.table.mapEach(
        MapPlan(range: addresses, protection: protection), frames: &fixture.frames,
        log: &fixture.log
      ) { (address, size, _, new) throws(Errno) in
        let number = Int((address - start) / 4096)
        let bit = decisions >> UInt64(number % 61) & 7
        if size == .large, bit < 3 { return .shrink }
        if bit == 0 { return .skip }
        changed.append(
          (number, size, Page(physical: new.address.rawValue, protection: protection)))
        return .apply
      }
      for (number, size, page) in changed {
        for index in 0..<Int(size.byteCount / 4096) {
          pages[number + index] = Page(
            physical: page.physical + UInt64(index) * 4096, protection: protection)
        }
      }
    }
  }

  func compare(_ note: String) {
    check(fixture.isCountedRight, "\(note): statistics")
    var frames = Set<UInt64>()
    for (number, page) in pages.enumerated() {
      let address = start + UInt64(number) * 4096
      let found = fixture.naive(address.rawValue)
      if let page, !page.protection.isEmpty {
        let isRight =
          found?.0 == page.physical && found?.1 == page.protection.contains(.write)
          && found?.2 == page.protection.contains(.execute)
        check(isRight, "\(note): page \(number)")
      } else {
        check(found == nil, "\(note): page \(number)")
      }
      let (pte, level) = fixture.table.walk(address)
      check(pte.isLeaf == (page != nil), "\(note): page \(number)")
      if let page {
        check(pte.protection == page.protection, "\(note): page \(number)")
        check(
          pte.address.rawValue + address.rawValue % (1 << UInt64(12 + 9 * level))
            == page.physical, "\(note): page \(number)")
        check(frames.insert(page.physical).inserted, "\(note): a frame twice")
      }
    }
    check(
      fixture.frames.freeFrameCount + UInt64(frames.count) + fixture.table.tableCount
        == fixture.frames.totalFrameCount, "\(note): frames lost")
  }

  consuming func end(_ note: String) {
    fixture.table.free(frames: &fixture.frames)
    check(fixture.frames.freeFrameCount == fixture.frames.totalFrameCount, "\(note): frames lost")
  }
}
