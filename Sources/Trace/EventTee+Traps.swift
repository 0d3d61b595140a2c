// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension EventTee where Sink: ~Copyable {
  /// The trap was answered. Arguments that a call does not have are left out.
  public mutating func complete(_ trap: Trap, _ outcome: TrapOutcome) {
    var event: Event
    switch trap {
    case .systemCall(let request):
      let number = Int(request.number.rawValue)
      event = Event(.systemCall, task: request.task, code: request.number.rawValue)
      if outcome.isMissing { event.flags.insert(.missing) }
      if !outcome.returns { event.flags.insert(.didNotReturn) }
      let count = number < argumentCounts.count ? Int(argumentCounts[number]) : 6
      event.operands = request.arguments
      // Spelled out, since an index that is not constant makes the compiler copy all six.
      if count < 6 { event.operands[5] = 0 }
      if count < 5 { event.operands[4] = 0 }
      if count < 4 { event.operands[3] = 0 }
      if count < 3 { event.operands[2] = 0 }
      if count < 2 { event.operands[1] = 0 }
      if count < 1 { event.operands[0] = 0 }
    case .pageFault(let fault):
      event = Event(.pageFault, task: fault.task, code: fault.code.rawValue)
      event.operands[0] = fault.address.rawValue
      event.operands[1] = fault.instructionPointer.rawValue
    case .exception(let exception):
      event = Event(.exception, task: exception.task, code: exception.vector)
      event.operands[0] = exception.errorCode
      event.operands[1] = exception.instructionPointer.rawValue
    }
    if outcome.isSpurious { event.flags.insert(.spurious) }
    event.result = outcome.result
    task = event.task
    emit(event)
  }
}
