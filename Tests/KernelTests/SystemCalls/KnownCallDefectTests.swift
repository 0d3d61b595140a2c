// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// What lib/posix-mmap, lib/ukmmap and app-elfloader's brk got wrong, and later fixed or not: one
/// test each.
struct KnownCallDefectTests {
  private static let none = UInt64.max
  private static let readWrite: UInt64 = 3

  private func guest() throws -> Guest {
    try Guest(["/data": .directory(["f"]), "/data/f": .file([UInt8](repeating: 65, count: 5000))])
  }

  @Test func `mmap returns where it put a mapping`() throws {
    var guest = try guest()
    let address = guest.call(.mmap, 0, 8192, Self.readWrite, 0x22, Self.none, 0)
    #expect(address > 0)
    guest.write([7], at: UInt64(address) + 4096)
    #expect(guest.read(UInt64(address) + 4096, 1) == [7])
  }

  @Test func `a private mapping of a file is not taken for a shared one`() throws {
    var guest = try guest()
    #expect(guest.open("f", 0) == 3)
    #expect(guest.call(.mmap, 0, 4096, Self.readWrite, 0x2, 3, 0) > 0)
    #expect(guest.errno(.mmap, 0, 4096, Self.readWrite, 0x1, 3, 0) == .permissionDenied)
    #expect(guest.errno(.mmap, 0, 4096, Self.readWrite, 0x3, 3, 0) == .permissionDenied)
  }

  @Test func `a mapping that fails gives minus the errno, no address`() throws {
    var guest = try guest()
    #expect(guest.call(.mmap, 0, 0, Self.readWrite, 0x22, Self.none, 0) == -22)
    #expect(guest.call(.mmap, 0, 1 << 47, Self.readWrite, 0x22, Self.none, 0) == -12)
    #expect(guest.call(.mmap, 0, 4096, Self.readWrite, 0x2, 9, 0) == -9)
    #expect(guest.attempt(SystemCallNumber(rawValue: 999), []) == -38)
  }

  @Test func `advice for a byte counts for its page`() throws {
    var guest = try guest()
    guest.write([7], at: Guest.scratch + 0x8010)
    guest.write([8], at: Guest.scratch + 0x9010)
    #expect(guest.call(.madvise, Guest.scratch + 0x8000, 1, 4) == 0)
    #expect(guest.read(Guest.scratch + 0x8010, 1) == [0])
    #expect(guest.read(Guest.scratch + 0x9010, 1) == [8])
  }

  @Test func `a file is mapped whatever the number of its descriptor`() throws {
    var guest = try guest()
    #expect(guest.call(.close, 0) == 0)
    #expect(guest.open("f", 0) == 0)
    let address = guest.call(.mmap, 0, 4096, 1, 0x2, 0, 0)
    #expect(address > 0)
    #expect(guest.read(UInt64(address), 1) == [65])
  }

  @Test func `msync and mlock look at their range`() throws {
    var guest = try guest()
    #expect(guest.errno(.msync, Guest.unmapped, 4096, 4) == .outOfMemory)
    #expect(guest.errno(.msync, Guest.scratch + 1, 4096, 4) == .invalidArgument)
    #expect(guest.errno(.mlock, Guest.unmapped, 4096) == .outOfMemory)
    #expect(guest.call(.mlock, Guest.scratch, 4096) == 0)
    #expect(guest.kernel.addressSpace.lockedPageCount == 1)
  }

  @Test func `munmap takes any part of a mapping`() throws {
    var guest = try guest()
    let address = UInt64(guest.call(.mmap, 0, 4 * 4096, Self.readWrite, 0x22, Self.none, 0))
    guest.write([1], at: address)
    guest.write([2], at: address + 3 * 4096)
    #expect(guest.call(.munmap, address + 4096, 4096) == 0)
    #expect(guest.errno(.msync, address + 4096, 4096, 4) == .outOfMemory)
    #expect(guest.read(address, 1) + guest.read(address + 3 * 4096, 1) == [1, 2])
  }

  @Test func `mprotect and mremap do what they say`() throws {
    var guest = try guest()
    let address = UInt64(guest.call(.mmap, 0, 4096, Self.readWrite, 0x22, Self.none, 0))
    guest.write([7], at: address)
    #expect(guest.call(.mprotect, address, 4096, 1) == 0)
    #expect(guest.errno(.clock_gettime, 0, address) == .badAddress)
    let moved = guest.call(.mremap, address, 4096, 1 << 20, 1)
    try #require(moved > 0)
    #expect(guest.read(UInt64(moved), 1) == [7])
  }

  @Test func `the break is told as often as it is asked for, and is no errno`() throws {
    var guest = try guest()
    for _ in 0..<3 { #expect(guest.call(.brk, 0) == 0x5000_0000) }
    #expect(guest.call(.brk, 1 << 50) == 0x5000_0000)
    #expect(guest.call(.brk, 0x5100_0000) == 0x5100_0000)
  }

  @Test func `what the break gives back and takes again is zero`() throws {
    var guest = try guest()
    #expect(guest.call(.brk, 0x5000_2000) == 0x5000_2000)
    guest.write([7], at: 0x5000_1000)
    #expect(guest.call(.brk, 0x5000_1000) == 0x5000_1000)
    #expect(guest.call(.brk, 0x5000_2000) == 0x5000_2000)
    #expect(guest.read(0x5000_1000, 1) == [0])
  }
}
