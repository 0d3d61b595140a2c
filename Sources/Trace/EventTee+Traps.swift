// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension EventTee where Sink: ~Copyable {
  /// A system call ended. Arguments that the call does not have are left out.
  public mutating func systemCall(
    _ number: SystemCallNumber, _ arguments: InlineArray<6, UInt64>, result: Int64,
    flags: Event.Flags = []
  ) {
    var event = Event(.systemCall, task: task, code: number.rawValue, result: result)
    event.flags = flags
    let count =
      Int(number.rawValue) < argumentCounts.count ? Int(argumentCounts[Int(number.rawValue)]) : 6
    for index in 0..<count { event.operands[index] = arguments[index] }
    emit(event)
  }

  /// A page fault was handled; `result`: 0 when resolved, else minus the signal.
  public mutating func pageFault(
    at address: VirtualAddress, code: FaultCode, instructionPointer: VirtualAddress, result: Int64
  ) {
    var event = Event(.pageFault, task: task, code: code.rawValue, result: result)
    event.operands[0] = address.rawValue
    event.operands[1] = instructionPointer.rawValue
    emit(event)
  }

  /// Another exception was handled; `result`: minus the signal.
  public mutating func exception(
    vector: UInt32, errorCode: UInt64, instructionPointer: VirtualAddress, result: Int64
  ) {
    var event = Event(.exception, task: task, code: vector, result: result)
    event.operands[0] = errorCode
    event.operands[1] = instructionPointer.rawValue
    emit(event)
  }
}
