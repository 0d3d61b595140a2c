// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import Support

/// `epimetheus explain`.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say in words what a finding of a report is, and which rule of the manual it breaks.",
    discussion: """
      The fingerprint is that of any form of a report; its first digits do if no other begins so.
      The file is a report that was written as JSON, or a trace, which is then replayed first.

      EXAMPLES
        epimetheus explain 88a4d1a39cb53070 l.epi
        epimetheus report --format json l.epi > r.json; epimetheus explain 88a4 r.json
      """)

  @Argument(help: "The fingerprint, or its first digits.")
  var fingerprint: String

  @Argument(help: "A report as JSON, or a trace.")
  var file: String

  func run() throws {
    let explanation: Explanation
    do {
      explanation =
        try SupportFiles.begins(file, with: "{")
        ? Explanation(
          parsing: try SupportFiles.text(of: file, limit: ReportFiles.largestReport))
        : Comparing.withReplay(of: file) { (report, _) in try Explanation(report) }
    } catch let error as ReportFileError {
      throw CommandError.badInput("\(file): \(error.message)")
    }
    guard let text = explanation.text(fingerprint) else {
      let known = explanation.fingerprints.prefix(20).map { "  \($0.fingerprint)  \($0.subject)" }
      throw CommandError.badInput(
        "\(file) has no finding, or several, that begin with \(fingerprint)"
          + (known.isEmpty ? "" : "; it has\n" + known.joined(separator: "\n")))
    }
    Console.result(text)
  }
}
