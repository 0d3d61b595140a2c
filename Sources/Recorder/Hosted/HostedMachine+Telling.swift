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

  mutating func didMap(_ vma: VMADescription) {
    if rewriter.isOn { rewriter.didMap(vma) }
    tee.didMap(vma)
  }

  mutating func adoption() -> Adoption? { nil }

  mutating func complete(_ trap: Trap, _ completion: Completion) {
    let outcome = completion.outcome(of: trap)
    if case .undecided = completion { failure = "a call was left to the outside" }
    if case .systemCall = trap, outcome.returns {
      hosted_set_result(UInt64(bitPattern: outcome.result))
    }
    tee.complete(trap, outcome)
  }
}
