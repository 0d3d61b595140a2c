// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The tests of Unikraft's ukvmem suite, as layout tables.
struct VMALayoutTests {
  /// test_basic_vas_layout.
  @Test func `reservations merge, collide, fill holes and are unmapped`() throws {
    var space = try makeSpace()
    func reserve(_ space: inout AddressSpace, _ at: UInt64?, _ count: UInt64) -> String {
      outcome { () throws(Errno) in
        _ = try space.map(
          .reserved, at: at.map { .fixed(page($0), replacing: false) } ?? .anywhere(hint: nil),
          byteCount: count * 4096, protection: [])
      }
    }
    #expect(reserve(&space, nil, 0x10) == "OK")
    #expect(reserve(&space, 0x20, 1) == "OK")
    expectLayout(space, "0-10 ---p reserved\n20-21 ---p reserved")
    #expect(reserve(&space, nil, 1) == "OK")
    #expect(reserve(&space, 0, 1) == "EEXIST")
    #expect(reserve(&space, 0x1f, 2) == "EEXIST")
    #expect(reserve(&space, 0x20, 1) == "EEXIST")
    for count in [2, 0x100] as [UInt64] {
      let result = outcome { () throws(Errno) in
        _ = try space.map(
          .reserved, at: .fixed(page(0) - 4096, replacing: false), byteCount: count * 4096,
          protection: [])
      }
      #expect(result == "EEXIST")
    }
    #expect(reserve(&space, 0x1f, 1) == "OK")
    expectLayout(space, "0-11 ---p reserved\n1f-21 ---p reserved")
    #expect(reserve(&space, nil, 0x100) == "OK")
    expectLayout(space, "0-11 ---p reserved\n1f-121 ---p reserved")
    #expect(reserve(&space, nil, 0xe) == "OK")
    expectLayout(space, "0-121 ---p reserved")

    try space.unmap(pages(4..<5))
    try space.unmap(pages(6..<0xe))
    try space.unmap(pages(0x100..<0x200))
    try space.unmap(page(0) - 4096..<page(1))
    expectLayout(space, "1-4 ---p reserved\n5-6 ---p reserved\ne-100 ---p reserved")
    try space.unmap(pages(0x200..<0x201))
    #expect(
      outcome { () throws(Errno) in try space.unmap(pages(0x200..<0x201), strict: true) }
        == "ENOENT")
    #expect(
      outcome { () throws(Errno) in try space.unmap(pages(2..<0xf), strict: true) } == "ENOENT")
    try space.unmap(pages(2..<0xf))
    expectLayout(space, "1-2 ---p reserved\nf-100 ---p reserved")
    #expect(
      outcome { () throws(Errno) in try space.unmap(page(0xf)..<page(0xf) + 0x100) }
        == "EINVAL")
    try space.unmap(pages(0..<0x200))
    expectLayout(space, "")
  }
}
