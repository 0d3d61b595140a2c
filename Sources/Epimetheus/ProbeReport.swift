// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Recorder
import Support

/// What `epimetheus probe` has found.
struct ProbeReport {
  /// A call, or a part of one, that the program makes.
  struct Finding {
    var target: TrialTarget
    /// How often an undisturbed run makes it.
    var count: Int
    var verdict: CallVerdict

    /// The verdict in a word.
    var word: String {
      switch (verdict.stubWorks, verdict.fakeWorks) {
      case (false, false): "required"
      case (true, false): "stub"
      case (false, true): "fake"
      case (true, true): "both"
      }
    }
  }

  var arguments: [[UInt8]]
  var test: [UInt8]?
  var comparesOutput: Bool
  var times: Int
  var ending: TrialOutcome.Ending
  var findings: [Finding]
  /// What was taken away in the last run that worked.
  var together: [TrialRule]
  /// What the program works without, but not together with the rest.
  var apart: [TrialRule]
  var runs: [Probe.Run]

  /// As text.
  func text() -> String {
    var text = "program   " + Self.words(arguments) + "\n"
    text += "works     \(criterion)\n"
    let hasParts = findings.contains { !$0.target.isWholeCall }
    text += "runs      \(runs.count) with calls taken away, for \(findings.count) calls"
    text += hasParts ? " and parts of calls\n" : "\n"
    let width = findings.map { "\($0.target)".count }.max() ?? 0
    for word in ["required", "fake", "stub", "both"] {
      let those = findings.filter { $0.word == word }
      if those.isEmpty { continue }
      text += "\n\(Self.titles[word] ?? word) (\(those.count))\n"
      for finding in those {
        let name = "\(finding.target)"
        text += "  " + name + String(repeating: " ", count: width - name.count)
        text += "  x\(finding.count)\(evidence(finding).map { "  \($0)" } ?? "")\n"
      }
    }
    text += "\nTogether\n  "
    let (stubs, fakes) = (
      together.count { $0.answer == .stub }, together.count { $0.answer == .fake }
    )
    text += "works without \(together.count): \(stubs) stubbed, \(fakes) faked\n"
    for rule in apart { text += "  but not without \(rule.target), which it works without alone\n" }
    return text
  }

  private static let titles = [
    "required": "Required: works neither stubbed nor faked",
    "fake": "Must give success: works faked",
    "stub": "May fail as if it were not there: works stubbed, not faked",
    "both": "May be missing: works stubbed and faked",
  ]

  private var criterion: String {
    if let test { return "where `\(String(decoding: test, as: UTF8.self))` ends with 0" }
    return "where it \(ending)" + (comparesOutput ? " with the same stdout" : "")
  }

  /// What the run showed that took away this alone, stubbed.
  private func evidence(_ finding: Finding) -> String? {
    if finding.verdict.stubWorks { return nil }
    let rule = TrialRule(finding.target, .stub)
    guard let index = runs.firstIndex(where: { $0.rules == [rule] && $0.difference != nil }) else {
      return nil
    }
    return "run \(index + 1): \(runs[index].difference ?? "")"
  }

  private static func words(_ arguments: [[UInt8]]) -> String {
    arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }

  // MARK: Files

  /// As JSON: docs/probe.md.
  func json() -> String {
    func name(_ rule: TrialRule) -> JSONValue {
      .object([
        ("target", .string("\(rule.target)")), ("answer", .string(rule.answer.rawValue)),
      ])
    }
    return JSONValue.object([
      ("format", .string("epimetheus-probe-1")),
      ("arguments", .array(arguments.map { .text($0) })),
      ("test", .optional(test.map { String(decoding: $0, as: UTF8.self) })),
      ("comparesOutput", .boolean(comparesOutput)), ("repeat", .integer(UInt64(times))),
      ("ending", .string("\(ending)")),
      (
        "calls",
        .array(
          findings.map {
            .object([
              ("target", .string("\($0.target)")), ("number", .integer(UInt64($0.target.number))),
              ("subcommand", .optional($0.target.subcommand.map { UInt64($0) })),
              ("flag", Self.flag($0.target)),
              ("count", .integer(UInt64($0.count))), ("verdict", .string($0.word)),
              ("stubWorks", .boolean($0.verdict.stubWorks)),
              ("fakeWorks", .boolean($0.verdict.fakeWorks)),
            ])
          })
      ),
      ("together", .array(together.map(name))), ("apart", .array(apart.map(name))),
      (
        "runs",
        .array(
          runs.map {
            .object([
              ("rules", .array($0.rules.map(name))), ("ending", .string("\($0.ending)")),
              ("difference", .optional($0.difference)), ("stderr", .text($0.errors)),
            ])
          })
      ),
    ]).text() + "\n"
  }

  private static func flag(_ target: TrialTarget) -> JSONValue {
    guard let flag = target.flag else { return .null }
    return .object([
      ("argument", .integer(UInt64(flag.argument))),
      ("offset", .optional(flag.offset.map { UInt64($0) })),
      ("bits", .hex(flag.value)),
    ])
  }

  /// Writes a table as Loupe does. Verdicts of a table that is there count, too: what works must
  /// work in both.
  func write(loupeTable path: String) throws {
    var verdicts: [SystemCallNumber: CallVerdict] = [:]
    if SupportFiles.exists(path) {
      verdicts = try LoupeTable(
        parsing: try SupportFiles.text(of: path), kind: .dynamic, path: path
      ).verdicts
    }
    for finding in findings where finding.target.isWholeCall {
      let call = finding.target.call
      verdicts[call] = verdicts[call]?.joined(finding.verdict) ?? finding.verdict
    }
    try OutputFile.write(LoupeTable(verdicts).text, to: path)
  }
}
