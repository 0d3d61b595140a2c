// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

extension TraceSummary {
  /// The summary as plain text of 100 columns. `callLimit`: so many calls are listed.
  public func text(header: TraceHeader, callLimit: Int = 400) -> String {
    var text = Self.headerText(header)
    text += Report.line("events", "\(eventCount)")
    for kind in Event.Kind.allCases where count(of: kind) > 0 {
      text += Report.line("", "\(count(of: kind)) \(kind.text)")
    }
    text += Report.line("tasks", "\(taskCount)")
    text += Report.line("faults", faultsText(header))
    text += Report.line("VMAs", "\(vmaCount) at the end, at most \(peakVMACount)")
    text += Report.line("payload", "\(payloadByteCount) bytes kept, \(cutByteCount) bytes cut")
    let unseen = Report.unseenText(header.unseen)
    text += Report.line("not seen", unseen.isEmpty ? "nothing" : unseen.joined(separator: ", "))
    if lostCount > 0 { text += Report.line("lost", "\(lostCount) events") }
    if invalidCount > 0 { text += Report.line("invalid", "\(invalidCount) events") }
    text += Report.line("ending", ending ?? "the trace does not say")
    if calls.isEmpty { return text }
    var table = TextTable([
      ("call", .left), ("count", .right), ("first", .right), ("missing", .right),
      ("adopted", .right), ("errors", .left),
    ])
    for call in calls.prefix(callLimit) {
      let errors = call.errors.map { "\($0.count) \($0.errno.text)" }
      table.add([
        call.name, String(call.count), String(call.firstEvent), String(call.missingCount),
        String(call.adoptedCount), errors.joined(separator: ", "),
      ])
    }
    text += "\n" + table.text
    if calls.count > callLimit { text += "  and \(calls.count - callLimit) more\n" }
    return text
  }

  private static func headerText(_ header: TraceHeader) -> String {
    var text = Report.line("program", printable(header.program))
    let arguments = header.arguments.map { printable($0) }
    text += Report.line("arguments", arguments.joined(separator: " "))
    text += Report.line("kernel", printable(header.kernel))
    text += Report.line("origin", header.origin.text)
    return text
  }

  private func faultsText(_ header: TraceHeader) -> String {
    if header.unseen.contains(.faults) { return "were not seen" }
    if unknownFaultCount > 0 {
      return "\(unknownFaultCount), how they ended is not known; \(writeFaultCount) of writes"
    }
    return "\(resolvedFaultCount) resolved, \(fatalFaultCount) fatal, \(writeFaultCount) of writes"
  }

  /// The summary as JSON, UTF-8, with a newline at its end. docs/reports.md has its form.
  public func json(header: TraceHeader) -> String {
    let value: JSONValue = .object([
      ("schema", .string("epimetheus-info")),
      ("schemaVersion", .integer(1)),
      ("program", .text(header.program)),
      ("arguments", .array(header.arguments.map { .text($0) })),
      ("kernel", .text(header.kernel)),
      ("origin", .string(header.origin.text)),
      ("unseen", .array(Report.unseenText(header.unseen).map { .string($0) })),
      ("events", .integer(eventCount)),
      (
        "eventsByKind",
        .object(Event.Kind.allCases.map { ($0.key, .integer(count(of: $0))) })
      ),
      ("tasks", .integer(UInt64(taskCount))),
      ("resolvedFaults", .integer(resolvedFaultCount)),
      ("fatalFaults", .integer(fatalFaultCount)),
      ("unknownFaults", .integer(unknownFaultCount)),
      ("writeFaults", .integer(writeFaultCount)),
      ("vmas", .integer(UInt64(vmaCount))),
      ("peakVMAs", .integer(UInt64(peakVMACount))),
      ("payloadBytes", .integer(payloadByteCount)),
      ("cutBytes", .integer(cutByteCount)),
      ("lostEvents", .integer(lostCount)),
      ("invalidEvents", .integer(invalidCount)),
      ("ending", .optional(ending)),
      ("calls", .array(calls.map(Self.callJSON))),
    ])
    return value.text() + "\n"
  }

  private static func callJSON(_ call: Call) -> JSONValue {
    .object([
      ("call", .string(call.name)),
      ("number", .integer(UInt64(call.number.rawValue))),
      ("count", .integer(call.count)),
      ("firstEvent", .integer(call.firstEvent)),
      ("missing", .integer(call.missingCount)),
      ("adopted", .integer(call.adoptedCount)),
      ("errors", .object(call.errors.map { ($0.errno.text, .integer($0.count)) })),
    ])
  }
}

extension Event.Kind {
  /// What events of the kind are, in the plural.
  var text: String {
    switch self {
    case .systemCall: "system calls"
    case .pageFault: "page faults"
    case .exception: "exceptions"
    case .guestRead: "guest reads"
    case .guestWrite: "guest writes"
    case .input: "inputs"
    case .vmaUnmapped: "VMAs unmapped"
    case .vmaMapped: "VMAs mapped"
    case .taskStarted: "tasks started"
    case .taskEnded: "tasks ended"
    case .signal: "signals"
    case .end: "ends"
    case .gap: "gaps"
    case .wording: "wordings of the source"
    case .callSite: "call sites"
    }
  }

  /// The name for machines.
  var key: String {
    switch self {
    case .systemCall: "systemCall"
    case .pageFault: "pageFault"
    case .exception: "exception"
    case .guestRead: "guestRead"
    case .guestWrite: "guestWrite"
    case .input: "input"
    case .vmaUnmapped: "vmaUnmapped"
    case .vmaMapped: "vmaMapped"
    case .taskStarted: "taskStarted"
    case .taskEnded: "taskEnded"
    case .signal: "signal"
    case .end: "end"
    case .gap: "gap"
    case .wording: "wording"
    case .callSite: "callSite"
    }
  }
}
