// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Replayer
import Trace
import TraceFile

/// One comparison of two files, for every command that needs one.
enum Comparing {
  /// Replays a trace on our kernel and compares. `body` gets the report and the path of the
  /// replayed trace, which is there for that time.
  static func withReplay<Result>(
    of trace: String, _ body: (Report, String) throws -> Result
  ) throws -> Result {
    let file = TemporaryFile("replay.epi")
    let outcome = try Replaying.replay(trace, to: file.path)
    if outcome.foreignCount > 0 {
      Console.note(
        "epimetheus: \(outcome.foreignCount) traps of other processes were not replayed; "
          + "a trace of each: epimetheus slice \(trace)")
    }
    let report = try report(
      trace, file.path, named: (trace, "its replay on our kernel"), scope: .full)
    return try body(report, file.path)
  }

  /// The report as a page, with drawings of both traces.
  static func page(of report: Report, _ expected: String, _ actual: String) throws -> String {
    let timelines = try [(expected, report.left.name), (actual, report.right.name)].map {
      (path, name) in
      var reader = try TraceFiles.open(path)
      return try Timeline(of: &reader, named: name)
    }
    return ReportPage(report).html(timelines: timelines)
  }

  /// Compares the traces at two paths, which the report calls by the names given.
  static func report(
    _ expected: String, _ actual: String, named names: (left: String, right: String)? = nil,
    scope: Report.Scope, listing calls: Set<SystemCallNumber> = []
  ) throws -> Report {
    var left = try TraceFiles.open(expected)
    var right = try TraceFiles.open(actual)
    var result: DiffResult
    do {
      var options = DiffOptions()
      options.listedCalls = calls
      result = try TraceDiff(options: options).run(
        left: &left, leftHeader: left.header, right: &right, rightHeader: right.header)
    } catch {
      throw CommandError.badTrace("\(expected) or \(actual)", error)
    }
    let symboliser = Symboliser()
    result.resolvePlaces { symboliser.function(in: $0, at: $1) }
    return Report(
      diff: result, left: source(left, names?.left ?? expected),
      right: source(right, names?.right ?? actual), scope: scope)
  }

  private static func source(_ reader: TraceReader, _ name: String) -> Report.Source {
    return Report.Source(name: name, problems: TraceFiles.problems(of: reader))
  }
}
