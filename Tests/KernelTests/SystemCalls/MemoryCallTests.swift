// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// What the calls check before the address space is asked, in the order of the man pages.
struct MemoryCallTests {
  private static let none = UInt64.max

  private func guest() throws -> Guest {
    try Guest(["/data": .directory(["f"]), "/data/f": .file([UInt8](repeating: 65, count: 5000))])
  }

  @Test func `mmap refuses what Linux refuses`() throws {
    var guest = try guest()
    #expect(guest.errno(.mmap, 0, 0, 3, 0x22, Self.none, 0) == .invalidArgument)
    #expect(guest.errno(.mmap, 0, 4096, 3, 0x22, Self.none, 1) == .invalidArgument)
    #expect(guest.errno(.mmap, 0, 4096, 3, 0x20, Self.none, 0) == .invalidArgument)
    #expect(guest.errno(.mmap, 0, UInt64.max - 10, 3, 0x22, Self.none, 0) == .outOfMemory)
    #expect(guest.errno(.mmap, 0, 1 << 47, 3, 0x22, Self.none, 0) == .outOfMemory)
    #expect(guest.errno(.mmap, 0x10001, 4096, 3, 0x32, Self.none, 0) == .invalidArgument)
    #expect(guest.errno(.mmap, 0, 4096, 3, 0x02, 9, 0) == .badFileDescriptor)
    #expect(guest.errno(.mmap, 0, 4096, 1, 0x02, 0, 0) == .noSuchDevice)
    #expect(guest.errno(.mmap, Guest.scratch, 4096, 3, 0x100022, Self.none, 0) == .exists)
    #expect(guest.errno(.mmap, 0, 4096, 3, 0x40022 | 13 << 26, Self.none, 0) == .invalidArgument)
    #expect(guest.open("f", 0) == 3)
    #expect(guest.errno(.mmap, 0, 4096, 3, 0x01, 3, 0) == .permissionDenied)
    #expect(guest.errno(.mmap, 0, 4096, 1, 0x102, 3, 0) == .invalidArgument)
    #expect(guest.open("f", 2) == 4)
    #expect(guest.call(.mmap, 0, 4096, 3, 0x01, 4, 0) > 0)
    #expect(guest.open("f", 1) == 5)
    #expect(guest.errno(.mmap, 0, 4096, 1, 0x02, 5, 0) == .permissionDenied)
  }

  @Test func `a private mapping shows the file and keeps its stores to itself`() throws {
    var guest = try guest()
    #expect(guest.open("f") == 3)
    let address = guest.call(.mmap, 0, 8192, 3, 0x02, 3, 0)
    #expect(address == 0x4000_0000_0000 - 8192)
    let at = UInt64(address)
    #expect(guest.read(at + 4990, 12) == [UInt8](repeating: 65, count: 10) + [0, 0])
    guest.write([66], at: at)
    #expect(guest.call(.close, 3) == 0)
    #expect(guest.read(at, 2) == [66, 65])
    #expect(guest.contents("f")?.first == "A")
  }

  @Test func `munmap, mprotect, madvise and mincore check their ranges`() throws {
    var guest = try guest()
    let at = Guest.scratch
    #expect(guest.errno(.munmap, at + 1, 4096) == .invalidArgument)
    #expect(guest.errno(.munmap, at, 0) == .invalidArgument)
    #expect(guest.errno(.munmap, at, UInt64.max) == .invalidArgument)
    #expect(guest.call(.munmap, Guest.unmapped, 4096) == 0)
    #expect(guest.errno(.mprotect, at + 1, 4096, 1) == .invalidArgument)
    #expect(guest.call(.mprotect, at, 0, 99) == 0)
    #expect(guest.errno(.mprotect, at, 4096, 99) == .invalidArgument)
    #expect(guest.errno(.mprotect, at, 4096, 0x300_0001) == .invalidArgument)
    #expect(guest.errno(.mprotect, Guest.unmapped, 4096, 1) == .outOfMemory)
    #expect(guest.call(.mprotect, at + 0x8000, 1, 1) == 0)
    #expect(guest.errno(.madvise, at, 4096, 77) == .invalidArgument)
    #expect(guest.errno(.madvise, at + 1, 4096, 4) == .invalidArgument)
    #expect(guest.call(.madvise, at, 0, 4) == 0)
    #expect(guest.call(.madvise, at + 0x4000, 4096, 4) == 0)
    #expect(guest.errno(.madvise, Guest.unmapped, 4096, 4) == .outOfMemory)
    guest.write([1], at: at)
    let residence = guest.room(2)
    #expect(guest.call(.mincore, at + 0x5000, 8192, residence) == 0)
    #expect(guest.read(residence, 2) == [0, 0])
    #expect(guest.call(.mincore, at, 4096, residence) == 0)
    #expect(guest.read(residence, 1) == [1])
    #expect(guest.errno(.mincore, Guest.unmapped, 4096, residence) == .outOfMemory)
    #expect(guest.errno(.msync, at, 4096, 5) == .invalidArgument)
    #expect(guest.call(.msync, at, 4096, 4) == 0)
    #expect(guest.errno(.msync, Guest.unmapped, 4096, 4) == .outOfMemory)
    #expect(guest.call(.mlock, at + 5, 4096) == 0)
  }

  @Test func `mremap checks its flags`() throws {
    var guest = try guest()
    let at = Guest.scratch
    #expect(guest.errno(.mremap, at, 4096, 8192, 8, 0) == .invalidArgument)
    #expect(guest.errno(.mremap, at, 4096, 8192, 2, at) == .invalidArgument)
    #expect(guest.errno(.mremap, at + 1, 4096, 8192, 1, 0) == .invalidArgument)
    #expect(guest.errno(.mremap, at, 4096, 0, 1, 0) == .invalidArgument)
    #expect(guest.errno(.mremap, at, 4096, 8192, 5, 0) == .invalidArgument)
    #expect(guest.errno(.mremap, Guest.unmapped, 4096, 8192, 1, 0) == .badAddress)
    let moved = guest.call(.mremap, at, 4096, 8192, 1, 0)
    #expect(moved > 0 && UInt64(moved) != at)
  }

  @Test func `the break moves and returns where it is`() throws {
    var guest = try guest()
    #expect(guest.call(.brk, 0) == 0x5000_0000)
    #expect(guest.call(.brk, 0x5000_1234) == 0x5000_1234)
    guest.write([7], at: 0x5000_1fff)
    #expect(guest.call(.brk, 0x4000_0000) == 0x5000_1234)
    #expect(guest.call(.brk, 0x5000_0000) == 0x5000_0000)
    #expect(guest.errno(.read, 0, 0x5000_0000, 1) == .badAddress)
  }
}
