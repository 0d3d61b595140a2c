// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// Bytes or an answer from outside that belong to a step.
struct StepAttachment {
  /// The `guestRead`, `guestWrite`, `input` or `wording` event.
  var event: Event
  /// The first bytes of its payload, at most `Step.keptByteCount`.
  var bytes: [UInt8]
  /// Bytes in its payload.
  var payloadByteCount: Int
  /// FNV-1a of its whole payload.
  var digest: UInt64
}

extension StepAttachment {
  /// Whether not all bytes are known.
  var isCut: Bool {
    event.unknown.contains(.operand(1)) || UInt64(payloadByteCount) < event.operands[1]
  }

  /// Whether both cannot be the same bytes, as far as they are known.
  func differs(from other: StepAttachment) -> Bool {
    if payloadByteCount == other.payloadByteCount, digest == other.digest { return false }
    if !isCut, !other.isCut { return true }
    let count = min(bytes.count, other.bytes.count)
    return !bytes.prefix(count).elementsEqual(other.bytes.prefix(count))
  }
}

/// What belongs together in a trace: a call, fault, exception, signal, task event or end, with what
/// was read, written and answered for it, and the VMA changes behind it.
struct Step {
  /// Bytes that are kept of a payload.
  static var keptByteCount: Int { 4096 }
  /// Attachments that are kept of a step.
  static var attachmentLimit: Int { 1024 }
  /// VMA changes of a step; what is more becomes a step without a principal.
  static var changeLimit: Int { 16384 }

  /// The event that gives the step its name; nil for VMA changes without one: the first layout, a
  /// stack that grew unseen.
  var principal: Event?
  /// The number of the principal in its trace, from 0 on; without one, of the first change.
  var number: UInt64
  /// Which task it belongs to.
  var task: UInt32
  /// Whether it is of the first layout: no principal came before it, nor has it one.
  var isFirst = false
  /// The address of the instruction that made the call, where the trace tells it.
  var callSite: UInt64?
  /// In order.
  var attachments: [StepAttachment] = []
  /// In order.
  var changes: [LayoutChange] = []

  var isCall: Bool { principal?.kind == .systemCall }
  var isFault: Bool { principal?.kind == .pageFault }

  /// A page fault that was resolved: which of them come depends on what is resident.
  var isResolvedFault: Bool { isFault && principal?.result == 0 }

  /// About how many bytes it takes.
  var byteCount: Int {
    var sum = 256 + changes.count * 96
    for attachment in attachments { sum += 160 + attachment.bytes.count }
    for change in changes { sum += change.attributes?.name.count ?? 0 }
    return sum
  }

  /// What the source of an imported trace says between the parentheses, where values do not say
  /// it all.
  var wording: StepAttachment? {
    attachments.first {
      $0.event.kind == .wording && $0.event.code == UInt32(WordingKind.arguments.rawValue)
    }
  }

  /// The bytes that the kernel read at this address for the step.
  func read(at address: UInt64) -> StepAttachment? {
    attachments.first { $0.event.kind == .guestRead && $0.event.operands[0] == address }
  }
}
