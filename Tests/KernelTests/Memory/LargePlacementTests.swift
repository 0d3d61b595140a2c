// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Where Linux 6.18 puts mappings of 2 MiB and more: what a program that makes them got there, with
/// files of ext4, an `mmap_base` of 0x7fff_f7dd_1000 and nothing below it.
struct LargePlacementTests {
  /// Pages, offset in pages, page of the private and of the shared mapping; in this order.
  private static let files: [(UInt64, UInt64, UInt64, UInt64)] = [
    (256, 0, 0x7_ffff_7cd1, 0x7_ffff_7bd1),
    (256, 1, 0x7_ffff_7ad1, 0x7_ffff_79d1),
    (256, 256, 0x7_ffff_78d1, 0x7_ffff_77d1),
    (256, 512, 0x7_ffff_76d1, 0x7_ffff_75d1),
    (256, 768, 0x7_ffff_74d1, 0x7_ffff_73d1),
    (511, 0, 0x7_ffff_71d2, 0x7_ffff_6fd3),
    (511, 1, 0x7_ffff_6dd4, 0x7_ffff_6bd5),
    (511, 256, 0x7_ffff_69d6, 0x7_ffff_67d7),
    (511, 512, 0x7_ffff_65d8, 0x7_ffff_63d9),
    (511, 768, 0x7_ffff_61da, 0x7_ffff_5fdb),
    (512, 0, 0x7_ffff_5c00, 0x7_ffff_5a00),
    (512, 1, 0x7_ffff_5800, 0x7_ffff_5600),
    (512, 256, 0x7_ffff_5400, 0x7_ffff_5200),
    (512, 512, 0x7_ffff_5000, 0x7_ffff_4e00),
    (512, 768, 0x7_ffff_4c00, 0x7_ffff_4a00),
    (513, 0, 0x7_ffff_4600, 0x7_ffff_4200),
    (513, 1, 0x7_ffff_3fff, 0x7_ffff_3dfe),
    (513, 256, 0x7_ffff_3bfd, 0x7_ffff_39fc),
    (513, 512, 0x7_ffff_3600, 0x7_ffff_3200),
    (513, 768, 0x7_ffff_2fff, 0x7_ffff_2dfe),
    (768, 0, 0x7_ffff_2a00, 0x7_ffff_2600),
    (768, 1, 0x7_ffff_2300, 0x7_ffff_2000),
    (768, 256, 0x7_ffff_1d00, 0x7_ffff_1900),
    (768, 512, 0x7_ffff_1600, 0x7_ffff_1200),
    (768, 768, 0x7_ffff_0f00, 0x7_ffff_0b00),
    (1024, 0, 0x7_ffff_0600, 0x7_ffff_0200),
    (1024, 1, 0x7_fffe_fc01, 0x7_fffe_f801),
    (1024, 256, 0x7_fffe_f300, 0x7_fffe_ef00),
    (1024, 512, 0x7_fffe_ea00, 0x7_fffe_e600),
    (1024, 768, 0x7_fffe_e100, 0x7_fffe_dd00),
    (1025, 0, 0x7_fffe_d800, 0x7_fffe_d200),
    (1025, 1, 0x7_fffe_cc01, 0x7_fffe_c601),
    (1025, 256, 0x7_fffe_c100, 0x7_fffe_bb00),
    (1025, 512, 0x7_fffe_b600, 0x7_fffe_b000),
    (1025, 768, 0x7_fffe_ab00, 0x7_fffe_a500),
    (1280, 0, 0x7_fffe_a000, 0x7_fffe_9a00),
    (1280, 1, 0x7_fffe_9401, 0x7_fffe_8e01),
    (1280, 256, 0x7_fffe_8900, 0x7_fffe_8300),
    (1280, 512, 0x7_fffe_7e00, 0x7_fffe_7800),
    (1280, 768, 0x7_fffe_7300, 0x7_fffe_6d00),
    (1536, 0, 0x7_fffe_6600, 0x7_fffe_6000),
    (1536, 1, 0x7_fffe_5801, 0x7_fffe_5201),
    (1536, 256, 0x7_fffe_4b00, 0x7_fffe_4500),
    (1536, 512, 0x7_fffe_3e00, 0x7_fffe_3800),
    (1536, 768, 0x7_fffe_3100, 0x7_fffe_2b00),
  ]

  /// Pages, page of the private and of the shared mapping of anonymous memory, after the files.
  private static let anonymous: [(UInt64, UInt64, UInt64)] = [
    (256, 0x7_ffff_5edb, 0x7_ffff_4900),
    (511, 0x7_ffff_4401, 0x7_ffff_3401),
    (512, 0x7_fffe_2800, 0x7_fffe_2600),
    (513, 0x7_fffe_23ff, 0x7_fffe_21fe),
    (768, 0x7_fffe_1efe, 0x7_fffe_1bfe),
    (1024, 0x7_fffe_1600, 0x7_fffe_1200),
    (1025, 0x7_fffe_0dff, 0x7_fffe_09fe),
    (1280, 0x7_fffe_04fe, 0x7_fffd_fffe),
    (1536, 0x7_fffd_f800, 0x7_fffd_f200),
  ]

