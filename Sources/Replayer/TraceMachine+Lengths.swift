// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI
internal import Trace

extension TraceMachine where Source: ~Copyable, Sink: ~Copyable {
  /// What other processes have done to files by their names.
  public mutating func takeOutsideLengths() -> [(path: [UInt8], byteCount: UInt64)] {
    if outsideLengths.isEmpty { return [] }
    let taken = outsideLengths
    outsideLengths = []
    return taken
  }

  /// Keeps what a call of another process did to the length of a file: truncate(2), and open(2)
  /// with O_TRUNC, of an absolute path. Which file a descriptor of another process is, is not
  /// known.
  mutating func noteLength(_ call: Event) {
    guard call.kind == .systemCall, call.result >= 0, !call.flags.contains(.didNotReturn) else {
      return
    }
    let request = SystemCallRequest(
      task: call.task, number: SystemCallNumber(rawValue: call.code), arguments: call.operands)
    let isTruncation = request.number == .truncate
    guard isTruncation || Unikernel.empties(request) else { return }
    let address = call.operands[request.number == .openat ? 1 : 0]
    for attachment in step.attachments
    where attachment.event.kind == .guestRead && attachment.event.operands[0] == address {
      let bytes = unsafe step.bytes(of: attachment)
      let end = unsafe bytes.firstNUL()
      guard end < bytes.count, unsafe bytes[0] == UInt8(ascii: "/") else { continue }
      outsideLengths.append(
        (unsafe [UInt8](bytes[..<end]), isTruncation ? call.operands[1] : 0))
      return
    }
  }
}
