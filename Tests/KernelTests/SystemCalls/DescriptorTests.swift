// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

struct DescriptorTests {
  private func guest() throws -> Guest {
    try Guest([
      "/data": .directory(["f"]), "/data/f": .file(Array("0123456789".utf8)),
      "/proc/cpuinfo": .file([]),
    ])
  }

  @Test func `read and write move the offset that copies of a descriptor share`() throws {
    var guest = try guest()
    let buffer = guest.room(64)
    #expect(guest.open("f") == 3)
    #expect(guest.call(.dup, 3) == 4)
    #expect(guest.call(.read, 3, buffer, 4) == 4)
    #expect(guest.call(.read, 4, buffer, 4) == 4)
    #expect(guest.read(buffer, 4) == Array("4567".utf8))
    #expect(guest.call(.lseek, 4, 0, 1) == 8)
    #expect(guest.call(.pread64, 3, buffer, 3, 1) == 3)
    #expect(guest.read(buffer, 3) == Array("123".utf8))
    #expect(guest.call(.read, 3, buffer, 64) == 2)
    #expect(guest.call(.read, 3, buffer, 64) == 0)
  }

  @Test func `the outside is not asked behind the end of a file`() throws {
    var guest = try guest()
    #expect(guest.open("f") == 3)
    #expect(guest.call(.lseek, 3, 10, 0) == 10)
    #expect(guest.call(.read, 3, Guest.unmapped, 64) == 0)
    #expect(guest.machine.readCount == 0)
    #expect(guest.open("/proc/cpuinfo") == 4)
    #expect(guest.call(.read, 4, guest.room(16), 16) == 0)
    #expect(guest.machine.readCount == 1)
  }

  @Test func `bad descriptors and buffers are refused in Linux's order`() throws {
    var guest = try guest()
    #expect(guest.errno(.read, 9, Guest.unmapped, 4) == .badFileDescriptor)
    #expect(guest.errno(.write, 9, Guest.unmapped, 4) == .badFileDescriptor)
    #expect(guest.errno(.write, 0, Guest.unmapped, 4) == .badFileDescriptor)
    #expect(guest.errno(.read, 1, Guest.unmapped, 4) == .badFileDescriptor)
    #expect(guest.open("f") == 3)
    #expect(guest.errno(.read, 3, Guest.unmapped, 4) == .badAddress)
    #expect(guest.errno(.write, 3, Guest.unmapped, 4) == .badFileDescriptor)
    #expect(guest.errno(.write, 1, Guest.unmapped, 4) == .badAddress)
    #expect(guest.errno(.pread64, 3, Guest.scratch, 4, UInt64.max) == .invalidArgument)
    #expect(guest.errno(.pread64, 0, Guest.scratch, 4, 0) == .illegalSeek)
    #expect(guest.errno(.lseek, 1, 0, 0) == .illegalSeek)
    #expect(guest.errno(.lseek, 3, 0, 9) == .invalidArgument)
    #expect(guest.errno(.lseek, 3, UInt64.max, 0) == .invalidArgument)
    #expect(guest.errno(.close, 44) == .badFileDescriptor)
    #expect(guest.errno(.readv, 3, Guest.scratch, 1025) == .invalidArgument)
    #expect(guest.errno(.readv, 3, Guest.unmapped, 1) == .badAddress)
    #expect(guest.errno(.ioctl, 1, 0x5401, Guest.scratch) == .notTerminal)
    #expect(guest.errno(.ioctl, 77, 0x5401, Guest.scratch) == .badFileDescriptor)
    #expect(guest.open("/data", 0) == 4)
    #expect(guest.errno(.read, 4, Guest.scratch, 4) == .isDirectory)
    #expect(guest.errno(.getdents64, 3, Guest.scratch, 400) == .notDirectory)
    #expect(guest.errno(.getdents64, 4, Guest.scratch, 8) == .invalidArgument)
  }

  @Test func `a write that ends in unmapped memory is short`() throws {
    var guest = try guest()
    let end = Guest.scratch + (1 << 20)
    guest.write(Array("tail".utf8), at: end - 4)
    #expect(guest.call(.write, 1, end - 4, 100) == 4)
    #expect(guest.machine.output == Array("tail".utf8))
    #expect(guest.open("f") == 3)
    #expect(guest.call(.read, 3, end - 4, 10) == 4)
    #expect(guest.call(.lseek, 3, 0, 1) == 4)
  }

  @Test func `vectors are gathered and scattered`() throws {
    var guest = try guest()
    let a = guest.string("ab")
    let b = guest.string("cde")
    var vector: [UInt8] = []
    for (address, count) in [(a, 2), (UInt64(0), 0), (b, 3)] as [(UInt64, UInt64)] {
      vector.put(address)
      vector.put(count)
    }
    let address = guest.put(vector)
    #expect(guest.call(.writev, 1, address, 3) == 5)
    #expect(guest.machine.output == Array("abcde".utf8))
    #expect(guest.open("f") == 3)
    #expect(guest.call(.readv, 3, address, 3) == 5)
    #expect(guest.read(a, 2) + guest.read(b, 3) == Array("01234".utf8))
  }

  @Test func `the standard streams look like pipes`() throws {
    var guest = try guest()
    let buffer = guest.room(144)
    #expect(guest.call(.fstat, 1, buffer) == 0)
    #expect(guest.u32(buffer + 24) & 0o170000 == 0o010000)
    guest.machine.input = Array("typed".utf8)
    #expect(guest.call(.read, 0, buffer, 3) == 3)
    #expect(guest.call(.read, 0, buffer, 30) == 2)
    #expect(guest.call(.read, 0, buffer, 30) == 0)
    guest.machine.sendLimit = 2
    #expect(guest.write("abc", to: 2) == 2)
    #expect(guest.machine.errors == Array("ab".utf8))
  }

