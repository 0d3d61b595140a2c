// SPDX-License-Identifier: BSD-3-Clause

public import Analyzer
public import ArgumentParser
import FoundationEssentials
import Support
import Trace
import TraceFile

/// `epimetheus report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Say what a kernel lacks for recorded programs and where ours behaves differently.",
    discussion: """
      Replays the trace on our kernel and compares: missing calls, errno and result differences, VMA
      divergences with both maps, and what was external or could not be checked. Exits with 1 if
      there are findings.

      With --support nothing is replayed: what the traces ask for is held against what a kernel
      says that it supports, call by call and, where it says so, sub-command by sub-command. Exits
      with 1 only as --fail-on asks.

      EXAMPLES
        epimetheus record --on linux -o l.epi -- /bin/ls /usr && epimetheus report l.epi
        epimetheus report --json l.epi > report.json
        epimetheus report l.epi replayed-by-another-version.epi
        epimetheus report --format sarif --baseline report.json l.epi > report.sarif
        epimetheus report --support unikraft-0.17.0 a.epi b.epi
        epimetheus report --support asterinas/book --fail-on missing a.epi
        epimetheus plan --list     # the support sets that come with the command
      """)

  @Argument(
    help: "The recorded trace, and a replay of it if there is one; with --support any traces.")
  var traces: [String]

  @Option(
    help: ArgumentHelp(
      "Hold what the traces ask for against this: our-kernel, a set of plan --list, a list of "
        + "names, an SCML file or a folder of them.", valueName: "set"))
  var support: String?

  @Option(
    help: ArgumentHelp(
      "With --support: exit with 1 if something required is missing; also where a stub answers it; "
        + "also where the set does not say.", valueName: "missing|stub|unknown"))
  var failOn: SupportReport.Threshold?

  @OptionGroup var findings: FindingOptions

  func validate() throws {
    if traces.isEmpty { throw ValidationError("name a trace") }
    if support == nil, traces.count > 2 {
      throw ValidationError("a trace and one replay of it, or --support SET for any traces")
    }
    if support == nil, failOn != nil { throw ValidationError("--fail-on belongs to --support") }
  }

  func run() throws {
    if let support {
      try runSupport(SupportSets.find(support))
    } else {
      try runComparison()
    }
  }

  private func runSupport(_ set: SupportSet) throws {
    SupportSets.tellUnknownNames(of: set)
    var requirements = try TraceFiles.requirements(of: traces)
    let symboliser = Symboliser()
    requirements.resolvePlaces { symboliser.function(in: $0, at: $1) }
    let report = SupportReport(requirements, against: set)
    try findings.publish(
      report.findings(failing: failOn), text: report.text, json: report.json(with:),
      page: ReportPage(report).html(timelines: []))
  }

  private func runComparison() throws {
    if traces.count == 2 {
      try publish(Comparing.report(traces[0], traces[1], scope: .full), traces[1])
    } else {
      try Comparing.withReplay(of: traces[0], publish)
    }
  }

  private func publish(_ report: Report, _ replayed: String) throws {
    try findings.publish(
      report.findings, text: report.text, json: report.json(with:),
      page: try Comparing.page(of: report, traces[0], replayed))
  }
}

extension SupportReport.Threshold: ExpressibleByArgument {}
