// SPDX-License-Identifier: BSD-3-Clause

public import Kernel
public import LinuxABI
internal import Trace

extension TraceMachine where Source: ~Copyable, Sink: ~Copyable {
  /// Nothing to set: the trace knows where the program went.
  public mutating func start(at entry: VirtualAddress, stack: VirtualAddress) {}

  /// Nothing to set.
  public mutating func setFSBase(_ address: VirtualAddress, task: UInt32) {}

  /// Nothing to set.
  public mutating func setGSBase(_ address: VirtualAddress, task: UInt32) {}

  /// Nothing is cached.
  public mutating func apply(_ change: TranslationChange) {}

  /// Raises the next recorded trap; nil at the end of the trace.
  public mutating func run() -> Trap? {
    while isStepPending || advance() {
      isStepPending = false
      guard let trap = step.trap else {
        // VMA changes without a trap: a stack that grew unseen, or the map after an exec.
        passOnStep()
        continue
      }
      if isForeign(trap) || isKernelTouch(trap) {
        passOnStep()
        continue
      }
      tee.task = trap.task
      outcome.trapCount += 1
      for attachment in step.attachments where attachment.event.kind == .callSite {
        emit(attachment)
      }
      return Self.trap(of: trap)
    }
    return nil
  }

  /// Whether the event happened in an address space that is not the kernel's, or ended one of
  /// several threads: the kernel serves one thread, whose end is the program's.
  private func isForeign(_ event: Event) -> Bool {
    if foreignTasks.contains(event.task) { return true }
    return event.kind == .systemCall && taskCount > 1
      && SystemCallNumber(rawValue: event.code) == .exit
  }

  /// Whether the other kernel faulted while it touched memory for a call: it belongs to that call,
  /// and ours looks at memory in its own way.
  func isKernelTouch(_ event: Event) -> Bool {
    event.kind == .pageFault && !FaultCode(rawValue: event.code).contains(.user)
  }

  private static func trap(of event: Event) -> Trap {
    switch event.kind {
    case .pageFault:
      .pageFault(
        PageFault(
          task: event.task, address: VirtualAddress(event.operands[0]),
          code: FaultCode(rawValue: event.code),
          instructionPointer: VirtualAddress(event.operands[1])))
    case .exception:
      .exception(
        HardwareException(
          task: event.task, vector: event.code, errorCode: event.operands[0],
          instructionPointer: VirtualAddress(event.operands[1])))
    default:
      .systemCall(
        SystemCallRequest(
          task: event.task, number: SystemCallNumber(rawValue: event.code),
          arguments: event.operands))
    }
  }

  /// Puts the recorded bytes where the kernel is about to read them.
  public mutating func willRead(_ segment: PhysicalSegment, at address: VirtualAddress) {
    let end = address.rawValue &+ segment.byteCount
    for attachment in step.attachments where attachment.event.kind == .guestRead {
      let start = attachment.event.operands[0]
      let kept = UInt64(attachment.payload.count)
      let (limit, overflow) = start.addingReportingOverflow(kept)
      guard !overflow, start < end, limit > address.rawValue else { continue }
      let from = max(start, address.rawValue)
      let to = min(limit, end)
      let bytes = unsafe memory.bytes(
        of: PhysicalSegment(
          start: segment.start + (from - address.rawValue), byteCount: to - from))
      let recorded = unsafe step.bytes(of: attachment)
      let first = Int(from - start)
      unsafe bytes.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: recorded[first..<first + Int(to - from)]))
    }
  }
}
