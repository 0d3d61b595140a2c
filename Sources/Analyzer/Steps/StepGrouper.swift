// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// Makes steps of the events of one trace, one at a time.
///
/// Memory is bounded whatever the trace says: attachments that wait for their call are at most
/// `waitingLimit`, and what is dropped is counted.
struct StepGrouper {
  private static var waitingLimit: Int { 4096 }
  private static var fileLimit: Int { 4096 }

  /// The files that were mapped, as far as the events tell.
  private(set) var files: [TraceHeader.File] = []

  /// The number of the next event.
  private(set) var eventCount: UInt64 = 0
  /// Attachments that were dropped, and VMA events that make no sense.
  private(set) var droppedCount: UInt64 = 0
  private var open: Step?
  private var hasSeenPrincipal = false
  private var waiting: [StepAttachment] = []

  init() {}

  /// The next step, nil at the end.
  mutating func next(
    from source: inout some EventSource & ~Copyable
  ) throws(TraceError) -> Step? {
    while let event = try source.next() {
      let number = eventCount
      eventCount += 1
      switch event.kind {
      case .mappedFile:
        guard files.count < Self.fileLimit,
          let file = TraceHeader.File(event, payload: Span(_unsafeBytes: source.payload))
        else {
          droppedCount += 1
          continue
        }
        files.append(file)
      case .guestRead, .guestWrite, .input, .wording, .callSite:
        wait(event, source.payload)
        if let done = close() { return done }
      case .vmaMapped, .vmaUnmapped:
        guard let change = LayoutChange(event, source.payload) else {
          droppedCount += 1
          continue
        }
        if open != nil, open!.changes.count < Step.changeLimit {
          open!.changes.append(change)
          continue
        }
        let done = close()
        open = Step(principal: nil, number: number, task: event.task)
        open!.isFirst = !hasSeenPrincipal
        claim(event.task)
        open!.changes.append(change)
        if let done { return done }
      case .systemCall, .pageFault, .exception, .taskStarted, .taskEnded, .signal, .end, .gap:
        let done = close()
        hasSeenPrincipal = true
        open = Step(principal: event, number: number, task: event.task)
        claim(event.task)
        if let done { return done }
      }
    }
    droppedCount += UInt64(waiting.count)
    waiting.removeAll()
    return close()
  }

  private mutating func close() -> Step? {
    let done = open
    open = nil
    return done
  }

  private mutating func wait(_ event: Event, _ payload: UnsafeRawBufferPointer) {
    if waiting.count >= Self.waitingLimit {
      droppedCount += 1
      return
    }
    var hash = Fingerprint()
    hash.add(payload)
    waiting.append(
      StepAttachment(
        event: event, bytes: [UInt8](payload.prefix(Step.keptByteCount)),
        payloadByteCount: payload.count, digest: hash.value))
  }

  /// Gives the open step what waits for its task.
  private mutating func claim(_ task: UInt32) {
    if waiting.isEmpty { return }
    var mine = waiting
    if waiting.allSatisfy({ $0.event.task == task }) {
      waiting.removeAll()
    } else {
      mine.removeAll { $0.event.task != task }
      waiting.removeAll { $0.event.task == task }
    }
    if let site = mine.firstIndex(where: { $0.event.kind == .callSite }) {
      open!.callSite = mine[site].event.operands[0]
      mine.removeAll { $0.event.kind == .callSite }
    }
    droppedCount += UInt64(max(0, mine.count - Step.attachmentLimit))
    open!.attachments = [StepAttachment](mine.prefix(Step.attachmentLimit))
  }
}
