// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import FoundationEssentials
import Replayer

/// `epimetheus report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Say what our kernel lacks for a recorded program and where it behaves differently.",
    discussion: """
      Replays the trace on our kernel and compares: missing calls, errno and result differences, VMA
      divergences with both maps, and what was external or could not be checked. Exits with 1 if
      there are findings.

      EXAMPLES
        epimetheus record --on linux -o l.epi -- /bin/ls /usr && epimetheus report l.epi
        epimetheus report --json l.epi > report.json
        epimetheus report l.epi replayed-by-another-version.epi
      """)

  @Argument(help: "The recorded trace.")
  var trace: String

  @Argument(help: "A replay of it, instead of replaying it now.")
  var replayed: String?

  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let report: Report
    if let replayed {
      report = try Comparing.report(trace, replayed, scope: .full)
    } else {
      let file = TemporaryFile("replay.epi")
      let outcome = try Replaying.replay(trace, to: file.path)
      if outcome.foreignCount > 0 {
        Console.note(
          "epimetheus: \(outcome.foreignCount) traps of other processes were not replayed")
      }
      report = try Comparing.report(
        trace, file.path, named: (trace, "its replay on our kernel"), scope: .full)
    }
    Console.result(json ? report.json() : report.text())
    if report.hasFindings { throw ExitCode(ExitStatusCode.findings) }
  }
}
