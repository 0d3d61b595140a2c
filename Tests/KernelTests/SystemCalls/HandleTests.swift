// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// What the machine is told and asked, and in which order.
struct HandleTests {
  @Test func `reads and writes come before the completion, VMA changes after it`() throws {
    var guest = try Guest(["/data/f": .file([1, 2, 3])])
    let name = guest.string("f")
    guest.machine.told = []
    #expect(guest.call(.openat, Guest.atCurrent, name, 0, 0) == 3)
    #expect(
      guest.machine.told == [
        .read(2, at: name, kept: [0x66, 0]), .result(3, isMissing: false),
      ])
    guest.machine.told = []
    let buffer = Guest.scratch + 0x8000
    #expect(guest.call(.read, 3, buffer, 100) == 3)
    #expect(
      guest.machine.told == [
        .wrote(3, at: buffer, kept: [], isData: true), .result(3, isMissing: false),
      ])
    guest.machine.told = []
    #expect(guest.call(.munmap, Guest.scratch + 0xf0000, 0x10000) == 0)
    #expect(guest.machine.told.first == .result(0, isMissing: false))
    #expect(guest.machine.told.contains(.unmapped(0x100f_0000..<0x1010_0000)))
  }

  @Test func `translation changes come before the completion`() throws {
    var guest = try Guest()
    guest.machine.keepsTranslations = true
    guest.machine.told = []
    let fault = PageFault(
      address: VirtualAddress(Guest.scratch + 0x4_0123), code: [.user, .write],
      instructionPointer: VirtualAddress(1))
    guard case .resolved = guest.kernel.handle(.pageFault(fault), on: &guest.machine) else {
      Issue.record("not resolved")
      return
    }
    #expect(guest.machine.told == [.translation(Guest.scratch + 0x4_0000), .resolved])
  }

  @Test func `data is kept up to the limit and structures in full`() throws {
    var guest = try Guest()
    let data = guest.put([UInt8](repeating: 7, count: 6000))
    guest.machine.told = []
    #expect(guest.call(.write, 1, data, 6000) == 6000)
    guard case .read(6000, data, let kept) = guest.machine.told[0] else {
      Issue.record("not told")
      return
    }
    #expect(kept.count == 4096)
    #expect(guest.machine.output.count == 6000)
  }

  @Test func `a call that is not there is ENOSYS and missing`() throws {
    var guest = try Guest()
    #expect(guest.call(.io_uring_setup, 1, 2) == -38)
    #expect(guest.machine.told.last == .result(-38, isMissing: true))
    #expect(!Unikernel.supports(.io_uring_setup))
    #expect(!Unikernel.supports(.rseq))
    #expect(!Unikernel.supports(SystemCallNumber(rawValue: 0xffff_ffff)))
    for number in [SystemCallNumber.read, .mmap, .openat, .exit_group, .clock_gettime] {
      #expect(Unikernel.supports(number))
    }
  }

  @Test func `what the outside has not said is undecided`() throws {
    var guest = try Guest(["/data/f": .file([1])])
    let name = guest.string("f")
    guest.machine.isUndecided = true
    for (number, arguments) in [
      (.open, [name, 0]), (.stat, [name, Guest.scratch]), (.clock_gettime, [0, Guest.scratch]),
      (.write, [1, name, 1]), (.getrandom, [Guest.scratch, 4, 0]),
    ] as [(SystemCallNumber, [UInt64])] {
      guest.machine.told = []
      #expect(guest.attempt(number, arguments) == nil)
      #expect(guest.machine.told.last == .undecided)
    }
    // The bytes that went out are told even so.
    guest.machine.told = []
    _ = guest.attempt(.write, [1, name, 1])
    #expect(guest.machine.told.first == .read(1, at: name, kept: [0x66]))
  }

  @Test func `an adopted descriptor exists, and only the outside knows what it does`() throws {
    var guest = try Guest()
    guest.machine.isUndecided = true
    guest.machine.nextAdoption = Adoption(result: 7, vmaChanges: [])
    #expect(guest.open("/lib/x.so") == 7)
    guest.machine.told = []
    #expect(guest.attempt(.read, [7, Guest.scratch, 4]) == nil)
    #expect(guest.machine.told.last == .undecided)
    guest.machine.nextAdoption = Adoption(result: 9, vmaChanges: [])
    #expect(guest.call(.dup, 7) == 9)
    #expect(guest.errno(.lseek, 3, 0, 0) == .badFileDescriptor)
    let address = guest.call(.mmap, 0, 4096, 5, 2, 9, 0)
    #expect(address > 0)
    let vma = guest.kernel.addressSpace.find(VirtualAddress(UInt64(address)))
    #expect(vma.map { guest.kernel.addressSpace.bytes(of: $0.name) } == Array("/lib/x.so".utf8))
    guest.machine.nextAdoption = Adoption(result: 0, vmaChanges: [])
    #expect(guest.call(.close, 9) == 0)
    #expect(guest.errno(.close, 9) == .badFileDescriptor)
  }

  @Test func `an adopted outcome undoes the kernel's own`() throws {
    var guest = try Guest(["/data/f": .file([1])])
    guest.machine.nextAdoption = Adoption(result: -13, vmaChanges: [])
    #expect(guest.open("f") == -13)
    #expect(guest.errno(.close, 3) == .badFileDescriptor)
    guest.machine.nextAdoption = Adoption(
      result: 0x7000_0000,
      vmaChanges: [
        .mapped(
          VMADescription(
            range: VirtualAddress(0x7000_0000)..<VirtualAddress(0x7000_2000),
            protection: [.read], backing: .anonymous))
      ])
    #expect(guest.call(.mmap, 0, 8192, 1, 0x22, UInt64.max, 0) == 0x7000_0000)
    #expect(guest.kernel.addressSpace.find(VirtualAddress(0x7000_1000)) != nil)
    guest.machine.nextAdoption = Adoption(result: 0x6000_0000, vmaChanges: [])
    #expect(guest.call(.brk, 0) == 0x6000_0000)
    #expect(guest.call(.brk, 0) == 0x6000_0000)
    #expect(guest.kernel.failedAdoptionCount == 0)
  }

  @Test func `a fault that really was survived goes on`() throws {
    var guest = try Guest()
    guest.machine.nextAdoption = Adoption(result: 0, vmaChanges: [])
    let fault = PageFault(
      address: VirtualAddress(Guest.unmapped), code: [.user],
      instructionPointer: VirtualAddress(1))
    guard case .resolved = guest.kernel.handle(.pageFault(fault), on: &guest.machine) else {
      Issue.record("ended")
      return
    }
    #expect(guest.kernel.exitStatus == nil)
  }

  @Test func `run serves traps until the program ends`() throws {
    var guest = try Guest()
    let exit = SystemCallRequest(number: .exit_group, arguments: [3, 0, 0, 0, 0, 0])
    let getpid = SystemCallRequest(number: .getpid, arguments: [0, 0, 0, 0, 0, 0])
    guest.machine.traps = [.systemCall(getpid), .systemCall(exit), .systemCall(getpid)]
    #expect(guest.kernel.run(on: &guest.machine) == .exited(3))
    #expect(guest.machine.traps.count == 1)
  }
}
