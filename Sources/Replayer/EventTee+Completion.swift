// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI
internal import Trace

extension EventTee where Sink: ~Copyable {
  /// The trap was answered.
  mutating func complete(_ trap: Trap, _ completion: Completion) {
    switch trap {
    case .systemCall(let request):
      task = request.task
      switch completion {
      case .result(let result, let isMissing):
        systemCall(
          request.number, request.arguments, result: result, flags: isMissing ? .missing : [])
      case .ended, .undecided, .resolved:
        systemCall(request.number, request.arguments, result: 0, flags: .didNotReturn)
      }
    case .pageFault(let fault):
      task = fault.task
      pageFault(
        at: fault.address, code: fault.code, instructionPointer: fault.instructionPointer,
        result: completion.signalResult)
    case .exception(let exception):
      task = exception.task
      self.exception(
        vector: exception.vector, errorCode: exception.errorCode,
        instructionPointer: exception.instructionPointer, result: completion.signalResult)
    }
  }
}

extension Completion {
  /// Minus the signal that ended the program, else 0.
  fileprivate var signalResult: Int64 {
    if case .ended(.killed(let signal)) = self { -Int64(signal.rawValue) } else { 0 }
  }
}
