// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// A summary under way.
struct SummaryCounter {
  private static var processLimit: Int { 65536 }
  private static var fileLimit: Int { 4096 }

  private var summary = TraceSummary()
  private var calls: [UInt32: TraceSummary.Call] = [:]
  private var layout = VMALayout()
  private var tasks: [UInt32: Bool] = [:]
  private var firstProcess = FirstProcess()
  private var lookups = MissingLookups()

  init() {}

  mutating func take(_ event: Event, _ payload: UnsafeRawBufferPointer) {
    summary.eventCounts[Int(event.kind.rawValue)] += 1
    summary.payloadByteCount += UInt64(payload.count)
    if tasks.count < Self.processLimit { tasks[event.task] = true }
    switch event.kind {
    case .systemCall: count(call: event)
    case .pageFault:
      if event.unknown.contains(.result) {
        summary.unknownFaultCount += 1
      } else if event.result == 0 {
        summary.resolvedFaultCount += 1
      } else {
        summary.fatalFaultCount += 1
      }
      if event.unknown.contains(.operand(2)) {
        summary.unknownAccessCount += 1
      } else if FaultCode(rawValue: event.code).contains(.write) {
        summary.writeFaultCount += 1
      }
    case .guestRead, .guestWrite:
      if event.kind == .guestRead { lookups.note(event, payload) }
      let (cut, overflow) = event.operands[1].subtractingReportingOverflow(UInt64(payload.count))
      if !overflow { summary.cutByteCount &+= cut }
    case .vmaMapped, .vmaUnmapped: change(event, payload)
    case .taskStarted: firstProcess.follow(event)
    case .gap: summary.lostCount &+= max(1, event.operands[0])
    case .end: summary.ending = event.endText
    case .exception, .input, .taskEnded, .signal, .wording, .callSite: break
    case .mappedFile:
      if summary.files.count < Self.fileLimit,
        let file = TraceHeader.File(event, payload: Span(_unsafeBytes: payload))
      {
        summary.files.append(file)
      } else {
        summary.invalidCount += 1
      }
    }
    summary.eventCount += 1
  }

  private mutating func count(call event: Event) {
    let row = CallRow(event)
    lookups.note(event, row)
    var call =
      calls[row.key]
      ?? TraceSummary.Call(
        number: SystemCallNumber(rawValue: event.code), name: CallRow.name(ofKey: row.key),
        firstEvent: summary.eventCount)
    call.count += 1
    if event.flags.contains(.missing) { call.missingCount += 1 }
    if event.flags.contains(.adopted) { call.adoptedCount += 1 }
    if !event.flags.contains(.didNotReturn), !event.unknown.contains(.result),
      let errno = Errno(result: event.result)
    {
      if let index = call.errors.firstIndex(where: { $0.errno == errno }) {
        call.errors[index].count += 1
      } else {
        call.errors.append((errno, 1))
      }
    }
    calls[row.key] = call
  }

  private mutating func change(_ event: Event, _ payload: UnsafeRawBufferPointer) {
    if firstProcess.isForeign(event.task) { return }
    guard let change = LayoutChange(event, payload) else {
      summary.invalidCount += 1
      return
    }
    if layout.apply(change) != nil { summary.layouts.note(layout, at: summary.eventCount) }
  }

  consuming func finish() -> TraceSummary {
    summary.calls = calls.values.sorted {
      ($1.count, $0.number.rawValue) < ($0.count, $1.number.rawValue)
    }
    for index in summary.calls.indices {
      summary.calls[index].errors.sort { $0.errno.rawValue < $1.errno.rawValue }
    }
    summary.taskCount = tasks.count
    summary.missingFiles = lookups.files
    summary.unkeptMissingFileCount = lookups.unkeptCount
    return summary
  }
}
