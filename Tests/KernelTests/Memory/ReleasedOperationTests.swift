// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The operations of ukvmem that its own tests leave out, and the errno of each failure.
struct ReleasedOperationTests {
  private let readWrite: Protection = [.read, .write]

  @discardableResult
  private func mapFixed(
    _ space: inout AddressSpace, _ range: Range<UInt64>, _ backing: Backing = .anonymous,
    _ protection: Protection = [.read, .write], options: MapOptions = [],
    pageSize: PageSize? = nil
  ) throws(Errno) -> VirtualAddress {
    try space.map(
      backing, at: .fixed(page(range.lowerBound), replacing: true),
      byteCount: UInt64(range.count) * 4096, protection: protection, options: options,
      pageSize: pageSize)
  }

  @Test func `VMAs are found and gone through both ways`() throws {
    var space = try makeSpace()
    check(space.firstVMA == nil && space.lastVMA == nil)
    for start in [0, 4, 5, 9] as [UInt64] {
      try mapFixed(&space, start..<start + 1, .anonymous, start == 5 ? .read : readWrite)
    }
    var starts: [VirtualAddress] = []
    var vma = space.firstVMA
    while let current = vma {
      starts.append(current.range.lowerBound)
      vma = space.vma(after: current)
    }
    #expect(starts == [page(0), page(4), page(5), page(9)])
    starts = []
    vma = space.lastVMA
    while let current = vma {
      starts.append(current.range.lowerBound)
      vma = space.vma(before: current)
    }
    #expect(starts == [page(9), page(5), page(4), page(0)])
    check(space.find(page(5) - 1)?.range == pages(4..<5))
    check(space.find(page(5))?.range == pages(5..<6))
    check(space.find(page(6)) == nil)
    check(space.find(page(0) - 1) == nil)
    check(space.find(VirtualAddress(.max)) == nil)
  }

  @Test func `destroying gives every frame and table back`() throws {
    var space = try makeSpace()
    let free = space.frames.freeFrameCount
    try mapFixed(&space, 0..<40, options: .populate)
    try mapFixed(&space, 1 << 20..<1 << 20 + 4, .reserved, [])
    _ = try space.map(.stack, byteCount: 4 * 4096, protection: readWrite, options: .populate)
    space.removeAll()
    check(space.vmaCount == 0)
    check(space.frames.freeFrameCount == free)
    check(space.pageTable.tableCount == 1)
  }

