// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// What the modelled libraries get wrong, and this kernel must not: one test each.
struct KnownDefectTests {
  private let readWrite: Protection = [.read, .write]

  @discardableResult
  private func mapFixed(
    _ space: inout AddressSpace, _ range: Range<UInt64>, _ backing: Backing = .anonymous,
    _ protection: Protection = [.read, .write], options: MapOptions = [], replacing: Bool = true
  ) throws(Errno) -> VirtualAddress {
    try space.map(
      backing, at: .fixed(page(range.lowerBound), replacing: replacing),
      byteCount: UInt64(range.count) * 4096, protection: protection, options: options)
  }

  @Test func `replacing over holes keeps the length of the request`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 5..<8, .reserved, [])
    try mapFixed(&space, 0..<10)
    expectLayout(space, "0-a rw-p anonymous")
    try space.unmap(pages(0..<10))
    try mapFixed(&space, 0..<4, .reserved, [])
    try mapFixed(&space, 2..<10)
    expectLayout(space, "0-2 ---p reserved\n2-a rw-p anonymous")
  }

  @Test func `unmapping up to a hole leaves the VMA behind the hole alone`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 0..<4)
    try mapFixed(&space, 10..<14)
    try space.unmap(pages(2..<6))
    expectLayout(space, "0-2 rw-p anonymous\na-e rw-p anonymous")
  }

  @Test func `a populate that fails leaves nothing behind`() throws {
    var space = try makeSpace(frameCount: 64)
    try mapFixed(&space, 3..<5)
    check(space.setByte(7, at: page(3)))
    let free = space.frames.freeFrameCount
    let tables = space.pageTable.tableCount
    #expect(
      outcome { () throws(Errno) in
        try mapFixed(&space, 0..<100, options: .populate)
      } == "ENOMEM")
    check(space.frames.freeFrameCount == free)
    check(space.pageTable.tableCount == tables)
    expectLayout(space, "3-5 rw-p anonymous")
    check(space.byte(at: page(3)) == 7)
  }

  @Test func `populating what stands already keeps all pages or none`() throws {
    var space = try makeSpace(frameCount: 64)
    try mapFixed(&space, 0..<100)
    check(space.setByte(7, at: page(3)))
    let free = space.frames.freeFrameCount
    #expect(outcome { () throws(Errno) in try space.populate(pages(0..<100)) } == "ENOMEM")
    check(space.frames.freeFrameCount == free)
    check(space.byte(at: page(3)) == 7)
    check(space.pageTable.walk(page(2)).pte.isEmpty)
    // A hole between VMAs is ENOMEM too.
    try space.unmap(pages(10..<11))
    #expect(outcome { () throws(Errno) in try space.populate(pages(8..<14)) } == "ENOMEM")
    check(space.pageTable.walk(page(8)).pte.isEmpty)
    try space.populate(pages(4..<10))
    check(space.frames.freeFrameCount == free - 6)
  }

  @Test func `a fixed mapping that cannot be is not put elsewhere`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 0..<4)
    #expect(
      outcome { () throws(Errno) in try mapFixed(&space, 3..<5, replacing: false) } == "EEXIST")
    #expect(
      outcome { () throws(Errno) in
        _ = try space.map(
          .anonymous, at: .fixed(page(0) + 1, replacing: true), byteCount: 4096,
          protection: .read)
      } == "EINVAL")
    expectLayout(space, "0-4 rw-p anonymous")
  }

  @Test func `PROT_NONE takes the right to read what is mapped already`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 0..<2, options: .populate)
    check(space.setByte(5, at: page(0)))
    try space.protect(pages(0..<1), [])
    check(space.probeRead(page(0), byteCount: 1) == 0)
    check(!space.pageTable.walk(page(0)).pte.isPresent)
    check(space.touch(page(0)) == .signal(.segmentationViolation, code: 2))
    try space.protect(pages(0..<1), readWrite)
    check(space.byte(at: page(0)) == 5)
    var populated = try makeSpace()
    try mapFixed(&populated, 0..<1, .anonymous, [], options: .populate)
    check(populated.probeRead(page(0), byteCount: 1) == 0)
  }

  @Test func `a non-canonical or huge request is refused, not asserted`() throws {
    for personality in [.unikraft, .linux] as [Personality] {
      var space = try makeSpace(personality)
      let beyond = VirtualAddress(0x8000_0000_0000 - 4096)
      #expect(
        outcome { () throws(Errno) in
          _ = try space.map(
            .anonymous, at: .fixed(beyond, replacing: true), byteCount: 8192, protection: .read)
        } == "ENOMEM")
      #expect(
        outcome { () throws(Errno) in
          _ = try space.map(.anonymous, byteCount: 1 << 63, protection: .read)
        } == "ENOMEM")
      #expect(
        outcome { () throws(Errno) in
          _ = try space.map(
            .anonymous, at: .anywhere(hint: VirtualAddress(.max)), byteCount: .max - 4095,
            protection: .read)
        } == "ENOMEM")
      #expect(
        outcome { () throws(Errno) in
          _ = try space.map(.anonymous, byteCount: 0, protection: .read)
        } == "EINVAL")
    }
  }

  @Test func `the last page below the top of the space can be mapped`() throws {
    var space = try makeSpace()
    let last = VirtualAddress(0x8000_0000_0000 - 4096)
    _ = try space.map(
      .anonymous, at: .fixed(last, replacing: false), byteCount: 4096, protection: readWrite)
    check(space.setByte(1, at: last + 4095))
  }

  @Test func `the page at 0 stays unmapped`() throws {
    for personality in [.unikraft, .linux] as [Personality] {
      var space = try makeSpace(personality)
      #expect(
        outcome { () throws(Errno) in
          _ = try space.map(
            .anonymous, at: .fixed(VirtualAddress(0), replacing: true), byteCount: 4096,
            protection: .read)
        } == "EPERM")
    }
  }

  @Test func `given memory is populated with pages that its physical address allows`() throws {
    var space = try makeSpace()
    let large = PageSize.large.byteCount
    let given = try space.frames.allocate(frameCount: 1024).handOver()
    let start = try space.map(
      .direct(given + 4096), byteCount: large, protection: readWrite, options: .populate)
    check(start.isAligned(to: large))
    check(space.pageTable.walk(start).level == 0)
    check(space.pageTable.walk(start).pte.address == given + 4096)
  }

  @Test func `a strict replacement finds holes before anything changes`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 0..<4)
    #expect(
      outcome { () throws(Errno) in
        try mapFixed(&space, 2..<6, .reserved, [], options: .strict)
      } == "ENOENT")
    expectLayout(space, "0-4 rw-p anonymous")
  }

  @Test func `an empty range and an unaligned one in a hole are no error`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 0..<4)
    try space.unmap(page(1) + 5..<page(1) + 5)
    try space.protect(page(1) + 5..<page(1) + 5, .read)
    try space.unmap(page(8) + 5..<page(20) + 17)
    #expect(
      outcome { () throws(Errno) in try space.unmap(page(1)..<page(2) + 17) } == "EINVAL")
    #expect(
      outcome { () throws(Errno) in try space.unmap(page(1) + 17..<page(9)) } == "EINVAL")
    expectLayout(space, "0-4 rw-p anonymous")
  }

  @Test func `a second boundary that cannot be split leaves the first unsplit`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 0..<4)
    let stack = try space.map(
      .stack, at: .fixed(page(4), replacing: false), byteCount: 4 * 4096, protection: readWrite)
    #expect(
      outcome { () throws(Errno) in try space.unmap(page(2)..<stack + 4096) } == "EPERM")
    #expect(
      outcome { () throws(Errno) in try space.protect(page(2)..<stack + 4096, .read) }
        == "EPERM")
    expectLayout(space, "0-4 rw-p anonymous\n4-d rw-p stack")
  }
}
