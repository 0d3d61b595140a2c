// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Anonymous, large, given and stack VMAs: the rest of Unikraft's ukvmem suite.
struct AnonymousTests {
  private let readWrite: Protection = [.read, .write]

  @Test func `attributes are set over several VMAs, and names keep them apart`() throws {
    var space = try makeSpace()
    let name = space.name(for: Array("tst".utf8))
    check(space.name(for: Array("tst".utf8)) == name)
    let all: Protection = [.read, .write, .execute]
    for (protection, name) in [
      (readWrite, .none), (all, .none), (all, name), (all, name), (readWrite, name),
    ] as [(Protection, Name)] {
      _ = try space.map(.reserved, byteCount: 0x2000, protection: protection, name: name)
    }
    expectLayout(
      space,
      """
      0-2 rw-p reserved
      2-4 rwxp reserved
      4-8 rwxp reserved tst
      8-a rw-p reserved tst
      """)
    try space.protect(pages(1..<8), readWrite)
    expectLayout(space, "0-4 rw-p reserved\n4-a rw-p reserved tst")
  }

  @Test func `a reservation is never faulted in`() throws {
    var space = try makeSpace()
    let start = try space.map(.reserved, byteCount: 4096, protection: readWrite)
    check(space.probeRead(start, byteCount: 4096, options: .continue) == 0)
    check(space.touch(start) == .signal(.segmentationViolation, code: 2))
  }

  @Test func `anonymous memory is populated or paged in, zero, and protected`() throws {
    var space = try makeSpace()
    let first = try space.map(
      .anonymous, byteCount: 0x10000, protection: .read, options: .populate)
    check(space.probeRead(first, byteCount: 0x10000, options: .noPaging) == 0x10000)
    check(space.byte(at: first + 0xffff) == 0)
    check(space.probeReadWrite(first, byteCount: 0x10000, options: .noPaging) == 0)
    let second = try space.map(.anonymous, byteCount: 0x2000, protection: .read)
    expectLayout(space, "0-12 r--p anonymous")
    check(space.probeRead(second, byteCount: 0x2000, options: .noPaging) == 0)
    check(space.probeRead(second + 0x1000, byteCount: 0x1000) == 0x1000)
    check(space.byte(at: second + 0x1000) == 0)
    check(space.probeReadWrite(second + 0x1000, byteCount: 0x1000) == 0)
    check(space.probeRead(second, byteCount: 0x1000, options: .noPaging) == 0)
    try space.protect(second..<second + 0x2000, readWrite)
    expectLayout(space, "0-10 r--p anonymous\n10-12 rw-p anonymous")
    check(space.probeReadWrite(second, byteCount: 0x2000) == 0x2000)
    try space.unmap(first + 0x2000..<first + 0x5000)
    expectLayout(space, "0-2 r--p anonymous\n5-10 r--p anonymous\n10-12 rw-p anonymous")
    check(space.probeRead(first + 0x2000, byteCount: 0x3000) == 0)
  }

  @Test func `a VMA of 2 MiB pages has 2 MiB boundaries`() throws {
    var space = try makeSpace()
    let large = PageSize.large.byteCount
    func map(_ space: inout AddressSpace, _ request: PlacementRequest, _ count: UInt64) -> String {
      outcome { () throws(Errno) in
        _ = try space.map(
          .anonymous, at: request, byteCount: count, protection: [.read, .write],
          pageSize: .large)
      }
    }
    check(map(&space, .anywhere(hint: nil), 4096) == "EINVAL")
    check(map(&space, .fixed(page(0) - 4096, replacing: false), large) == "EINVAL")
    check(map(&space, .anywhere(hint: nil), 2 * large) == "OK")
    check(space.probeReadWrite(page(0), byteCount: 2 * large) == 2 * large)
    check(space.pageTable.walk(page(0)).level == 1)
    for (start, count) in [(large, 4096), (4096, large)] as [(UInt64, UInt64)] {
      let range = page(0) + start..<page(0) + (start + count)
      #expect(outcome { () throws(Errno) in try space.protect(range, .read) } == "EINVAL")
      #expect(outcome { () throws(Errno) in try space.unmap(range) } == "EINVAL")
    }
    try space.protect(page(0) + large..<page(0) + 2 * large, .read)
    expectLayout(space, "0-200 rw-p anonymous\n200-400 r--p anonymous")
  }

  @Test func `without a large frame a large page is made of small ones`() throws {
    var space = try makeSpace(frameCount: 400)
    let start = try space.map(
      .anonymous, byteCount: 2 << 20, protection: readWrite, pageSize: .large)
    check(space.touch(start + 0x5000, [.write, .user]) == .resolved)
    check(space.pageTable.walk(start + 0x5000).level == 0)
    check(space.pageTable.walk(start + 0x5000).pte.isPresent)
    check(space.pageTable.walk(start).pte.isEmpty)
  }

