// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI
internal import Trace

extension TraceMachine where Source: ~Copyable, Sink: ~Copyable {
  /// Sees to `lookahead` being the next event that is not part of the step yet; what it is, nil at
  /// the end. The event stays where it is: copying it each time takes longer than looking at it.
  @inline(__always)
  private mutating func peek() -> Event.Kind? {
    if lookahead == nil {
      do throws(TraceError) {
        lookahead = try source.next()
      } catch {
        outcome.sourceError = error
      }
    }
    return lookahead?.kind
  }

  /// Reads events up to the end of the next step: a trap and the VMA changes behind it. False at
  /// the end of the trace.
  mutating func advance() -> Bool {
    step.removeAll()
    while let kind = peek() {
      switch kind {
      case .input, .guestRead, .guestWrite, .callSite:
        if step.trap != nil || !step.vmaChanges.isEmpty { return true }
        hold(lookahead!)
      case .vmaMapped, .vmaUnmapped:
        let payload = unsafe step.keep(source.payload)
        step.vmaChanges.append(Attachment(event: lookahead!, payload: payload))
      case .systemCall, .pageFault, .exception:
        if step.trap != nil || !step.vmaChanges.isEmpty { return true }
        step.trap = lookahead
        claimAttachments(of: lookahead!.task)
      case .taskStarted, .taskEnded, .signal, .gap, .wording, .mappedFile:
        if step.trap != nil || !step.vmaChanges.isEmpty { return true }
        passOn(lookahead!)
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
      noteLength(trap)
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
    if peek() == .end {
      unsafe tee.emit(lookahead!, payload: source.payload)
      lookahead = nil
    }
  }
}
