// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Each field of each header set to extremes, and the file cut anywhere: an error or a program that
/// stands, never a crash, and never a VMA outside the guest's part of the address space.
struct HostileELFTests {
  private func tryLoading(_ bytes: [UInt8], as role: String = "/bin/prog") throws {
    var outside: [String: ScriptedMachine.Entry] = [role: .file(bytes, mode: 0o755)]
    if role != "/bin/prog" {
      var program = ELFBuilder.program
      program.interpreter = role
      outside["/bin/prog"] = .file(program.bytes, mode: 0o755)
    }
    var configuration = Guest.configuration
    configuration.personality = configuration.personality.limited(
      below: VirtualAddress(0x5000_0000_0000))
    var guest = try Guest(booting: configuration, outside, byteCount: 1 << 20)
    do throws(LoadError) {
      try guest.kernel.boot(on: &guest.machine)
    } catch {
      #expect(!error.description.isEmpty)
      #expect(error.offset <= 65536 + 64)
      return
    }
    for vma in guest.kernel.addressSpace.layout {
      #expect(vma.range.upperBound <= VirtualAddress(0x5000_0000_0000))
      #expect(vma.range.lowerBound >= VirtualAddress(0x10000))
    }
  }

  private static let extremes: [UInt64] = [
    0, 1, 2, 0x7f, 0xfff, 0x1000, 0x1001, 0xffff, 0x1_0000, 0x7fff_ffff, 0xffff_ffff,
    0x4fff_ffff_f000, 0x5000_0000_0000, 0x7fff_ffff_ffff, 0x8000_0000_0000,
    0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_f000, .max - 1, .max,
  ]

  /// Offset and width of every field of the file header and of one program header.
  private static let headerFields: [(Int, Int)] =
    (0..<16).map { ($0, 1) } + [
      (16, 2), (18, 2), (20, 4), (24, 8), (32, 8), (40, 8), (48, 4), (52, 2), (54, 2), (56, 2),
      (58, 2), (60, 2), (62, 2),
    ]
  private static let segmentFields = [
    (0, 4), (4, 4), (8, 8), (16, 8), (24, 8), (32, 8), (40, 8), (48, 8),
  ]

  private func spoiled(_ bytes: [UInt8], _ offset: Int, _ width: Int, _ value: UInt64) -> [UInt8] {
    var bytes = bytes
    for index in 0..<width {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
    return bytes
  }

  @Test(arguments: ["/bin/prog", "/lib/ld.so"])
  func `every header field takes every extreme`(_ role: String) throws {
    var builder = ELFBuilder.program
    if role == "/bin/prog" { builder.interpreter = "/bin/prog" }
    for type in [UInt16(2), 3] {
      builder.type = type
      let bytes = builder.bytes
      var fields = Self.headerFields
      let count = builder.segments.count + (builder.interpreter == nil ? 0 : 1)
      for index in 0..<count {
        fields += Self.segmentFields.map { (64 + index * 56 + $0.0, $0.1) }
      }
      for (offset, width) in fields {
        for value in Self.extremes where width == 8 || value >> (8 * width) == 0 {
          try tryLoading(spoiled(bytes, offset, width, value), as: role)
        }
      }
    }
  }

  @Test func `a file that is cut anywhere is refused or loads`() throws {
    let bytes = ELFBuilder.program.bytes
    for length in Array(0..<300) + Array(stride(from: 300, to: bytes.count, by: 97)) {
      try tryLoading(Array(bytes.prefix(length)))
    }
  }

  @Test func `random headers never crash the loader`() throws {
    var state: UInt64 = 0x5eed
    func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
    for _ in 0..<200 {
      var bytes = ELFBuilder.program.bytes
      for _ in 0..<(1 + next() % 4) {
        let offset = 16 + Int(next() % 216)
        bytes[offset] = UInt8(truncatingIfNeeded: next())
      }
      try tryLoading(bytes)
    }
  }
}