  @Test func `given memory is seen through the VMA and not freed with it`() throws {
    var space = try makeSpace()
    let given = try space.frames.allocate(frameCount: 4).handOver()
    let memory = space.memory
    for index in 0..<4 as Range<UInt64> {
      memory.setWord(0xdead_b0b0 + index, at: given + index * 4096)
    }
    let start = try space.map(.direct(given), byteCount: 4 * 4096, protection: readWrite)
    check(space.byte(at: start + 4096) == 0xb1)
    check(space.setByte(0x77, at: start + 2 * 4096))
    #expect(memory.word(at: given + 2 * 4096) & 0xff == 0x77)
    check(space.probeRead(start, byteCount: 4 * 4096, options: .noPaging) == 0)
    check(space.probeRead(start, byteCount: 3 * 4096) == 3 * 4096)
    try space.protect(start..<start + 2 * 4096, .read)
    expectLayout(
      space,
      "0-2 r--p direct \(String(given.rawValue >> 12, radix: 16))\n"
        + "2-4 rw-p direct \(String(given.rawValue >> 12 + 2, radix: 16))")
    check(space.probeReadWrite(start + 2 * 4096, byteCount: 4096) == 4096)
    check(space.probeReadWrite(start, byteCount: 4096) == 0)
    try space.protect(start..<start + 2 * 4096, readWrite)
    check(space.vmaCount == 1)
    try space.unmap(start..<start + 4 * 4096)
    check(space.frames.isAllocated(given))
    space.frames.free(given, frameCount: 4)
  }

  @Test func `a stack has guard pages and cannot be split`() throws {
    var space = try makeSpace()
    let start = try space.map(
      .stack, byteCount: 16 * 4096, protection: readWrite, options: .growsUp)
    #expect(start == page(1))
    expectLayout(space, "0-15 rw-p stack")
    try space.populate(start..<start + 2 * 4096)
    check(space.probeReadWrite(start, byteCount: 16 * 4096, options: .noPaging) == 2 * 4096)
    check(space.probeRead(start, byteCount: 17 * 4096) == 16 * 4096)
    check(space.probeRead(start - 1, byteCount: 1) == 0)
    check(space.touch(start - 1) == .signal(.segmentationViolation, code: 2))
    let other = try space.map(.stack, byteCount: 16 * 4096, protection: readWrite)
    check(space.vmaCount == 2)
    #expect(
      outcome { () throws(Errno) in try space.unmap(other..<other + 8192) } == "EPERM")
    #expect(
      outcome { () throws(Errno) in try space.protect(other..<other + 8192, .read) } == "EPERM")
    // The protection that it has already is no change, even of a part.
    try space.protect(other..<other + 8192, readWrite)
    #expect(
      outcome { () throws(Errno) in
        _ = try space.map(
          .anonymous, at: .fixed(other, replacing: true), byteCount: 4096, protection: .read)
      } == "EPERM")
    try space.protect(other - 4096..<other + 20 * 4096, .read)
    try space.unmap(other - 4096..<other + 20 * 4096)
    expectLayout(space, "0-15 rw-p stack")
  }

  @Test func `replacing takes the place of a part and merges with what is like it`() throws {
    var space = try makeSpace()
    let heap = space.name(for: Array("HEAP".utf8))
    let mebi: UInt64 = 1 << 20
    let start = try space.map(.reserved, byteCount: 1 << 30, protection: [])
    func replace(
      _ space: inout AddressSpace, _ at: UInt64, _ count: UInt64, _ backing: Backing,
      _ protection: Protection, _ name: Name
    ) throws {
      let result = try space.map(
        backing, at: .fixed(start + at * mebi, replacing: true), byteCount: count * mebi,
        protection: protection, name: name)
      #expect(result == start + at * mebi)
    }
    try replace(&space, 0, 1, .anonymous, readWrite, heap)
    expectLayout(space, "0-100 rw-p anonymous HEAP\n100-40000 ---p reserved")
    check(space.probeRead(start, byteCount: 2 * mebi) == mebi)
    try replace(&space, 1, 2, .anonymous, readWrite, heap)
    expectLayout(space, "0-300 rw-p anonymous HEAP\n300-40000 ---p reserved")
    try replace(&space, 2, 1, .reserved, [], .none)
    expectLayout(space, "0-200 rw-p anonymous HEAP\n200-40000 ---p reserved")
    check(space.probeRead(start, byteCount: 3 * mebi) == 2 * mebi)
  }

  @Test func `memory that was had before is zeroed, unless nobody minds`() throws {
    var space = try makeSpace(frameCount: 64)
    let start = try space.map(.anonymous, byteCount: 8 * 4096, protection: readWrite)
    for index in 0..<8 as Range<UInt64> { check(space.setByte(9, at: start + index * 4096)) }
    try space.unmap(start..<start + 8 * 4096)
    _ = try space.map(.anonymous, byteCount: 8 * 4096, protection: readWrite)
    for index in 0..<8 as Range<UInt64> { check(space.byte(at: start + index * 4096) == 0) }
    for index in 0..<8 as Range<UInt64> { check(space.setByte(9, at: start + index * 4096)) }
    try space.unmap(start..<start + 8 * 4096)
    _ = try space.map(
      .anonymous, byteCount: 8 * 4096, protection: readWrite, options: .uninitialized)
    check(space.byte(at: start) == 9)
  }

  @Test func `a populated mapping has its pages also where it replaces others`() throws {
    var space = try makeSpace(.unikraft)
    for value in [1, 2] as [UInt8] {
      _ = try space.map(
        .anonymous, at: .fixed(page(2), replacing: true), byteCount: 4 * 4096,
        protection: [.read, .write], options: .populate)
      let free = space.frames.freeFrameCount
      for number in 2..<6 as Range<UInt64> {
        #expect(space.byte(at: page(number)) == 0)
        check(space.setByte(value, at: page(number)))
      }
      #expect(space.frames.freeFrameCount == free)
    }
  }
}
