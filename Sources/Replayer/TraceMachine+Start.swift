// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI
internal import Trace

extension TraceMachine where Source: ~Copyable, Sink: ~Copyable {
  /// Reads what the start of the program needed from outside and the initial VMAs.
  mutating func prepareStart() {
    _ = advance()
    isStepPending = step.trap != nil
  }

  /// The initial VMAs of a run that our kernel did not start.
  mutating func initialVMAs() -> [VMADescription] {
    if step.trap != nil { return [] }
    var vmas: [VMADescription] = []
    for change in step.vmaChanges {
      if let vma = unsafe change.event.mappedVMA(name: [UInt8](step.bytes(of: change))) {
        vmas.append(vma)
      }
    }
    return vmas
  }

  /// Writes how the program ended on our kernel.
  mutating func end(_ status: ExitStatus) {
    outcome.status = status
    switch status {
    case .exited(let code):
      tee.emit(Event(.end, code: UInt32(EndKind.exited.rawValue), result: Int64(code)))
    case .killed(let signal):
      tee.emit(Event(.end, code: UInt32(EndKind.killed.rawValue), result: Int64(signal.rawValue)))
    }
  }
}
