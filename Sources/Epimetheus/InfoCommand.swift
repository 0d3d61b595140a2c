// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import FoundationEssentials
import Trace
import TraceFile

/// `epimetheus info`.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Say what a trace holds: the run, its events, its calls, its damage.",
    discussion: """
      EXAMPLES
        epimetheus info a.epi
        epimetheus info --json a.epi | jq .calls
      """)

  @Argument(help: "The trace.")
  var trace: String

  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    var reader = try TraceFiles.open(trace)
    let summary: TraceSummary
    do {
      summary = try TraceSummary(of: &reader)
    } catch {
      throw CommandError.badTrace(trace, error)
    }
    TraceFiles.tellProblems(of: reader, trace)
    Console.result(
      json ? summary.json(header: reader.header) : summary.text(header: reader.header))
  }
}
