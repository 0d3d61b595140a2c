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
    text += Report.line("VMAs", layouts.text)
    text += Report.line("payload", "\(payloadByteCount) bytes kept, \(cutByteCount) bytes cut")
    let unseen = Report.unseenText(header.unseen)
    text += Report.line("not seen", unseen.isEmpty ? "nothing" : unseen.joined(separator: ", "))
    if lostCount > 0 { text += Report.line("lost", "\(lostCount) events") }
    if invalidCount > 0 { text += Report.line("invalid", "\(invalidCount) events") }
    text += Report.line("ending", ending ?? "the trace does not say")
    return text + callsText(callLimit) + header.descriptorsText + filesText(header)
      + missingFilesText
  }

  private func callsText(_ callLimit: Int) -> String {
    if calls.isEmpty { return "" }
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
    var text = "\n" + table.text
    if calls.count > callLimit { text += "  and \(calls.count - callLimit) more\n" }
    return text
  }

  private static func headerText(_ header: TraceHeader) -> String {
    var text = Report.line("program", printable(header.program))
    let arguments = header.arguments.map { printable($0) }
    text += Report.line("arguments", arguments.joined(separator: " "))
    text += Report.line("kernel", printable(header.kernel))
    text += Report.line("origin", header.origin.text)
    if !header.workingDirectory.isEmpty {
      text += Report.line("directory", printable(header.workingDirectory))
    }
    if !header.processor.isEmpty {
      let count = header.processorFeatures.split(separator: 0x20).count
      text += Report.line("processor", printable(header.processor) + ", \(count) features")
    }
    return text
  }

  private func faultsText(_ header: TraceHeader) -> String {
    if header.unseen.contains(.faults) { return "were not seen" }
    if unknownFaultCount > 0 {
      let writes =
        unknownAccessCount > 0
        ? "of \(unknownAccessCount) not whether they wrote" : "\(writeFaultCount) of writes"
      return "\(unknownFaultCount), how they ended is not known; \(writes)"
    }
    return "\(resolvedFaultCount) resolved, \(fatalFaultCount) fatal, \(writeFaultCount) of writes"
  }

  private func filesText(_ header: TraceHeader) -> String {
    let all = header.files + files
    if all.isEmpty { return "" }
    var table = TextTable([
      ("bytes", .right), ("build id", .left), ("SHA-256", .left), ("file", .left),
    ])
    func short(_ bytes: [UInt8]) -> String {
      bytes.isEmpty ? "-" : digits([UInt8](bytes.prefix(4))) + ".."
    }
    for file in all.prefix(Self.listLimit) {
      table.add([
        String(file.byteCount), short(file.buildID), short(file.digest), printable(file.path),
      ])
    }
    let more = all.count - Self.listLimit
    return Report.heading("Files that were mapped") + table.text
      + (more > 0 ? "  and \(more) more\n" : "")
  }

  static var listLimit: Int { 64 }

  private var missingFilesText: String {
    if missingFiles.isEmpty { return "" }
    var table = TextTable([("count", .right), ("path", .left)])
    for file in missingFiles.prefix(Self.listLimit) {
      table.add([String(file.count), printable(file.path)])
    }
    let more = missingFiles.count - Self.listLimit
    return Report.heading("Looked up, and not there") + table.text
      + (more > 0 ? "  and \(more) more\n" : "")
  }

  /// The summary as JSON, UTF-8, with a newline at its end. docs/reports.md has its form.
  public func json(header: TraceHeader) -> String {
    let value = header.json(schema: "epimetheus-info").adding([
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
      ("unknownAccesses", .integer(unknownAccessCount)),
      ("vmas", .integer(UInt64(layouts.last.count))),
      ("peakVMAs", .integer(UInt64(layouts.peak.count))),
      ("layouts", layouts.json),
      ("payloadBytes", .integer(payloadByteCount)),
      ("cutBytes", .integer(cutByteCount)),
      ("lostEvents", .integer(lostCount)),
      ("invalidEvents", .integer(invalidCount)),
      ("ending", .optional(ending)),
      ("calls", .array(calls.map(Self.callJSON))),
    ])
    return value.adding(environmentJSON(header)).text() + "\n"
  }

  /// What the run stood on.
  private func environmentJSON(_ header: TraceHeader) -> [(String, JSONValue)] {
    let features = header.processorFeatures.split(separator: 0x20)
    let auxiliary = header.auxiliaryVector.map { entry in
      JSONValue.object([("type", .integer(entry.type)), ("value", .hex(entry.value))])
    }
    let mapped = (header.files + files).map { file in
      JSONValue.object([
        ("path", .text(file.path)), ("bytes", .integer(file.byteCount)),
        ("sha256", .string(digits(file.digest))), ("buildID", .string(digits(file.buildID))),
      ])
    }
    let missing = missingFiles.map { file in
      JSONValue.object([("path", .text(file.path)), ("count", .integer(file.count))])
    }
    return [
      ("workingDirectory", .text(header.workingDirectory)),
      ("environment", .array(header.environment.map { .text($0) })),
      ("auxiliaryVector", .array(auxiliary)),
      ("descriptors", header.descriptorsJSON),
      ("processor", .text(header.processor)),
      ("processorFeatures", .array(features.map { .text([UInt8]($0)) })),
      ("files", .array(mapped)),
      ("missingFiles", .array(missing)),
      ("unkeptMissingFiles", .integer(unkeptMissingFileCount)),
    ]
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
    case .mappedFile: "mapped files"
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
    case .mappedFile: "mappedFile"
    }
  }
}
