// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Placement, mremap, brk, madvise, and limits as on Linux.
struct LinuxPersonalityTests {
  private let readWrite: Protection = [.read, .write]
  private let top = VirtualAddress(0x7000_0000_0000)

  private func below(_ count: UInt64) -> VirtualAddress { top - count * 4096 }

  private func map(
    _ space: inout AddressSpace, _ count: UInt64,
    at request: PlacementRequest = .anywhere(hint: nil),
    _ protection: Protection = [.read, .write], options: MapOptions = []
  ) throws(Errno) -> VirtualAddress {
    try space.map(
      .anonymous, at: request, byteCount: count * 4096, protection: protection, options: options)
  }

  private func remap(
    _ space: inout AddressSpace, _ address: VirtualAddress, _ count: UInt64, _ newCount: UInt64,
    _ options: RemapOptions = [], to newAddress: VirtualAddress = VirtualAddress(0)
  ) throws(Errno) -> VirtualAddress {
    try space.remap(
      address, byteCount: count * 4096, newByteCount: newCount * 4096, options: options,
      newAddress: newAddress)
  }

  @Test func `mappings go below the last and merge with it`() throws {
    var space = try makeSpace(.linux)
    #expect(try map(&space, 4) == below(4))
    #expect(try map(&space, 2) == below(6))
    expectLayout(space, "-6-0 rw-p anonymous", base: top)
    try space.unmap(below(5)..<below(4))
    #expect(try map(&space, 2, at: .anywhere(hint: nil), .read) == below(8))
    #expect(try map(&space, 1, at: .anywhere(hint: nil), .read) == below(5))
  }