  @Test func `a broken pipe kills the program unless it ignores the signal`() throws {
    var guest = try guest()
    guest.machine.sendError = .brokenPipe
    #expect(guest.attempt(.write, [1, guest.string("x"), 1]) == nil)
    #expect(guest.kernel.exitStatus == .killed(.pipe))
    var other = try self.guest()
    other.machine.sendError = .brokenPipe
    let action = other.put([1] + [UInt8](repeating: 0, count: 31))
    #expect(other.call(.rt_sigaction, 13, action, 0, 8) == 0)
    #expect(other.errno(.write, 1, other.string("x"), 1) == .brokenPipe)
  }

  @Test func `descriptors are the lowest free ones up to the limit`() throws {
    var guest = try guest()
    #expect(guest.call(.close, 0) == 0)
    #expect(guest.open("f") == 0)
    #expect(guest.open("f") == 3)
    #expect(guest.call(.dup2, 3, 700) == 700)
    #expect(guest.call(.dup2, 3, 3) == 3)
    #expect(guest.errno(.dup2, 3, 1024) == .badFileDescriptor)
    #expect(guest.errno(.dup3, 3, 3, 0) == .invalidArgument)
    #expect(guest.errno(.dup3, 3, 4, 1) == .invalidArgument)
    #expect(guest.call(.dup3, 3, 4, 0o2000000) == 4)
    #expect(guest.call(.fcntl, 4, 1) == 1)
    #expect(guest.call(.fcntl, 3, 1) == 0)
    #expect(guest.call(.fcntl, 3, 0, 100) == 100)
    #expect(guest.call(.fcntl, 3, 1030, 100) == 101)
    #expect(guest.errno(.fcntl, 3, 0, 1024) == .invalidArgument)
    var limit: [UInt8] = []
    limit.put(UInt64(6))
    limit.put(UInt64(6))
    #expect(guest.call(.prlimit64, 0, 7, guest.put(limit), 0) == 0)
    #expect(guest.open("f") == 5)
    #expect(guest.open("f") == -24)
    #expect(guest.errno(.dup, 3) == .tooManyOpenFiles)
  }

  @Test func `flags of a file are told and changed`() throws {
    var guest = try guest()
    #expect(guest.open("f", 2) == 3)
    #expect(guest.call(.fcntl, 3, 3) == 0o100002)
    #expect(guest.call(.fcntl, 3, 4, 0o2000 | 1) == 0)
    #expect(guest.call(.fcntl, 3, 3) == 0o102002)
    #expect(guest.write("end", to: 3) == 3)
    #expect(guest.contents("f") == "0123456789end")
    #expect(guest.errno(.fcntl, 3, 999) == .invalidArgument)
  }

  @Test func `a pipe carries bytes, and what would block for ever is EAGAIN`() throws {
    var guest = try guest()
    let pair = guest.room(8)
    #expect(guest.call(.pipe2, pair, 0) == 0)
    #expect(guest.u32(pair) == 3)
    #expect(guest.u32(pair + 4) == 4)
    let buffer = guest.room(16)
    #expect(guest.errno(.read, 3, buffer, 16) == .wouldBlock)
    #expect(guest.write("through", to: 4) == 7)
    #expect(guest.call(.read, 3, buffer, 4) == 4)
    #expect(guest.call(.close, 4) == 0)
    #expect(guest.call(.read, 3, buffer, 16) == 3)
    #expect(guest.call(.read, 3, buffer, 16) == 0)
    #expect(guest.errno(.pipe2, Guest.unmapped, 0) == .badAddress)
    #expect(guest.call(.pipe, pair) == 0)
    #expect(guest.u32(pair) == 4)
  }

  @Test func `files grow, shrink and have holes of zeros`() throws {
    var guest = try guest()
    #expect(guest.open("n", 0o102) == 3)
    #expect(guest.call(.pwrite64, 3, guest.string("x"), 1, 5) == 1)
    #expect(guest.contents("n") == "\0\0\0\0\0x")
    #expect(guest.call(.ftruncate, 3, 2) == 0)
    #expect(guest.contents("n") == "\0\0")
    #expect(guest.errno(.ftruncate, 3, UInt64.max) == .invalidArgument)
    #expect(guest.errno(.ftruncate, 3, 1 << 50) == .noSpace)
    #expect(guest.errno(.pwrite64, 3, guest.string("x"), 1, UInt64(Int64.max)) == .fileTooLarge)
    #expect(guest.call(.truncate, guest.string("f"), 3) == 0)
    #expect(guest.contents("f") == "012")
  }

  @Test func `poll tells what is ready`() throws {
    var guest = try guest()
    var set: [UInt8] = []
    for (descriptor, events) in [(0, 1), (1, 4), (55, 1), (-1, 1)] as [(Int32, UInt16)] {
      set.put(descriptor)
      set.put(events)
      set.put(UInt16(0))
    }
    let address = guest.put(set)
    #expect(guest.call(.poll, address, 4, 0) == 3)
    let bytes = guest.read(address, 32)
    #expect([6, 14, 22, 30].map { bytes.u16(at: $0) } == [1, 4, 0x20, 0])
    #expect(guest.errno(.poll, Guest.unmapped, 1, 0) == .badAddress)
    #expect(guest.errno(.poll, address, 100_000, 0) == .invalidArgument)
  }
}
