// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Support
internal import Trace

extension SupportReport {
  /// Shapes of a call that are printed.
  private static var requestLimit: Int { 6 }

  /// The report as plain text of 100 columns.
  public func text() -> String {
    var text = summaryText() + callsText()
    for row in rows where row.state != .supported { text += particulars(of: row) }
    return text + pseudoFilesText() + damageText()
  }

  private func summaryText() -> String {
    var text = "Support\n"
    text += Report.line("kernel", set.name)
    text += Report.line("says", saysText)
    for run in requirements.traces {
      let arguments = run.header.arguments.map { printable($0) }.joined(separator: " ")
      let kernel = printable(run.header.kernel)
      text += Report.line(
        "trace", "\(run.name): \(arguments.isEmpty ? printable(run.header.program) : arguments)")
      text += Report.line(
        "", "\(run.header.origin.text), \(kernel), \(run.eventCount) events")
      let unseen = Report.unseenText(run.header.unseen)
      if !unseen.isEmpty { text += Report.line("", "not seen: " + unseen.joined(separator: ", ")) }
    }
    let states: [SupportState?] = [.missing, .stub, .partial, nil, .supported]
    let counts = states.compactMap { state in
      let count = rows.count { $0.state == state }
      return count == 0 ? nil : "\(count) \(state.word)"
    }
    text += Report.line("calls", counts.isEmpty ? "none" : counts.joined(separator: ", "))
    return text
  }

  private var saysText: String {
    let states: [SupportState] = [.supported, .partial, .stub]
    var text =
      states.map { "\(set.calls($0).count) \($0.rawValue)" }.joined(separator: ", ")
    text +=
      set.ruledCallCount == 0
      ? "; nothing of sub-commands and flags"
      : "; of \(set.ruledCallCount) calls which requests"
    return text
  }

  private func callsText() -> String {
    var table = TextTable([
      ("state", .left), ("call", .left), ("nr", .right), ("count", .right), ("lacking", .right),
      ("confidence", .left), ("does it matter?", .left),
    ])
    for row in rows {
      let lacking = row.requirement.count - row.count(.supported)
      table.add([
        row.state.word, row.requirement.name, String(row.requirement.number.rawValue),
        String(row.requirement.count), lacking == 0 ? "-" : String(lacking),
        row.state == .supported ? "" : row.confidence.rawValue,
        row.state == .supported ? "" : row.native.hint,
      ])
    }
    return Report.heading("Calls") + (rows.isEmpty ? "  none\n" : table.text)
  }

  private func particulars(of row: Row) -> String {
    var text = Report.heading(row.requirement.name + ": " + row.state.word)
    text += Report.line("first", row.requirement.first.text(requirements.traces))
    if !row.native.outcomes.isEmpty { text += Report.line("natively", row.native.text) }
    for state in [SupportState.missing, nil, .supported] {
      let items = row.items.filter { $0.state == state }
      if items.isEmpty || (state == nil && row.state == .missing && set.ruledCallCount == 0) {
        continue
      }
      let names = items.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
      text += Report.line(state == nil ? "unsaid" : state.word, names)
    }
    let lacking = row.requests.filter { $0.judgement.state != .supported }
    for request in lacking.prefix(Self.requestLimit) {
      var line = "\(request.shape.count) x \(request.shape.request)"
      if request.shape.native.alwaysFailed { line += " natively " + request.shape.native.text }
      if !request.judgement.unchecked.isEmpty {
        line += " (not looked at: " + request.judgement.unchecked.joined(separator: ", ") + ")"
      }
      text += Report.line("asked", line)
    }
    if lacking.count > Self.requestLimit {
      text += Report.line("asked", "and \(lacking.count - Self.requestLimit) more in other words")
    }
    if row.requirement.unkeptCount > 0 {
      text += Report.line("asked", "and \(row.requirement.unkeptCount) calls that were not kept")
    }
    return text
  }

  private func pseudoFilesText() -> String {
    var text = Report.heading(
      set.knowsPseudoFiles ? "Pseudo-files" : "Pseudo-files, of which the set says nothing")
    let isBlind = requirements.traces.contains { $0.header.unseen.contains(.payload) }
    if requirements.pseudoFiles.isEmpty {
      return text + (isBlind ? "  not known: paths were not seen\n" : "  none\n")
    }
    let columns: [(title: String, alignment: TextTable.Alignment)] = [
      ("path", .left), ("count", .right), ("natively", .left), ("calls", .left),
    ]
    var table = TextTable(set.knowsPseudoFiles ? [("state", .left)] + columns : columns)
    for file in requirements.pseudoFiles {
      let calls = file.calls.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
      let state = set.knowsPseudoFiles ? [state(of: file).word] : []
      table.add(state + [file.path, String(file.count), file.native.text, calls])
    }
    text += table.text
    if isBlind { text += "  and those of traces in which paths were not seen\n" }
    if requirements.unkeptPathCount > 0 {
      text += "  and \(requirements.unkeptPathCount) calls with paths that were not kept\n"
    }
    return text
  }

  private func damageText() -> String {
    var text = ""
    for run in requirements.traces {
      for problem in run.problems { text += Report.line(run.name, problem) }
      if run.lostCount > 0 {
        text += Report.line(run.name, "\(run.lostCount) events lost while recording")
      }
    }
    return text.isEmpty ? "" : Report.heading("Damage") + text
  }
}