  @Test func `a hint counts where it is free`() throws {
    var space = try makeSpace(.linux)
    let hint = VirtualAddress(0x6000_0000_0123)
    #expect(try map(&space, 1, at: .anywhere(hint: hint)) == VirtualAddress(0x6000_0000_0000))
    #expect(try map(&space, 1, at: .anywhere(hint: hint)) == below(1))
    #expect(
      try map(&space, 1, at: .anywhere(hint: VirtualAddress(1))) == VirtualAddress(0x10000))
    #expect(try map(&space, 1, options: .below2GiB) == VirtualAddress(0x4000_0000))
  }

  @Test func `2 MiB mappings are aligned to 2 MiB, others are not`() throws {
    var space = try makeSpace(.linux)
    #expect(try map(&space, 1) == below(1))
    #expect(try map(&space, 512, at: .anywhere(hint: nil), .read) == top - 0x40_0000)
    let other = try map(&space, 513, at: .anywhere(hint: nil), .read)
    #expect(!other.isAligned(to: 2 << 20))
  }

  @Test func `shared anonymous mappings do not merge, their parts do`() throws {
    var space = try makeSpace(.linux)
    let first = try map(&space, 2, options: .shared)
    _ = try map(&space, 2, options: .shared)
    expectLayout(space, "-4--2 rw-s anonymous\n-2-0 rw-s anonymous", base: top)
    try space.protect(first..<first + 4096, .read)
    try space.protect(first..<first + 4096, readWrite)
    check(space.vmaCount == 2)
  }

  @Test func `mprotect changes what is before the hole and says ENOMEM`() throws {
    var space = try makeSpace(.linux)
    let start = try map(&space, 6)
    try space.unmap(start + 2 * 4096..<start + 3 * 4096)
    #expect(
      outcome { () throws(Errno) in
        try space.protect(start..<start + 5 * 4096, .read, strict: true)
      } == "ENOMEM")
    expectLayout(space, "0-2 r--p anonymous\n3-6 rw-p anonymous", base: start)
    #expect(
      outcome { () throws(Errno) in
        try space.protect(start + 1..<start + 4097, .read, strict: true)
      } == "EINVAL")
  }

  @Test func `mremap shrinks and grows in place`() throws {
    var space = try makeSpace(.linux)
    let start = VirtualAddress(0x6000_0000_0000)
    _ = try map(&space, 4, at: .fixed(start, replacing: false))
    check(space.setByte(1, at: start))
    #expect(try remap(&space, start, 4, 2) == start)
    expectLayout(space, "0-2 rw-p anonymous", base: start)
    #expect(try remap(&space, start, 2, 8) == start)
    expectLayout(space, "0-8 rw-p anonymous", base: start)
    check(space.byte(at: start) == 1)
    #expect(try remap(&space, start + 4096, 1, 1) == start + 4096)
  }

  @Test func `mremap moves pages without copying them`() throws {
    var space = try makeSpace(.linux)
    let start = VirtualAddress(0x6000_0000_0000)
    _ = try map(&space, 4, at: .fixed(start, replacing: false))
    _ = try map(&space, 1, at: .fixed(start + 4 * 4096, replacing: false), .read)
    for index in 0..<4 as Range<UInt64> {
      check(space.setByte(UInt8(index + 1), at: start + index * 4096))
    }
    let physical = space.pageTable.walk(start + 4096).pte.address
    #expect(
      outcome { () throws(Errno) in _ = try remap(&space, start, 4, 6) } == "ENOMEM")
    let moved = try remap(&space, start + 4096, 2, 6, .mayMove)
    #expect(moved == below(6))
    check(space.pageTable.walk(moved).pte.address == physical)
    check(space.byte(at: moved + 4096) == 3)
    check(space.byte(at: moved + 2 * 4096) == 0)
    expectLayout(
      space,
      "0-1 rw-p anonymous\n3-4 rw-p anonymous\n4-5 r--p anonymous\n"
        + "\(String((moved - start) / 4096, radix: 16))-\(String((top - start) / 4096, radix: 16)) "
        + "rw-p anonymous", base: start)
  }

  @Test func `mremap to a fixed address replaces what is there`() throws {
    var space = try makeSpace(.linux)
    let start = VirtualAddress(0x6000_0000_0000)
    _ = try map(&space, 4, at: .fixed(start, replacing: false))
    _ = try map(&space, 4, at: .fixed(start + 8 * 4096, replacing: false), .read)
    check(space.setByte(9, at: start))
    let result = try remap(
      &space, start, 4, 2, [.mayMove, .fixed], to: start + 9 * 4096)
    #expect(result == start + 9 * 4096)
    expectLayout(
      space, "8-9 r--p anonymous\n9-b rw-p anonymous\nb-c r--p anonymous", base: start)
    check(space.byte(at: start + 9 * 4096) == 9)
  }

  @Test func `mremap to a fixed address moves several VMAs and leaves holes as they are`() throws {
    var space = try makeSpace(.linux)
    let start = VirtualAddress(0x6000_0000_0000)
    _ = try map(&space, 2, at: .fixed(start, replacing: false))
    _ = try map(&space, 1, at: .fixed(start + 4 * 4096, replacing: false), .read)
    _ = try map(&space, 8, at: .fixed(start + 16 * 4096, replacing: false), [])
    #expect(
      try remap(&space, start + 4096, 6, 6, [.mayMove, .fixed], to: start + 17 * 4096)
        == start + 17 * 4096)
    expectLayout(
      space,
      """
      0-1 rw-p anonymous
      10-11 ---p anonymous
      11-12 rw-p anonymous
      12-14 ---p anonymous
      14-15 r--p anonymous
      15-18 ---p anonymous
      """, base: start)
  }

  @Test func `mremap with DONTUNMAP leaves an empty VMA`() throws {
    var space = try makeSpace(.linux)
    let start = VirtualAddress(0x6000_0000_0000)
    _ = try map(&space, 2, at: .fixed(start, replacing: false))
    check(space.setByte(9, at: start))
    let moved = try remap(&space, start, 2, 2, [.mayMove, .dontUnmap])
    check(space.byte(at: moved) == 9)
    check(space.byte(at: start) == 0)
    check(space.vmaCount == 2)
  }

  @Test func `mremap refuses what Linux refuses`() throws {
    var space = try makeSpace(.linux)
    let start = VirtualAddress(0x6000_0000_0000)
    _ = try map(&space, 2, at: .fixed(start, replacing: false))
    _ = try map(&space, 2, at: .fixed(start + 2 * 4096, replacing: false), .read)
    func refusal(
      _ space: inout AddressSpace, _ address: VirtualAddress, _ count: UInt64, _ new: UInt64,
      _ options: RemapOptions = [], to target: VirtualAddress = VirtualAddress(0)
    ) -> String {
      outcome { () throws(Errno) in
        _ = try remap(&space, address, count, new, options, to: target)
      }
    }
    check(refusal(&space, start + 1, 1, 1) == "EINVAL")
    check(refusal(&space, start, 1, 0) == "EINVAL")
    check(refusal(&space, start, 1, 1, .fixed, to: top) == "EINVAL")
    check(refusal(&space, start, 2, 1, [.mayMove, .dontUnmap]) == "EINVAL")
    check(refusal(&space, start, 2, 2, [.mayMove, .fixed], to: start + 4096) == "EINVAL")
    check(refusal(&space, start, 2, 2, RemapOptions(rawValue: 8)) == "EINVAL")
    check(refusal(&space, start, 4, 8, .mayMove) == "EFAULT")
    check(refusal(&space, start - 4096, 1, 2, .mayMove) == "EFAULT")
    check(refusal(&space, start, 1, 2) == "ENOMEM")
    check(
      refusal(&space, start, 1, 1, [.mayMove, .fixed], to: VirtualAddress(0x7fff_ffff_f000))
        == "EINVAL")
    expectLayout(space, "0-2 rw-p anonymous\n2-4 r--p anonymous", base: start)
  }

  @Test func `the break grows, shrinks, and stays where it cannot move`() throws {
    var space = try makeSpace(.linux)
    let start = VirtualAddress(0x5000_0800)
    space.startBreak(at: start)
    check(space.setBreak(to: VirtualAddress(0)) == start)
    check(space.setBreak(to: start + 100) == start + 100)
    check(space.vmaCount == 0)
    check(space.setBreak(to: start + 0x3000) == start + 0x3000)
    expectLayout(space, "0-3 rw-p heap", base: VirtualAddress(0x5000_1000))
    check(space.setByte(1, at: start + 0x1800))
    _ = space.setBreak(to: start + 0x900)
    expectLayout(space, "0-1 rw-p heap", base: VirtualAddress(0x5000_1000))
    _ = space.setBreak(to: start + 0x2000)
    check(space.byte(at: start + 0x1800) == 0)
    _ = try map(&space, 1, at: .fixed(VirtualAddress(0x5000_8000), replacing: false))
    check(space.setBreak(to: VirtualAddress(0x5000_7001)) == start + 0x2000)
    check(space.setBreak(to: VirtualAddress(0x5000_7000)) == VirtualAddress(0x5000_7000))
    check(space.setBreak(to: VirtualAddress(.max)) == VirtualAddress(0x5000_7000))
    check(space.setBreak(to: start - 1) == VirtualAddress(0x5000_7000))
  }

  @Test func `the heap does not join anonymous memory below its start`() throws {
    var space = try makeSpace(.linux)
    _ = try map(&space, 1, at: .fixed(VirtualAddress(0x5000_0000) - 4096, replacing: false))
    _ = space.setBreak(to: VirtualAddress(0x5000_1000))
    expectLayout(
      space,
      """
      -1-0 rw-p anonymous
      0-1 rw-p heap
      """, base: VirtualAddress(0x5000_0000))
  }

  @Test func `what was writable and not written merges with what never was`() throws {
    var space = try makeSpace(.linux)
    let start = try map(&space, 3)
    try space.protect(start..<start + 3 * 4096, .read)
    _ = try map(&space, 1, at: .fixed(start + 3 * 4096, replacing: false), .read)
    expectLayout(space, "0-4 r--p anonymous", base: start)
  }

  @Test func `what was ever written does not merge with what never was`() throws {
    var space = try makeSpace(.linux)
    let start = try map(&space, 3)
    check(space.setByte(1, at: start))
    try space.protect(start..<start + 3 * 4096, .read)
    _ = try space.map(
      .anonymous, at: .fixed(start + 3 * 4096, replacing: false), byteCount: 4096,
      protection: .read)
    expectLayout(
      space,
      """
      0-3 r--p anonymous
      3-4 r--p anonymous
      """, base: start)
  }

  @Test func `advice is known or EINVAL, and holes are ENOMEM after the effect`() throws {
    var space = try makeSpace(.linux)
    let start = try map(&space, 4)
    for index in 0..<4 as Range<UInt64> { check(space.setByte(1, at: start + index * 4096)) }
    try space.unmap(start + 4096..<start + 8192)
    let range = start..<start + 4 * 4096
    #expect(
      outcome { () throws(Errno) in try space.advise(range, Advice(rawValue: 7)) } == "EINVAL")
    #expect(
      outcome { () throws(Errno) in try space.advise(range, .dontNeed, strict: true) }
        == "ENOMEM")
    check(space.byte(at: start) == 0)
    check(space.byte(at: start + 3 * 4096) == 0)
    try space.advise(start + 2 * 4096..<start + 3 * 4096, Advice(rawValue: 14), strict: true)
    try space.protect(start..<start + 4096, .read)
    #expect(
      outcome { () throws(Errno) in try space.advise(start..<start + 4096, Advice(rawValue: 23)) }
        == "EINVAL")
  }

  @Test func `more VMAs than vm max_map_count are ENOMEM and change nothing`() throws {
    var personality = Personality.linux
    personality.vmaLimit = 3
    var space = try makeSpace(personality)
    let start = try map(&space, 8)
    try space.protect(start..<start + 4096, .read)
    try space.protect(start + 4096..<start + 8192, [])
    #expect(
      outcome { () throws(Errno) in
        try space.protect(start + 5 * 4096..<start + 6 * 4096, .read)
      } == "ENOMEM")
    #expect(
      outcome { () throws(Errno) in try space.unmap(start + 5 * 4096..<start + 6 * 4096) }
        == "ENOMEM")
    check(space.vmaCount == 3)
    try space.unmap(start + 7 * 4096..<start + 8 * 4096)
  }

  @Test func `memory that may never be written stays so`() throws {
    var space = try makeSpace(.linux)
    let start = try space.map(
      .file(FileIdentity(rawValue: 1), offset: 0), byteCount: 4096, protection: .read,
      options: [.shared, .neverWritable])
    #expect(
      outcome { () throws(Errno) in try space.protect(start..<start + 4096, readWrite) }
        == "EACCES")
  }
}
