// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import Kernel
internal import LinuxABI
internal import Trace

extension HostedMachine: Machine {
  mutating func start(at entry: VirtualAddress, stack: VirtualAddress) {
    hosted_start(entry.rawValue, stack.rawValue)
  }

  mutating func run() -> Trap? {
    if rewriter.failure != 0, failure == nil {
      failure = Self.description(of: rewriter.failure)
    }
    if failure != nil { return nil }
    var trap = hosted_trap()
    hosted_run(&trap)
    if rewriter.isOn {
      while Int(trap.kind) == HOSTED_TRAP_EXCEPTION, rewriter.absorbs(&trap) { hosted_run(&trap) }
      if trap.site != 0 {
        rewriter.meet(trap.site, number: UInt32(truncatingIfNeeded: trap.number))
      }
    }
    return decoded(trap)
  }

  private mutating func decoded(_ trap: hosted_trap) -> Trap? {
    let address = VirtualAddress(trap.ip)
    switch Int(trap.kind) {
    case HOSTED_TRAP_SYSTEM_CALL:
      let (a, b, c, d, e, f) = trap.arguments
      let request = SystemCallRequest(
        number: SystemCallNumber(rawValue: UInt32(truncatingIfNeeded: trap.number)),
        arguments: [a, b, c, d, e, f])
      if sites.isFirst(request.number, request.arguments) {
        tee.didCall(from: VirtualAddress(trap.ip &- SystemCallRequest.instructionByteCount))
      }
      return .systemCall(request)
    case HOSTED_TRAP_PAGE_FAULT:
      return .pageFault(
        PageFault(
          address: VirtualAddress(trap.address),
          code: FaultCode(rawValue: UInt32(truncatingIfNeeded: trap.code)),
          instructionPointer: address))
    case HOSTED_TRAP_EXCEPTION:
      return .exception(
        HardwareException(
          vector: trap.vector, errorCode: trap.code, instructionPointer: address))
    case HOSTED_TRAP_NO_MEMORY:
      failure = "the host has no memory left for the guest's"
    default:
      failure = "signal \(trap.number) came from outside"
    }
    return nil
  }

  mutating func setFSBase(_ address: VirtualAddress, task: UInt32) {
    hosted_set_fs(address.rawValue)
  }

  mutating func setGSBase(_ address: VirtualAddress, task: UInt32) {
    hosted_set_gs(address.rawValue)
  }

  mutating func apply(_ change: TranslationChange) {
    if rewriter.isOn { rewriter.willApply(change) }
    let problem: Int32
    switch change {
    case .map(let start, let physical, let byteCount, let protection):
      problem = hosted_map_guest(
        memoryFile, start.rawValue, byteCount, physical.rawValue, Self.hostProtection(protection))
    case .unmap(let start, let byteCount):
      problem = hosted_unmap_guest(start.rawValue, byteCount)
    case .protect(let start, let byteCount, let protection):
      problem = hosted_protect_guest(start.rawValue, byteCount, Self.hostProtection(protection))
    }
    if problem != 0, failure == nil { failure = Self.description(of: problem) }
  }

  mutating func willRead(_ segment: PhysicalSegment, at address: VirtualAddress) {}

  /// A PTE that is present can be read, whatever was asked for. Without PROT_READ the host would
  /// take a protection key to forbid it.
  private static func hostProtection(_ protection: Protection) -> Int32 {
    protection.isEmpty ? PROT_NONE : Int32(protection.union(.read).rawValue)
  }

  private static func description(of problem: Int32) -> String {
    problem == ENOMEM
      ? "the host allows no more mappings (vm.max_map_count) or memory"
      : "the host cannot map the guest's pages (errno \(problem))"
  }
}
