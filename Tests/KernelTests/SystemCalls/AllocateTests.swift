// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// fallocate(2); each errno is what ext4 of Linux 6.18 says.
struct AllocateTests {
  private static let page: UInt64 = 4096
  private static let create: UInt64 = 0o102
  private static let keepsSize: UInt64 = 1
  private static let hole: UInt64 = 3
  private static let collapse: UInt64 = 8
  private static let zero: UInt64 = 0x10
  private static let insert: UInt64 = 0x20

  /// A file whose pages are full of "a", "b" and "c", and a tail of 5 "d"; its descriptor.
  private func file(_ guest: inout Guest) -> UInt64 {
    let file = guest.open("n", Self.create)
    for letter in ["a", "b", "c"] {
      guest.write(String(repeating: letter, count: 4096), to: file)
    }
    guest.write("ddddd", to: file)
    return UInt64(file)
  }

  /// The contents: each run of one byte as the byte, `0:` for NUL, and its length.
  private func runs(_ guest: inout Guest) -> String {
    var runs: [(byte: UInt8, count: Int)] = []
    for byte in (guest.contents("n") ?? "").utf8 {
      if let last = runs.last, last.byte == byte {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((byte, 1))
      }
    }
    return runs.map { run in
      (run.byte == 0 ? "0:" : String(UnicodeScalar(run.byte))) + String(run.count)
    }.joined(separator: " ")
  }

  private static let changes: [(UInt64, UInt64, UInt64, String)] = [
    (0, 0, 12293, "a4096 b4096 c4096 d5"),
    (0, 12293, 3, "a4096 b4096 c4096 d5 0:3"),
    (0, 20000, 10, "a4096 b4096 c4096 d5 0:7717"),
    (keepsSize, 0, 40000, "a4096 b4096 c4096 d5"),
    (hole, 100, 4096, "a100 0:4096 b3996 c4096 d5"),
    (hole, 12290, 9999, "a4096 b4096 c4096 d2 0:3"),
    (hole, 50000, 10, "a4096 b4096 c4096 d5"),
    (zero, 12290, 10, "a4096 b4096 c4096 d2 0:10"),
    (zero | keepsSize, 12290, 10, "a4096 b4096 c4096 d2 0:3"),
    (collapse, 4096, 4096, "a4096 c4096 d5"),
    (collapse, 0, 12288, "d5"),
    (insert, 4096, 8192, "a4096 0:8192 b4096 c4096 d5"),
    (insert, 12288, 4096, "a4096 b4096 c4096 0:4096 d5"),
  ]

  @Test(arguments: changes)
  func `each mode changes the contents`(
    mode: UInt64, offset: UInt64, byteCount: UInt64, expected: String
  ) throws {
    var guest = try Guest(["/data": .directory([])])
    let file = file(&guest)
    #expect(guest.call(.fallocate, file, mode, offset, byteCount) == 0)
    #expect(runs(&guest) == expected)
  }

  private static let refusals: [(UInt64, UInt64, UInt64, Errno)] = [
    (0, .max, 10, .invalidArgument), (0, 0, 0, .invalidArgument), (0, 0, .max, .invalidArgument),
    (0, UInt64(Int64.max), 1, .fileTooLarge), (0, 0, 1 << 50, .noSpace),
    (keepsSize, 0, 1 << 50, .noSpace),
    (2, 0, 10, .notSupported), (4, 0, 10, .notSupported), (0x12, 0, 10, .notSupported),
    (0x13, 0, 10, .notSupported), (0x18, 0, 10, .notSupported), (0x40, 0, 10, .notSupported),
    (0x80, 0, 10, .notSupported), (0x81, 0, 10, .notSupported), (0x100, 0, 10, .notSupported),
    (collapse | keepsSize, 0, page, .notSupported), (insert | keepsSize, 0, page, .notSupported),
    (collapse, 0, 10, .invalidArgument), (collapse, page, 3 * page, .invalidArgument),
    (collapse, 0, 4 * page, .invalidArgument), (collapse, 100 * page, page, .invalidArgument),
    (insert, 0, 10, .invalidArgument), (insert, 10, page, .invalidArgument),
    (insert, 4 * page, page, .invalidArgument), (insert, 0, 1 << 50, .noSpace),
    (insert, 0, 0x7fff_ffff_ffff_f000, .fileTooLarge),
  ]

