// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

struct ProcessCallTests {
  @Test func `identity is the same in every run`() throws {
    var guest = try Guest()
    #expect(guest.call(.getpid) == 1000)
    #expect(guest.call(.gettid) == 1000)
    #expect(guest.call(.getppid) == 999)
    for number in [SystemCallNumber.getuid, .geteuid, .getgid, .getegid] {
      #expect(guest.call(number) == 0)
    }
    #expect(guest.call(.getpgid, 0) == 1000)
    #expect(guest.errno(.getpgid, 5) == .noSuchProcess)
    #expect(guest.call(.set_tid_address, Guest.scratch) == 1000)
    #expect(guest.call(.set_robust_list, Guest.scratch, 24) == 0)
    #expect(guest.errno(.set_robust_list, Guest.scratch, 23) == .invalidArgument)
    #expect(guest.call(.umask, 0o77) == 0o22)
    #expect(guest.call(.umask, 0o22) == 0o77)
  }

  @Test func `uname tells six fields`() throws {
    var guest = try Guest()
    let address = guest.room(390)
    #expect(guest.call(.uname, address) == 0)
    let bytes = guest.read(address, 390)
    #expect(bytes.prefix(6) == Array("Linux\0".utf8)[...])
    #expect(bytes[130...].prefix(4) == Array("6.18".utf8)[...])
    #expect(bytes[260...].prefix(7) == Array("x86_64\0".utf8)[...])
    #expect(guest.errno(.uname, Guest.unmapped) == .badAddress)
  }

  @Test func `arch_prctl sets the bases on the machine`() throws {
    var guest = try Guest()
    #expect(guest.call(.arch_prctl, 0x1002, 0x1234000) == 0)
    #expect(guest.machine.told.contains(.fsBase(0x1234000)))
    let address = guest.room(8)
    #expect(guest.call(.arch_prctl, 0x1003, address) == 0)
    #expect(guest.u64(address) == 0x1234000)
    #expect(guest.errno(.arch_prctl, 0x1002, 1 << 63) == .notPermitted)
    #expect(guest.errno(.arch_prctl, 0x1003, Guest.unmapped) == .badAddress)
    #expect(guest.errno(.arch_prctl, 0x3001, 0) == .invalidArgument)
  }

  @Test func `prctl keeps the name`() throws {
    var guest = try Guest()
    #expect(guest.call(.prctl, 15, guest.string("a name that is far too long")) == 0)
    let address = guest.room(16)
    #expect(guest.call(.prctl, 16, address) == 0)
    #expect(guest.read(address, 16) == Array("a name that is \0".utf8))
    #expect(guest.errno(.prctl, 9999) == .invalidArgument)
    #expect(guest.call(.prctl, 3) == 1)
  }

  @Test func `exit gives the low byte of its argument`() throws {
    var guest = try Guest()
    #expect(guest.attempt(.exit_group, [0x1ff]) == nil)
    #expect(guest.kernel.exitStatus == .exited(255))
    #expect(guest.machine.told.last == .ended)
  }

  @Test func `limits are told and set`() throws {
    var guest = try Guest()
    let address = guest.room(16)
    #expect(guest.call(.prlimit64, 0, 3, 0, address) == 0)
    #expect(guest.u64(address) == 8 << 20)
    #expect(guest.errno(.prlimit64, 0, 16, 0, address) == .invalidArgument)
    #expect(guest.errno(.prlimit64, 4, 3, 0, address) == .noSuchProcess)
    #expect(guest.errno(.prlimit64, 0, 3, Guest.unmapped, 0) == .badAddress)
    guest.write([UInt8](repeating: 1, count: 8) + [UInt8](repeating: 0, count: 8), at: address)
    #expect(guest.errno(.setrlimit, 3, address) == .invalidArgument)
    #expect(guest.call(.getrlimit, 7, address) == 0)
    #expect(guest.u64(address) == 1024)
  }

  @Test func `futex waits and wakes as a single task can`() throws {
    var guest = try Guest()
    let word = guest.put([5, 0, 0, 0])
    #expect(guest.errno(.futex, word, 128, 6, 0) == .wouldBlock)
    #expect(guest.errno(.futex, word, 128, 5, 0) == .timedOut)
    #expect(guest.call(.futex, word, 129, 1) == 0)
    #expect(guest.errno(.futex, word + 1, 0, 5, 0) == .invalidArgument)
    #expect(guest.errno(.futex, Guest.unmapped, 0, 5, 0) == .badAddress)
    #expect(guest.errno(.futex, word, 77, 5, 0) == .noSystemCall)
  }

  @Test func `random bytes come from the machine`() throws {
    var guest = try Guest()
    let address = guest.room(8)
    #expect(guest.call(.getrandom, address, 4, 1) == 4)
    #expect(guest.read(address, 5) == [1, 8, 15, 22, 0xee])
    #expect(guest.errno(.getrandom, address, 4, 8) == .invalidArgument)
    #expect(guest.errno(.getrandom, address, 4, 6) == .invalidArgument)
    #expect(guest.errno(.getrandom, Guest.unmapped, 4, 0) == .badAddress)
  }

  @Test func `clocks are the machine's`() throws {
    var guest = try Guest()
    let address = guest.room(16)
    #expect(guest.call(.clock_gettime, 1, address) == 0)
    #expect(guest.u64(address) == 1_700_000_000)
    #expect(guest.u64(address + 8) == 1000)
    #expect(guest.errno(.clock_gettime, 10, address) == .invalidArgument)
    #expect(guest.errno(.clock_gettime, 1, Guest.unmapped) == .badAddress)
    #expect(guest.call(.time, 0) == 1_700_000_000)
    #expect(guest.call(.clock_getres, 5, address) == 0)
    #expect(guest.u64(address + 8) == 4_000_000)
    guest.write([UInt8](repeating: 0xff, count: 16), at: address)
    #expect(guest.errno(.nanosleep, address, 0) == .invalidArgument)
    #expect(guest.errno(.nanosleep, Guest.unmapped, 0) == .badAddress)
    #expect(guest.errno(.alarm, 3) == .noSystemCall)
    #expect(guest.call(.alarm, 0) == 0)
  }

  @Test func `sockets are refused by name`() throws {
    var guest = try Guest()
    #expect(guest.errno(.socket, 2, 1, 0) == .noSystemCall)
    #expect(!Unikernel.supports(.socket))
    #expect(guest.errno(.connect, 1, Guest.scratch, 16) == .notSocket)
    #expect(guest.errno(.connect, 50, Guest.scratch, 16) == .badFileDescriptor)
  }
}
