// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import FoundationEssentials
import TraceFile

/// `epimetheus diff`.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say what two traces disagree about.",
    discussion: """
      The left trace is what is expected, the right one what came instead: Linux and our kernel,
      yesterday's kernel and today's. Exits with 1 if there are divergences.

      EXAMPLES
        epimetheus diff linux.epi kernel.epi
        epimetheus diff --json yesterday.epi today.epi
        epimetheus diff --format junit linux.epi kernel.epi > report.xml
      """)

  @Argument(help: "The trace with the expected outcomes.")
  var expected: String

  @Argument(help: "The trace with the actual outcomes.")
  var actual: String

  @OptionGroup var findings: FindingOptions

  func run() throws {
    let report = try Comparing.report(expected, actual, scope: .differences)
    try findings.publish(
      report.findings, text: report.text, json: report.json(with:),
      page: try Comparing.page(of: report, expected, actual))
  }
}