  @Test(arguments: refusals)
  func `what is refused changes nothing`(
    mode: UInt64, offset: UInt64, byteCount: UInt64, error: Errno
  ) throws {
    var guest = try Guest(["/data": .directory([])])
    let file = file(&guest)
    #expect(guest.errno(.fallocate, file, mode, offset, byteCount) == error)
    #expect(runs(&guest) == "a4096 b4096 c4096 d5")
  }

  @Test func `only files that may be written have blocks`() throws {
    var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([1, 2, 3])])
    let reader = UInt64(guest.open("f"))
    #expect(guest.errno(.fallocate, reader, 0, 0, 10) == .badFileDescriptor)
    #expect(guest.errno(.fallocate, reader, 0, 0, 0) == .invalidArgument)
    #expect(guest.errno(.fallocate, reader, 2, 0, 10) == .notSupported)
    #expect(guest.errno(.fallocate, 77, 0, 0, 0) == .badFileDescriptor)
    let path = UInt64(guest.open("f", 0o10000000))
    #expect(guest.errno(.fallocate, path, 0, 0, 0) == .badFileDescriptor)
    let null = UInt64(guest.open("/dev/null", 2))
    #expect(guest.errno(.fallocate, null, 0, 0, 10) == .noSuchDevice)
    let pair = guest.room(8)
    #expect(guest.call(.pipe, pair) == 0)
    #expect(guest.errno(.fallocate, UInt64(guest.u32(pair + 4)), 0, 0, 10) == .illegalSeek)
    #expect(guest.errno(.fallocate, UInt64(guest.u32(pair)), 0, 0, 10) == .badFileDescriptor)
  }

  @Test func `an outside file is brought in`() throws {
    var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([0x31, 0x32, 0x33])])
    let file = UInt64(guest.open("f", 2))
    #expect(guest.call(.fallocate, file, Self.hole, 1, 1) == 0)
    #expect(guest.call(.fallocate, file, 0, 4, 1) == 0)
    #expect(guest.contents("f") == "1\u{0}3\u{0}\u{0}")
  }

  @Test func `mappings see what moved, and stores before are not lost`() throws {
    var guest = try Guest(["/data": .directory([])])
    let file = file(&guest)
    let shared = UInt64(guest.call(.mmap, 0, 4 * Self.page, 3, 1, file, 0))
    let own = UInt64(guest.call(.mmap, 0, 4 * Self.page, 3, 2, file, 0))
    guest.write(Array("C".utf8), at: shared + 2 * Self.page)
    guest.write(Array("B".utf8), at: own + Self.page)
    #expect(guest.call(.fallocate, file, Self.collapse, Self.page, Self.page) == 0)
    #expect(runs(&guest) == "a4096 C1 c4095 d5")
    for map in [shared, own] {
      #expect(guest.read(map + Self.page, 2) == Array("Cc".utf8))
      #expect(guest.read(map + 2 * Self.page + 3, 4) == Array("dd".utf8) + [0, 0])
    }
    #expect(guest.call(.fallocate, file, Self.insert, 0, Self.page) == 0)
    #expect(guest.read(shared, 1) == [0])
    #expect(guest.read(shared + Self.page, 1) == Array("a".utf8))
    #expect(guest.call(.fallocate, file, Self.zero, Self.page, 10) == 0)
    #expect(guest.read(shared + Self.page + 9, 2) == [0] + Array("a".utf8))
    guest.kernel.addressSpace.checkInvariants()
  }
}