  @Test func `demand paging is switched off and restored, nested`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 0..<2)
    check(space.touch(page(0)) == .resolved)
    let outer = space.savePaging()
    let inner = space.savePaging()
    #expect(outer && !inner)
    check(space.touch(page(1)) == .signal(.segmentationViolation, code: 1))
    check(space.byte(at: page(0)) == 0)
    space.restorePaging(inner)
    check(space.touch(page(1)) == .signal(.segmentationViolation, code: 1))
    space.restorePaging(outer)
    check(space.touch(page(1)) == .resolved)
  }

  @Test func `a fault takes the page size that is the policy, where a whole page fits`() throws {
    var space = try makeSpace()
    space.demandPageSize = .large
    try mapFixed(&space, 512..<1200)
    check(space.touch(page(700)) == .resolved)
    check(space.pageTable.walk(page(700)).level == 1)
    check(space.touch(page(1100)) == .resolved)
    check(space.pageTable.walk(page(1100)).level == 0)
    // A small page that is there already is not covered by a large one.
    try mapFixed(&space, 2048..<2560)
    space.demandPageSize = .base
    check(space.touch(page(2050)) == .resolved)
    space.demandPageSize = .large
    check(space.touch(page(2060)) == .resolved)
    check(space.pageTable.walk(page(2060)).level == 0)
    _ = try space.map(
      .stack, at: .fixed(page(4096), replacing: false), byteCount: 2 << 20, protection: readWrite)
    check(space.touch(page(4100)) == .resolved)
    check(space.pageTable.walk(page(4100)).level == 0)
  }

  @Test func `a 1 GiB page becomes 2 MiB pages, and these small ones, for want of frames`() throws {
    var space = try makeSpace(frameCount: 1700)
    let start = try space.map(
      .anonymous, byteCount: 1 << 30, protection: readWrite, pageSize: .huge)
    check(space.touch(start) == .resolved)
    check(space.pageTable.walk(start).level == 1)
    var address = start
    while space.pageTable.walk(address).level != 0 {
      address = address + (2 << 20)
      check(space.touch(address) == .resolved)
    }
    check(space.touch(start + 5) == .resolved)
    #expect(
      outcome { () throws(Errno) in try space.unmap(start..<start + (2 << 20)) } == "EINVAL")
    try space.unmap(start..<start + (1 << 30))
    check(space.pageTable.tableCount == 1)
  }

  @Test(arguments: [(0, 0), (1, 4), (3, 0), (0, 2)] as [(UInt64, UInt64)])
  func `stacks have the guard pages that are configured`(bottom: UInt64, top: UInt64) throws {
    var personality = Personality.unikraft
    personality.stackGuardPages = (bottom: bottom, top: top)
    for growsUp in [false, true] {
      var space = try makeSpace(personality)
      let start = try space.map(
        .stack, byteCount: 8 * 4096, protection: readWrite, options: growsUp ? .growsUp : [],
        initialByteCount: 2 * 4096)
      #expect(start == page(bottom))
      check(space.firstVMA!.range == pages(0..<bottom + 8 + top))
      let initial = growsUp ? start : start + 6 * 4096
      for index in 0..<8 as Range<UInt64> {
        let address = start + index * 4096
        let isInitial = address >= initial && address < initial + 2 * 4096
        check(space.pageTable.walk(address).pte.isPresent == isInitial)
      }
      check(space.probeReadWrite(start, byteCount: 8 * 4096) == 8 * 4096)
      if bottom > 0 { check(space.touch(start - 1) == .signal(.segmentationViolation, code: 2)) }
      if top > 0 {
        check(space.touch(start + 8 * 4096) == .signal(.segmentationViolation, code: 2))
      }
    }
  }

  @Test func `the initial pages of a stack are whole pages, of a stack, and at most all`() throws {
    var space = try makeSpace()
    func map(
      _ space: inout AddressSpace, _ backing: Backing, _ initial: UInt64
    ) -> String {
      outcome { () throws(Errno) in
        _ = try space.map(
          backing, byteCount: 4 * 4096, protection: readWrite, initialByteCount: initial)
      }
    }
    check(map(&space, .stack, 100) == "EINVAL")
    check(map(&space, .anonymous, 4096) == "EINVAL")
    check(map(&space, .stack, 9 * 4096) == "OK")
    check(space.probeReadWrite(page(1), byteCount: 9 * 4096, options: .noPaging) == 4 * 4096)
  }

  @Test func `a shared file may be read, not made writable`() throws {
    var space = try makeSpace()
    let file = Backing.file(FileIdentity(rawValue: 1), offset: 0)
    let fill: PageFill = { (_, _, segment) throws(Errno) in segment.byteCount }
    #expect(
      outcome { () throws(Errno) in
        _ = try space.map(
          file, byteCount: 4096, protection: readWrite, options: .shared, fill: fill)
      } == "EOPNOTSUPP")
    let start = try space.map(
      file, byteCount: 4096, protection: .read, options: .shared, fill: fill)
    #expect(
      outcome { () throws(Errno) in try space.protect(start..<start + 4096, readWrite) } == "EPERM")
    check(space.find(start)?.protection == .read)
  }

  @Test func `each request that cannot be has its errno`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 8..<12)
    try mapFixed(&space, 512..<1024, pageSize: .large)
    func map(
      _ at: VirtualAddress?, _ byteCount: UInt64, _ backing: Backing = .anonymous,
      _ options: MapOptions = [], pageSize: PageSize? = nil, replacing: Bool = false
    ) -> String {
      outcome { () throws(Errno) in
        _ = try space.map(
          backing, at: at.map { .fixed($0, replacing: replacing) } ?? .anywhere(hint: nil),
          byteCount: byteCount, protection: readWrite, options: options, pageSize: pageSize)
      }
    }
    #expect(map(nil, 0) == "EINVAL")
    #expect(map(nil, 100) == "EINVAL")
    #expect(map(nil, 4096, pageSize: .large) == "EINVAL")
    #expect(map(nil, 2 << 20, pageSize: .huge) == "EINVAL")
    #expect(map(page(0) + 1, 4096) == "EINVAL")
    #expect(map(page(1), 2 << 20, pageSize: .large) == "EINVAL")
    #expect(map(page(11), 4096) == "EEXIST")
    #expect(map(page(4), 5 * 4096) == "EEXIST")
    #expect(map(nil, 1 << 47) == "ENOMEM")
    #expect(map(VirtualAddress(1 << 47), 4096) == "ENOMEM")
    #expect(map(page(600), 4096, replacing: true) == "EINVAL")
    #expect(map(page(10), 4 * 4096, .anonymous, .strict, replacing: true) == "ENOENT")
    #expect(map(nil, 4096, .stack, [], pageSize: .large) == "EINVAL")
    #expect(map(nil, 4096, .direct(PhysicalAddress(1))) == "EINVAL")
    #expect(map(nil, 4096, .direct(PhysicalAddress(1 << 40))) == "EFAULT")
    #expect(map(nil, 4096, .direct(PhysicalAddress(0x1000)), .uninitialized) == "EINVAL")
    let file = FileIdentity(rawValue: 1)
    #expect(map(nil, 4096, .file(file, offset: 1)) == "EINVAL")
    #expect(map(nil, 8192, .file(file, offset: UInt64.max - 4095)) == "EOVERFLOW")
    #expect(map(nil, 4096, .file(file, offset: 0)) == "ENODEV")
    for strict in [false, true] {
      let hole = strict ? "ENOENT" : "OK"
      #expect(
        outcome { () throws(Errno) in try space.unmap(pages(10..<14), strict: strict) } == hole)
      if !strict { try mapFixed(&space, 8..<12) }
      #expect(
        outcome { () throws(Errno) in
          try space.protect(pages(10..<14), .read, strict: strict)
        } == hole)
      #expect(
        outcome { () throws(Errno) in
          try space.advise(pages(10..<14), .dontNeed, strict: strict)
        } == hole)
    }
    #expect(
      outcome { () throws(Errno) in try space.advise(pages(600..<601), .dontNeed) } == "EINVAL")
    expectLayout(
      space, "8-a rw-p anonymous\na-c r--p anonymous\n200-400 rw-p anonymous")
  }

  @Test func `WILLNEED pages in what is absent and leaves what is there`() throws {
    var space = try makeSpace()
    try mapFixed(&space, 0..<4)
    check(space.setByte(6, at: page(1)))
    try space.advise(pages(0..<4), .willNeed)
    check(space.probeRead(page(0), byteCount: 4 * 4096, options: .noPaging) == 4 * 4096)
    check(space.byte(at: page(1)) == 6)
  }

  @Test func `protection that is set again is no change, even of a part of a stack`() throws {
    var space = try makeSpace()
    let start = try space.map(.stack, byteCount: 4 * 4096, protection: readWrite)
    try space.protect(start..<start + 4096, readWrite)
    #expect(
      outcome { () throws(Errno) in try space.protect(start..<start + 4096, .read) } == "EPERM")
  }
}
