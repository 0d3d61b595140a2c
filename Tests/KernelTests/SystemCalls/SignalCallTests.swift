// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

struct SignalCallTests {
  @Test func `an execve leaves of all actions only that signals are ignored`() {
    var state = SignalState()
    for (index, handler) in [UInt64(0), 1, 0x40_1000].enumerated() {
      state.actions[index] = .init(handler: handler, flags: 0x1400_0000, restorer: 9, mask: 7)
    }
    state.mask = 3
    state.forgetHandlers()
    #expect(state.actions.prefix(3).map(\.handler) == [0, 1, 0])
    #expect(state.actions.allSatisfy { $0.flags == 0 && $0.restorer == 0 && $0.mask == 0 })
    #expect(state.mask == 3)
  }

  private func action(_ handler: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.put(handler)
    bytes.put(UInt64(0x0400_0000))
    bytes.put(UInt64(0x1234))
    bytes.put(UInt64.max)
    return bytes
  }

  @Test func `actions and masks are kept truthfully`() throws {
    var guest = try Guest()
    let new = guest.put(action(0x4000))
    let old = guest.room(32)
    #expect(guest.call(.rt_sigaction, 10, new, 0, 8) == 0)
    #expect(guest.call(.rt_sigaction, 10, 0, old, 8) == 0)
    #expect(guest.u64(old) == 0x4000)
    #expect(guest.u64(old + 24) == ~SignalState.untouchable)
    #expect(guest.errno(.rt_sigaction, 9, new, 0, 8) == .invalidArgument)
    #expect(guest.call(.rt_sigaction, 9, 0, old, 8) == 0)
    #expect(guest.errno(.rt_sigaction, 0, new, 0, 8) == .invalidArgument)
    #expect(guest.errno(.rt_sigaction, 65, 0, 0, 8) == .invalidArgument)
    #expect(guest.errno(.rt_sigaction, 10, new, 0, 16) == .invalidArgument)
    #expect(guest.errno(.rt_sigaction, 77, Guest.unmapped, 0, 8) == .badAddress)
    let set = guest.put([UInt8](repeating: 0xff, count: 8))
    #expect(guest.call(.rt_sigprocmask, 0, set, 0, 8) == 0)
    #expect(guest.call(.rt_sigprocmask, 0, 0, old, 8) == 0)
    #expect(guest.u64(old) == ~SignalState.untouchable)
    #expect(guest.errno(.rt_sigprocmask, 7, set, 0, 8) == .invalidArgument)
  }

  @Test func `a signal to oneself ends the program, waits, or is ignored`() throws {
    var guest = try Guest()
    #expect(guest.call(.kill, 1000, 0) == 0)
    #expect(guest.errno(.kill, 5, 15) == .noSuchProcess)
    #expect(guest.errno(.kill, 1000, 65) == .invalidArgument)
    #expect(guest.call(.kill, 1000, 17) == 0)
    #expect(guest.call(.rt_sigaction, 15, guest.put(action(1)), 0, 8) == 0)
    #expect(guest.call(.kill, 0, 15) == 0)
    let set = guest.put([0, 2, 0, 0, 0, 0, 0, 0])
    #expect(guest.call(.rt_sigprocmask, 0, set, 0, 8) == 0)
    #expect(guest.call(.tgkill, 1000, 1000, 10) == 0)
    let pending = guest.room(8)
    #expect(guest.call(.rt_sigpending, pending, 8) == 0)
    #expect(guest.u64(pending) == 0x200)
    #expect(guest.attempt(.rt_sigprocmask, [1, set, 0, 8]) == nil)
    #expect(guest.kernel.exitStatus == .killed(Signal(rawValue: 10)))
  }

  @Test func `a fault of a program with a handler ends it and says why`() throws {
    var guest = try Guest()
    #expect(guest.call(.rt_sigaction, 11, guest.put(action(0x4000)), 0, 8) == 0)
    let fault = PageFault(
      address: VirtualAddress(Guest.unmapped), code: [.user],
      instructionPointer: VirtualAddress(1))
    guard
      case .ended(.killed(.segmentationViolation)) =
        guest.kernel.handle(.pageFault(fault), on: &guest.machine)
    else {
      Issue.record("not killed")
      return
    }
    #expect(guest.kernel.endReason?.description.contains("handler") == true)
  }

  @Test(
    arguments: [(0, 8), (3, 5), (6, 4), (13, 11), (17, 7), (19, 8), (42, 11)] as [(UInt32, UInt8)])
  func `an exception ends the program with its signal`(_ vector: UInt32, _ signal: UInt8) throws {
    var guest = try Guest()
    let exception = HardwareException(
      vector: vector, errorCode: 0, instructionPointer: VirtualAddress(1))
    _ = guest.kernel.handle(.exception(exception), on: &guest.machine)
    #expect(guest.kernel.exitStatus == .killed(Signal(rawValue: signal)))
    #expect(guest.kernel.endReason == nil)
  }

  @Test func `the alternate stack is kept`() throws {
    var guest = try Guest()
    var stack: [UInt8] = []
    stack.put(UInt64(0x7000))
    stack.put(UInt64(0))
    stack.put(UInt64(8192))
    let old = guest.room(24)
    #expect(guest.call(.sigaltstack, guest.put(stack), old) == 0)
    #expect(guest.u32(old + 8) == 2)
    #expect(guest.call(.sigaltstack, 0, old) == 0)
    #expect(guest.u64(old) == 0x7000)
    stack[16] = 1
    stack[17] = 0
    #expect(guest.errno(.sigaltstack, guest.put(stack), 0) == .outOfMemory)
  }
}
