// SPDX-License-Identifier: BSD-3-Clause

/// Why the guest stopped.
public enum Trap: Sendable {
  /// It asked for something.
  case systemCall(SystemCallRequest)
  /// It touched a page that its PTE did not allow.
  case pageFault(PageFault)
  /// The CPU raised something else.
  case exception(HardwareException)
}

/// The `syscall` instruction: number and arguments as in the registers.
public struct SystemCallRequest: Sendable {
  /// Which task, from 1 on.
  public var task: UInt32
  /// EAX.
  public var number: SystemCallNumber
  /// RDI, RSI, RDX, R10, R8, R9.
  public var arguments: InlineArray<6, UInt64>

  /// A request of its parts.
  public init(task: UInt32 = 1, number: SystemCallNumber, arguments: InlineArray<6, UInt64>) {
    self.task = task
    self.number = number
    self.arguments = arguments
  }

  /// Bytes of the instruction, behind which the kernel sees the program stand.
  public static var instructionByteCount: UInt64 { 2 }
}

/// A page fault of the guest. Unikraft: `struct uk_vm_fault`.
public struct PageFault: Sendable {
  /// Which task, from 1 on.
  public var task: UInt32
  /// CR2.
  public var address: VirtualAddress
  /// The error code that the CPU pushed.
  public var code: FaultCode
  /// RIP of the instruction.
  public var instructionPointer: VirtualAddress

  /// A fault of its parts.
  public init(
    task: UInt32 = 1, address: VirtualAddress, code: FaultCode, instructionPointer: VirtualAddress
  ) {
    self.task = task
    self.address = address
    self.code = code
    self.instructionPointer = instructionPointer
  }
}

/// An exception that is no page fault. Source: Intel SDM 3, 6.3.1.
public struct HardwareException: Sendable {
  /// Which task, from 1 on.
  public var task: UInt32
  /// The vector, such as 13 for a general-protection fault.
  public var vector: UInt32
  /// The error code, 0 where there is none.
  public var errorCode: UInt64
  /// RIP of the instruction.
  public var instructionPointer: VirtualAddress

  /// An exception of its parts.
  public init(
    task: UInt32 = 1, vector: UInt32, errorCode: UInt64, instructionPointer: VirtualAddress
  ) {
    self.task = task
    self.vector = vector
    self.errorCode = errorCode
    self.instructionPointer = instructionPointer
  }
}

/// How a trap ended, as a trace tells it.
public struct TrapOutcome: Sendable {
  /// Of a call what RAX holds, 0 where it does not return. Of a fault or exception 0 where it was
  /// resolved, else minus the signal's number.
  public var result: Int64
  /// The guest goes on behind the call.
  public var returns: Bool
  /// The dispatcher has no such call.
  public var isMissing: Bool
  /// The fault was none: the page table allowed the access.
  public var isSpurious = false

  /// An outcome of its parts.
  public init(result: Int64, returns: Bool = true, isMissing: Bool = false) {
    self.result = result
    self.returns = returns
    self.isMissing = isMissing
  }
}
