// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// An event that belongs to a trap, with its bytes in the arena of its step.
struct Attachment {
  var event: Event
  var payload: Range<Int>
}

/// One trap of a trace with all that belongs to it: what the outside gave, what the kernel read and
/// wrote, and the VMA changes that followed. The first step of a trace has no trap: it holds what
/// the start of the program needed and the initial VMAs.
struct TraceStep: ~Copyable {
  /// The trap, nil in a step without one.
  var trap: Event?
  /// Inputs, guest reads and writes and call sites, in order.
  var attachments: [Attachment] = []
  /// VMA changes, in order.
  var vmaChanges: [Attachment] = []
  /// The bytes that attachments refer to.
  private var arena = ByteStorage(capacity: 4096)
  /// How many inputs, from the front, have been used.
  var inputsUsed = 0

  mutating func removeAll() {
    trap = nil
    // Of few elements, as most steps have, cheaper than removeAll.
    while attachments.popLast() != nil {}
    while vmaChanges.popLast() != nil {}
    arena.removeAll()
    inputsUsed = 0
  }

  /// Keeps a copy of the bytes and says where.
  mutating func keep(_ bytes: UnsafeRawBufferPointer) -> Range<Int> {
    let start = arena.count
    unsafe arena.append(bytes)
    return start..<arena.count
  }

  /// The bytes of an attachment, valid until the step changes.
  func bytes(of attachment: Attachment) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: arena.bytes[attachment.payload])
  }

  /// Takes over an attachment of another step.
  mutating func add(_ attachment: Attachment, of other: borrowing TraceStep) {
    let payload = unsafe keep(other.bytes(of: attachment))
    attachments.append(Attachment(event: attachment.event, payload: payload))
  }
}
