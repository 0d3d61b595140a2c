// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Who hears of a file by signals, and requests of ioctl(2); each errno is what Linux 6.18 says.
struct FileOwnerTests {
  private static let id = UInt64(ProcessState.id)
  private static let minusID = UInt64(bitPattern: -ProcessState.id)

  @Test func `an owner is told as it was set, and has to be somebody`() throws {
    var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([1])])
    let file = UInt64(guest.open("f"))
    let copy = UInt64(guest.call(.dup, file))
    #expect(guest.call(.fcntl, file, 9) == 0)
    #expect(guest.call(.fcntl, file, 8, Self.id) == 0)
    #expect(guest.call(.fcntl, copy, 9) == ProcessState.id)
    #expect(guest.errno(.fcntl, file, 8, 999_999) == .noSuchProcess)
    #expect(guest.errno(.fcntl, file, 8, 0x8000_0000) == .invalidArgument)
    #expect(guest.call(.fcntl, file, 9) == ProcessState.id)
    #expect(guest.call(.fcntl, file, 8, Self.minusID) == 0)
    // -1000 stands where an errno would.
    #expect(guest.call(.fcntl, file, 9) == -ProcessState.id)
    #expect(guest.call(.fcntl, file, 8, 0) == 0)
    #expect(guest.call(.fcntl, file, 9) == 0)
  }

  @Test func `an owner has a kind`() throws {
    var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([1])])
    let file = UInt64(guest.open("f"))
    let owner = guest.room(8)
    func get(_ guest: inout Guest) -> [UInt32] {
      #expect(guest.call(.fcntl, file, 16, owner) == 0)
      return [guest.u32(owner), guest.u32(owner + 4)]
    }
    func set(_ kind: UInt8, _ id: UInt32, _ guest: inout Guest) -> Errno? {
      guest.write(
        [kind, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) }, at: owner)
      return guest.errno(.fcntl, file, 15, owner)
    }
    #expect(get(&guest) == [0, 0])
    guest.call(.fcntl, file, 8, 0)
    #expect(get(&guest) == [1, 0])
    for kind: UInt8 in 0...2 {
      #expect(set(kind, UInt32(ProcessState.id), &guest) == nil)
      #expect(get(&guest) == [UInt32(kind), UInt32(ProcessState.id)])
      #expect(set(kind, 777_777, &guest) == .noSuchProcess)
    }
    #expect(set(3, 0, &guest) == .invalidArgument)
    #expect(guest.errno(.fcntl, file, 15, Guest.unmapped) == .badAddress)
    #expect(guest.errno(.fcntl, file, 16, Guest.unmapped) == .badAddress)
  }

  @Test func `a signal is one of 64, or none`() throws {
    var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([1])])
    let file = UInt64(guest.open("f"))
    #expect(guest.call(.fcntl, file, 11) == 0)
    #expect(guest.call(.fcntl, file, 10, 64) == 0)
    #expect(guest.call(.fcntl, file, 11) == 64)
    #expect(guest.errno(.fcntl, file, 10, 65) == .invalidArgument)
    #expect(guest.errno(.fcntl, file, 10, .max) == .invalidArgument)
    #expect(guest.call(.fcntl, file, 11) == 64)
  }

  @Test func `O_ASYNC stays where there is something to signal`() throws {
    var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([1])])
    let async: UInt64 = 0o20000
    let one = guest.put([1, 0, 0, 0])
    for (path, stays) in [("f", false), ("/dev/null", false), ("/dev/urandom", true)] {
      let file = UInt64(guest.open(path))
      #expect(guest.call(.fcntl, file, 4, async) == 0)
      #expect(UInt64(guest.call(.fcntl, file, 3)) & async == (stays ? async : 0), "\(path)")
      guest.call(.fcntl, file, 4, 0)
      #expect(guest.errno(.ioctl, file, 0x5452, one) == (stays ? nil : .notTerminal), "\(path)")
      #expect(UInt64(guest.call(.fcntl, file, 3)) & async == (stays ? async : 0), "\(path)")
    }
  }

  @Test func `the random devices do not know what a terminal is`() throws {
    var guest = try Guest()
    for (path, error) in [
      ("/dev/urandom", Errno.invalidArgument), ("/dev/random", .invalidArgument),
      ("/dev/null", .notTerminal), ("/dev/zero", .notTerminal), ("/dev/full", .notTerminal),
    ] {
      let file = UInt64(guest.open(path))
      for request: UInt64 in [0x5401, 0x5413, 0x541b, 0x1234_5678] {
        #expect(guest.errno(.ioctl, file, request, Guest.scratch) == error, "\(path)")
      }
    }
  }

  @Test func `of a descriptor by path alone fcntl says little`() throws {
    var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([1])])
    let file = UInt64(guest.open("f", 0o10000000))
    for command: UInt64 in [0, 1, 2, 3, 1030] {
      #expect(guest.errno(.fcntl, file, command, 0) == nil, "\(command)")
    }
    for command: UInt64 in [4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 1031, 1032, 99] {
      #expect(guest.errno(.fcntl, file, command, Guest.scratch) == .badFileDescriptor)
    }
  }
}
