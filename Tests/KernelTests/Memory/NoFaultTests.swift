// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Unikraft's uknofault suite, and the counts that were observed on the original.
struct NoFaultTests {
  private let base = VirtualAddress(0x200_0000_0000)
  private let size: UInt64 = 4096

  private func map(
    _ space: inout AddressSpace, _ number: UInt64, _ protection: Protection
  ) throws {
    _ = try space.map(
      .anonymous, at: .fixed(base + number * size, replacing: false), byteCount: size,
      protection: protection)
  }

  @Test func `nothing mapped, nothing probed`() throws {
    var space = try makeSpace()
    check(space.probeRead(base, byteCount: 1) == 0)
    check(space.probeRead(base, byteCount: size) == 0)
    check(space.probeRead(base, byteCount: 0) == 0)
  }

  @Test func `reads are counted to the byte`() throws {
    var space = try makeSpace()
    try map(&space, 0, .read)
    check(space.probeRead(base, byteCount: 1) == 1)
    check(space.probeRead(base, byteCount: size) == size)
    check(space.probeRead(base - 1, byteCount: 2) == 0)
    check(space.probeRead(base - 6, byteCount: 8) == 0)
    check(space.probeRead(base + (size - 1), byteCount: 8) == 1)
    check(space.probeRead(base + (size - 1244), byteCount: size) == 1244)
    check(space.probeReadWrite(base, byteCount: 1) == 0)
  }

  @Test func `after a fault the count goes on 4096 bytes behind it`() throws {
    var space = try makeSpace()
    try map(&space, 0, .read)
    try map(&space, 2, .read)
    for (offset, count, expected) in [
      (0, 3 * 4096, 2 * 4096), (100, 3 * 4096, 8092), (4196, 4096, 0), (4196, 8192, 3996),
      (-100, 200, 0), (-100, 8192, 100),
    ] as [(Int64, UInt64, UInt64)] {
      let address = base + UInt64(bitPattern: offset)
      let counted = space.probeRead(address, byteCount: count, options: .continue)
      #expect(counted == expected, "\(offset) \(count)")
    }
  }

  @Test func `non-canonical addresses count nothing and end nothing`() throws {
    var space = try makeSpace()
    for address in [0xbaad_baad_8000_0000, 0x8000_0000_0000, .max] as [UInt64] {
      check(space.probeRead(VirtualAddress(address), byteCount: 8) == 0)
      check(space.probeReadWrite(VirtualAddress(address), byteCount: .max) == 0)
    }
  }

  @Test func `probing for writing changes nothing`() throws {
    var space = try makeSpace()
    try map(&space, 0, [.read, .write])
    try map(&space, 2, [.read, .write])
    for (index, byte) in [0xb0, 0xb0, 0xad, 0xde].enumerated() as EnumeratedSequence<[UInt8]> {
      check(space.setByte(byte, at: base + UInt64(index)))
    }
    check(space.probeReadWrite(base, byteCount: 1) == 1)
    check(space.probeReadWrite(base + (size - 1244), byteCount: size) == 1244)
    check(space.probeReadWrite(base, byteCount: 3 * size, options: .continue) == 2 * size)
    check(space.byte(at: base) == 0xb0)
    check(space.byte(at: base + 3) == 0xde)
  }

  @Test func `without paging a page that is not there is a fault, and stays away`() throws {
    var space = try makeSpace()
    try map(&space, 0, .read)
    check(space.probeRead(base, byteCount: 8, options: .noPaging) == 0)
    check(space.pageTable.walk(base).pte.isEmpty)
    check(space.probeRead(base, byteCount: 8) == 8)
    check(space.probeRead(base, byteCount: 8, options: .noPaging) == 8)
  }

  @Test func `copies stop at the byte where the guest would fault`() throws {
    var space = try makeSpace()
    try map(&space, 0, [.read, .write])
    try map(&space, 1, .read)
    var bytes = [UInt8](repeating: 0, count: 64)
    let got = bytes.withUnsafeMutableBytes { space.copyIn(from: base + (2 * size - 10), into: $0) }
    #expect(got == 10)
    let out = [UInt8](1...64)
    let put = out.withUnsafeBytes { space.copyOut($0, to: base + (size - 3)) }
    #expect(put == 3)
    check(space.byte(at: base + (size - 1)) == 3)
    check(space.byte(at: base + size) == 0)
  }

  @Test func `segments cover the range in order, adjacent frames joined`() throws {
    var space = try makeSpace()
    for number in 0..<4 as Range<UInt64> { try map(&space, number, [.read, .write]) }
    // Faulted in backwards, so that the frames lie in descending order.
    for number in [3, 2, 1, 0] as [UInt64] { _ = space.touch(base + number * size) }
    let segments = space.segments(of: base + 10, byteCount: 3 * size, for: .read)
    #expect(segments.map(\.byteCount) == [size - 10, size, size, 10])
    var place = base + 10
    for segment in segments {
      let expected = space.pageTable.walk(place).pte.address + place.pageOffset
      #expect(segment.start == expected)
      place = place + segment.byteCount
    }
    var other = try makeSpace()
    _ = try other.map(
      .anonymous, at: .fixed(base, replacing: false), byteCount: 4 * size, protection: .read,
      options: .populate)
    #expect(other.segments(of: base, byteCount: 9 * size, for: .read).count == 1)
    #expect(other.segments(of: base, byteCount: size, for: .write).isEmpty)
  }

  @Test func `strings end at NUL, at the limit, or at the fault`() throws {
    var space = try makeSpace()
    try map(&space, 0, [.read, .write])
    let text = Array("abc".utf8)
    let start = base + (size - 4)
    _ = text.withUnsafeBytes { space.copyOut($0, to: start) }
    var found: [UInt8] = [0x2e]
    try space.copyInString(from: start, limit: 4096, to: &found)
    #expect(found == [0x2e] + text + [0])
    func outcomeOfCopy(from place: VirtualAddress, limit: UInt64) -> String {
      outcome { () throws(Errno) in try space.copyInString(from: place, limit: limit, to: &found) }
    }
    #expect(outcomeOfCopy(from: start, limit: 3) == "ENAMETOOLONG")
    check(space.setByte(0x64, at: base + (size - 1)))
    #expect(outcomeOfCopy(from: start, limit: 4096) == "EFAULT")
    #expect(outcomeOfCopy(from: VirtualAddress(.max - 2), limit: 4096) == "EFAULT")
    #expect(found == [0x2e] + text + [0], "a failure leaves nothing behind")
  }

  @Test func `Linux reads what may be written or executed only, Unikraft asks the VMA`() throws {
    for protection in [.write, .execute] as [Protection] {
      var linux = try makeSpace(.linux)
      try map(&linux, 0, protection)
      check(linux.probeRead(base, byteCount: 1) == 1)
      var unikraft = try makeSpace()
      try map(&unikraft, 0, protection)
      check(unikraft.probeRead(base, byteCount: 1) == 0)
      try unikraft.populate(base..<base + size)
      check(unikraft.probeRead(base, byteCount: 1) == 0)
    }
  }
}
