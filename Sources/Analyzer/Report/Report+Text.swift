// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension Report {
  /// The report as plain text.
  public func text() -> String {
    var text = summaryText()
    if scope == .full || diff.missingCalls.contains(where: { $0.native.weight != .harmless })
      || !diff.roots(of: [.missingCall]).isEmpty
    {
      text += missingText()
    }
    if let calls = diff.listedCalls { text += listedText(calls) }
    text += oneSidedText()
    for part in Self.parts {
      let roots = diff.roots(of: part.classes)
      if roots.isEmpty, scope == .differences || part.key == "paths" { continue }
      text += Self.heading(part.title)
      if roots.isEmpty { text += "  none\n" }
      for root in roots { text += Self.rootText(root) }
      if text.hasSuffix("\n\n") { text.removeLast() }
    }
    // Of an import much is not known, and what was not compared belongs to the answer.
    let isPartial = diff.leftHeader.unseen.union(diff.rightHeader.unseen).contains(.operands)
    if scope == .full || isPartial { text += uncheckedText() }
    return text + damageText()
  }

  static func heading(_ title: String) -> String { "\n" + title + "\n" }

  static func line(_ label: String, _ value: String) -> String {
    let fill = String(repeating: " ", count: max(1, 10 - label.utf8.count))
    let parts = wrapped(value.isEmpty ? "-" : value, to: TextTable.width - 12)
    var text = "  " + label + fill + parts[0] + "\n"
    for part in parts.dropFirst() { text += String(repeating: " ", count: 12) + part + "\n" }
    return text
  }

  private func summaryText() -> String {
    let statistics = diff.statistics
    var text = "Summary\n"
    text += Self.line("program", commandText)
    text += Self.line("left", Self.sideText(left, diff.leftHeader))
    text += Self.line("right", Self.sideText(right, diff.rightHeader))
    text += Self.line(
      "requests",
      diff.isReplay
        ? "the same on both sides: a replay" : "recorded apart: aligned and normalised")
    text += Self.line(
      "events", "\(statistics.leftEventCount) left, \(statistics.rightEventCount) right")
    let missingCount = diff.missingCalls.reduce(0) { $0 + $1.count }
    text += Self.line(
      "calls",
      "\(statistics.pairedCallCount) on both sides: \(statistics.comparedCallCount) compared, "
        + "\(statistics.externalCallCount) external; \(missingCount) missing on the right")
    text += Self.line("faults", faultsText)
    text += Self.line("VMAs", layoutsText)
    if scope == .full, !diff.leftHeader.unseen.union(diff.rightHeader.unseen).contains(.vmas) {
      text += Self.line("", "left: " + statistics.leftLayouts.text)
      text += Self.line("", "right: " + statistics.rightLayouts.text)
    }
    text += Self.line("findings", findingsText)
    return text
  }

  var commandText: String {
    let header = diff.leftHeader
    if header.arguments.isEmpty { return printable(header.program) }
    return header.arguments.map { printable($0) }.joined(separator: " ")
  }

  private static func sideText(_ source: Source, _ header: TraceHeader) -> String {
    let kernel = header.kernel.isEmpty ? "a kernel without a name" : printable(header.kernel)
    return source.name + ": " + kernel + ", " + header.origin.text
  }

  /// What was seen of the page faults.
  var faultsText: String {
    let blind = [("left", diff.leftHeader), ("right", diff.rightHeader)]
      .filter { $0.1.unseen.contains(.faults) }.map(\.0)
    if !blind.isEmpty {
      return "not compared: faults were not seen (" + blind.joined(separator: ", ") + ")"
    }
    let statistics = diff.statistics
    var text = "\(statistics.comparedFaultCount) compared"
    let (left, right) = (statistics.leftFaultEnds, statistics.rightFaultEnds)
    if statistics.comparedFaultCount > 0 {
      text += left == right ? ": \(left.text)" : ": \(left.text) left; \(right.text) right"
    }
    if statistics.spuriousFaultCount > 0 {
      let places = statistics.spuriousFaults.map { "\($0.name) \($0.count)" }
      text +=
        ", \(statistics.spuriousFaultCount) that the right would not have: its pages were "
        + "there (\(places.joined(separator: ", ")))"
    }
    if statistics.unpairedFaultCount > 0 {
      text += ", \(statistics.unpairedFaultCount) resolved on one side only"
    }
    if statistics.ignoredFaultCount > 0 {
      text += ", \(statistics.ignoredFaultCount) resolved, not compared between runs recorded apart"
    }
    return text
  }

  private var layoutsText: String {
    let statistics = diff.statistics
    if diff.leftHeader.unseen.union(diff.rightHeader.unseen).contains(.vmas) {
      return "not compared: VMA changes were not seen"
    }
    return "compared after \(statistics.comparedLayoutCount) steps; most at a time "
      + "\(statistics.leftPeakVMACount) left, \(statistics.rightPeakVMACount) right"
  }

  /// How many fingerprints of each class are findings.
  var findingsText: String {
    var parts: [String] = []
    for divergenceClass in DivergenceClass.allCases {
      let count = diff.roots(of: [divergenceClass]).count { $0.first.isFinding }
      if count > 0 { parts.append("\(count) \(divergenceClass.rawValue)") }
    }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }

  private func missingText() -> String {
    var text = Self.heading("Missing calls")
    if diff.missingCalls.isEmpty { return text + "  none\n" }
    var table = TextTable([
      ("call", .left), ("nr", .right), ("count", .right), ("first", .right),
      ("confidence", .left), ("does it matter?", .left),
    ])
    for call in diff.missingCalls {
      table.add([
        call.name, String(call.number.rawValue), String(call.count), String(call.firstEvent),
        call.native.weight.confidence.rawValue, call.native.hint,
      ])
    }
    text += table.text
    text += "\n"
    for call in diff.missingCalls { text += missingText(call) }
    return text
  }

  private func missingText(_ call: MissingCall) -> String {
    var text = Self.line("first", call.firstRequest)
    if let site = call.site { text += Self.line("", "at " + site.text) }
    if !call.native.outcomes.isEmpty { text += Self.line("natively", call.native.text) }
    if !call.subcommands.isEmpty {
      let names = call.subcommands.map { "\($0.name) \($0.count)" }
      text += Self.line("to do", names.joined(separator: ", "))
    }
    for root in diff.roots(of: [.missingCall]) where root.first.subject == call.name {
      text += Self.line("root", sixteenDigits(root.first.fingerprint) + Self.consequencesText(root))
    }
    return text
  }

  /// Calls that one side never makes. They say what another program or C library asks, or that a
  /// run went another way; not what its kernel can do.
  private func oneSidedText() -> String {
    if diff.oneSidedCalls.isEmpty { return "" }
    var text = Self.heading("Calls that only one side makes")
    var table = TextTable([
      ("call", .left), ("side", .left), ("count", .right), ("first", .right),
      ("answered there", .left),
    ])
    for call in diff.oneSidedCalls {
      table.add([
        call.name, call.isLeft ? "left" : "right", String(call.count), String(call.firstEvent),
        call.native.text.isEmpty ? "-" : call.native.text,
      ])
    }
    text += table.text
    return text
  }

  private static func consequencesText(_ root: RootDivergence) -> String {
    if root.consequences.isEmpty { return "" }
    let parts = root.consequences.map {
      "\($0.count) \($0.first.divergenceClass.rawValue) \($0.first.subject)"
    }
    return ", and so " + parts.joined(separator: ", ")
  }

  private func damageText() -> String {
    var text = ""
    for (side, source) in [("left", left), ("right", right)] {
      for problem in source.problems { text += Self.line(side, problem) }
    }
    let statistics = diff.statistics
    if statistics.leftLostCount > 0 {
      text += Self.line("left", "\(statistics.leftLostCount) events lost while recording")
    }
    if statistics.rightLostCount > 0 {
      text += Self.line("right", "\(statistics.rightLostCount) events lost while recording")
    }
    if statistics.droppedCount > 0 {
      text += Self.line(
        "dropped",
        "\(statistics.droppedCount) events that made no sense or were too many for a step")
    }
    return text.isEmpty ? "" : Self.heading("Damage") + text
  }
}

extension TraceOrigin {
  /// The word for it in a report.
  var text: String {
    switch self {
    case .hosted: "hosted"
    case .linux: "linux"
    case .replay: "replay"
    case .imported: "imported"
    }
  }
}
