// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI
internal import Trace

extension TraceMachine where Source: ~Copyable, Sink: ~Copyable {
  /// The next event that is not part of the step yet.
  private mutating func peek() -> Event? {
    if let lookahead { return lookahead }
    do throws(TraceError) {
      lookahead = try source.next()
    } catch {
      outcome.sourceError = error
      lookahead = nil
    }
    return lookahead
  }

  /// Reads events up to the end of the next step: a trap and the VMA changes behind it. False at
  /// the end of the trace.
  mutating func advance() -> Bool {
    step.removeAll()
    while let event = peek() {
      switch event.kind {
      case .input, .guestRead, .guestWrite, .callSite:
        if step.trap != nil || !step.vmaChanges.isEmpty { return true }
        hold(event)
      case .vmaMapped, .vmaUnmapped:
        let payload = unsafe step.keep(source.payload)
        step.vmaChanges.append(Attachment(event: event, payload: payload))
      case .systemCall, .pageFault, .exception:
        if step.trap != nil || !step.vmaChanges.isEmpty { return true }
        step.trap = event
        claimAttachments(of: event.task)
      case .taskStarted, .taskEnded, .signal, .gap, .wording, .mappedFile:
        if step.trap != nil || !step.vmaChanges.isEmpty { return true }
        passOn(event)
      case .end:
        return step.trap != nil || !step.vmaChanges.isEmpty || !step.attachments.isEmpty
      }
      lookahead = nil
    }
    return step.trap != nil || !step.vmaChanges.isEmpty || !step.attachments.isEmpty
  }

  /// Keeps an attachment until the trap of its task comes.
  private mutating func hold(_ event: Event) {
    let payload = unsafe step.keep(source.payload)
    step.attachments.append(Attachment(event: event, payload: payload))
  }

  /// Leaves the attachments of other tasks for their own traps.
  private mutating func claimAttachments(of task: UInt32) {
    guard
      !waiting.attachments.isEmpty
        || step.attachments.contains(where: { $0.event.task != task })
    else { return }
    var mine = TraceStep()
    mine.trap = step.trap
    var others = TraceStep()
    for attachment in waiting.attachments {
      if attachment.event.task == task {
        mine.add(attachment, of: waiting)
      } else {
        others.add(attachment, of: waiting)
      }
    }
    for attachment in step.attachments {
      if attachment.event.task == task {
        mine.add(attachment, of: step)
      } else {
        others.add(attachment, of: step)
      }
    }
    step = mine
    waiting = others
  }

  /// Writes an event that no kernel decides as it is, and keeps account of the tasks.
  private mutating func passOn(_ event: Event) {
    switch event.kind {
    case .taskStarted:
      let isForeign =
        event.code != 0 || foreignTasks.contains { UInt64($0) == event.operands[0] }
      if isForeign { foreignTasks.append(event.task) } else { taskCount += 1 }
    case .taskEnded:
      if !foreignTasks.contains(event.task) { taskCount -= 1 }
    default: break
    }
    unsafe tee.emit(event, payload: source.payload)
  }

  /// Writes the step as it was recorded, marked as adopted: it happened where no kernel of ours
  /// runs.
  mutating func passOnStep() {
    for attachment in step.attachments { emit(attachment) }
    if var trap = step.trap {
      trap.flags.insert(.adopted)
      tee.emit(trap)
      if !isKernelTouch(trap) { outcome.foreignCount += 1 }
    }
    for change in step.vmaChanges { emit(change) }
  }

  /// Writes an attachment as it was recorded.
  mutating func emit(_ attachment: Attachment) {
    unsafe tee.emit(attachment.event, payload: step.bytes(of: attachment))
  }

  /// Writes how the recorded run ended, if the trace says.
  mutating func passOnEnd() {
    if let event = peek(), event.kind == .end {
      unsafe tee.emit(event, payload: source.payload)
      lookahead = nil
    }
  }
}