  private static let base: UInt64 = 0x7fff_f7dd_1000
  private static let file = FileIdentity(rawValue: 0)

  private func space(without rules: Personality.Rules = []) throws -> AddressSpace {
    var personality = Personality.linux(
      mmapBase: VirtualAddress(Self.base), breakStart: VirtualAddress(0x5555_5555_6000))
    personality.rules.subtract(rules)
    let space = try makeSpace(personality)
    space.cache.add(Self.file)
    return space
  }

  private func map(
    _ space: inout AddressSpace, _ backing: Backing, _ pages: UInt64, hint: UInt64? = nil,
    options: MapOptions = []
  ) throws(Errno) -> UInt64 {
    try space.map(
      backing, at: .anywhere(hint: hint.map { VirtualAddress($0) }), byteCount: pages << 12,
      protection: .read, options: options
    ).rawValue
  }

  @Test func `files and memory stand where Linux has them`() throws {
    var space = try space()
    for (pages, offset, own, shared) in Self.files {
      let backing = Backing.file(Self.file, offset: offset << 12)
      #expect(try map(&space, backing, pages) == own << 12, "\(pages) from \(offset)")
      #expect(try map(&space, backing, pages, options: .shared) == shared << 12)
    }
    for (pages, own, shared) in Self.anonymous {
      #expect(try map(&space, .anonymous, pages) == own << 12, "\(pages)")
      #expect(try map(&space, .anonymous, pages, options: .shared) == shared << 12)
    }
  }

  @Test func `where a file system does not mind, a file stands anywhere`() throws {
    for isRule in [true, false] {
      var space = try space(without: isRule ? [] : .alignedLargeFiles)
      if isRule { space.cache.setPlacedAnywhere(true, Self.file) }
      #expect(try map(&space, .file(Self.file, offset: 0), 1024) == Self.base - 0x40_0000)
      #expect(try map(&space, .file(Self.file, offset: 0), 512) == Self.base - 0x60_0000)
    }
  }

  @Test func `a hint is taken where 2 MiB more are free`() throws {
    var space = try space()
    let file = Backing.file(Self.file, offset: 0)
    #expect(try map(&space, file, 1024, hint: 0x1_0000_1000) == 0x1_0000_1000)
    #expect(try map(&space, file, 1024, hint: 0x1_0000_1000) == 0x7fff_f780_0000)
    #expect(try map(&space, file, 1024, hint: 0x2_0000_1234) == 0x2_0000_1000)
    _ = try space.map(
      .anonymous, at: .fixed(VirtualAddress(0x3_0000_0000), replacing: false), byteCount: 4096,
      protection: [])
    // There is room for it, and not for 2 MiB more.
    #expect(try map(&space, file, 1024, hint: 0x2_ffbf_f000) == 0x7fff_f740_0000)
    #expect(try map(&space, file, 1024, hint: 0x1000) == 0x1_0000)
  }

  @Test func `below 2 GiB the search goes up`() throws {
    var space = try space()
    for (offset, place): (UInt64, UInt64) in [
      (0, 0x4020_0000), (4096, 0x4060_1000), (0, 0x40c0_0000),
    ] {
      let file = Backing.file(Self.file, offset: offset)
      #expect(try map(&space, file, 1024, options: .below2GiB) == place)
    }
  }

  @Test func `what moves is placed as what is new`() throws {
    var space = try space()
    // What is mapped last cannot grow upward.
    _ = try space.map(
      .anonymous, at: .fixed(VirtualAddress(Self.base), replacing: false), byteCount: 4096,
      protection: [])
    for (offset, pages, place): (UInt64, UInt64, UInt64) in [
      (0, 1024, 0x7fff_f780_0000), (4096, 1025, 0x7fff_f720_1000),
    ] {
      let start = try map(&space, .file(Self.file, offset: offset), 256)
      let moved = try space.remap(
        VirtualAddress(start), byteCount: 1 << 20, newByteCount: pages << 12, options: .mayMove)
      #expect(moved.rawValue == place)
    }
  }

  @Test func `where no room is to spare a file stands where it fits`() throws {
    var personality = Personality.linux(
      mmapBase: VirtualAddress(0x4_1000), breakStart: VirtualAddress(0x5555_5555_6000))
    personality.highestAddress = VirtualAddress(0x30_1000)
    var space = try makeSpace(personality)
    space.cache.add(Self.file)
    #expect(try map(&space, .file(Self.file, offset: 0), 512) == 0x10_1000)
  }
}
