// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Kernel
internal import LinuxABI
internal import Trace

extension HostedMachine {
  mutating func didRead(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer
  ) {
    tee.didRead(byteCount, at: address, bytes: bytes)
  }

  mutating func didWrite(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer, isData: Bool
  ) {
    tee.didWrite(byteCount, at: address, bytes: bytes, isData: isData)
  }

  mutating func didUnmap(_ range: AddressRange) { tee.didUnmap(range) }

  mutating func didMap(_ vma: VMADescription) { tee.didMap(vma) }

  mutating func adoption() -> Adoption? { nil }

  mutating func complete(_ trap: Trap, _ completion: Completion) {
    switch trap {
    case .systemCall(let request):
      switch completion {
      case .result(let result, let isMissing):
        hosted_set_result(UInt64(bitPattern: result))
        tee.systemCall(
          request.number, request.arguments, result: result, flags: isMissing ? .missing : [])
      case .ended, .undecided, .resolved:
        tee.systemCall(request.number, request.arguments, result: 0, flags: .didNotReturn)
      }
      if case .undecided = completion { failure = "a call was left to the outside" }
    case .pageFault(let fault):
      tee.pageFault(
        at: fault.address, code: fault.code, instructionPointer: fault.instructionPointer,
        result: Self.signalResult(completion))
    case .exception(let exception):
      tee.exception(
        vector: exception.vector, errorCode: exception.errorCode,
        instructionPointer: exception.instructionPointer, result: Self.signalResult(completion))
    }
  }

  private static func signalResult(_ completion: Completion) -> Int64 {
    if case .ended(.killed(let signal)) = completion { -Int64(signal.rawValue) } else { 0 }
  }
}
