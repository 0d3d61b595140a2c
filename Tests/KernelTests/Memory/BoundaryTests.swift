// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Where a new mapping begins or ends inside what stands there.
struct BoundaryTests {
  private let readWrite: Protection = [.read, .write]

  @Test func `a replacement cannot cut a page of a large VMA`() throws {
    for personality in [.unikraft, .linux] as [Personality] {
      var space = try makeSpace(personality)
      let large = PageSize.large.byteCount
      let start = VirtualAddress(0x40_0000_0000)
      _ = try space.map(
        .anonymous, at: .fixed(start, replacing: false), byteCount: 2 * large,
        protection: readWrite, pageSize: .large)
      check(space.setByte(7, at: start + large))
      for (offset, count) in [(4096, 4096), (0, 4096), (large - 4096, 8192)]
        as [(UInt64, UInt64)]
      {
        #expect(
          outcome { () throws(Errno) in
            _ = try space.map(
              .anonymous, at: .fixed(start + offset, replacing: true), byteCount: count,
              protection: .read)
          } == "EINVAL")
      }
      #expect(space.vmaCount == 1)
      check(space.byte(at: start + large) == 7)
      _ = try space.map(
        .anonymous, at: .fixed(start + large, replacing: true), byteCount: large,
        protection: .read)
      #expect(space.vmaCount == 2)
      check(space.byte(at: start + large) == 0)
    }
  }

  @Test func `file mappings merge only where their offsets go on`() throws {
    var space = try makeSpace(.linux)
    let memory = VirtualAddress(0x40_0000_0000)
    let given = PhysicalAddress(0x10_0000)
    for (page, offset) in [(0, 0), (1, 1), (2, 3), (3, 3)] as [(UInt64, UInt64)] {
      _ = try space.map(
        .direct(given + offset * 4096), at: .fixed(memory + page * 4096, replacing: false),
        byteCount: 4096, protection: readWrite)
    }
    #expect(space.layout.map(\.range.pageCount) == [2, 1, 1])
  }
}
