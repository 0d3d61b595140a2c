// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import Glibc
import Kernel
import Support

/// How a report is written, and which of its findings count.
struct FindingOptions: ParsableArguments {
  /// The forms of a report.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, jsonl, junit, sarif, markdown, github, gitlab, html
  }

  @Option(
    help: "How to write it: text, json, jsonl, junit, sarif, markdown, github, gitlab or html.")
  var format: Format?

  @Flag(help: "As JSON: --format json.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "An earlier report as JSON: exit with 1 only for what it does not have.", valueName: "file"))
  var baseline: String?

  @Option(
    help: ArgumentHelp(
      "Findings to put up with: FINGERPRINT YYYY-MM-DD REASON a line; after that day they count.",
      valueName: "file"))
  var suppressions: String?

  func validate() throws {
    if json, let format, format != .json {
      throw ValidationError("--json is --format json, and not \(format.rawValue)")
    }
  }

  /// Prints a report in the form that was asked for, and throws the exit code for findings.
  func publish(
    _ list: FindingList, text: () -> String, json writeJSON: (FindingList?) -> String,
    page: @autoclosure () throws -> String
  ) throws {
    let list = try withStandings(list)
    let hasStandings = baseline != nil || suppressions != nil
    switch json ? .json : format ?? .text {
    case .text: Console.result(text() + (hasStandings ? list.standingText : ""))
    case .json: Console.result(writeJSON(hasStandings ? list : nil))
    case .jsonl: Console.result(list.jsonLines())
    case .junit: Console.result(list.junit())
    case .sarif:
      let name = Unikernel.name.description
      Console.result(list.sarif(version: String(name.drop { $0 != " " }.dropFirst())))
    case .markdown: Console.result(list.markdown())
    case .github: Console.result(list.gitHubAnnotations())
    case .gitlab: Console.result(list.gitLabReport())
    case .html: Console.result(try page())
    }
    if list.fails { throw ExitCode(ExitStatusCode.findings) }
  }

  private func withStandings(_ list: FindingList) throws -> FindingList {
    var list = list
    do {
      if let suppressions {
        let rules = try Suppressions(
          parsing: try SupportFiles.text(of: suppressions), today: Self.today)
        for note in rules.notes { Console.note("epimetheus: \(suppressions): \(note)") }
        list.apply(rules)
      }
    } catch let error as ReportFileError {
      throw CommandError.badInput("\(suppressions ?? ""): \(error.message)")
    }
    do {
      if let baseline {
        list.apply(
          try Baseline(
            parsing: try SupportFiles.text(of: baseline, limit: ReportFiles.largestReport)))
      }
    } catch let error as ReportFileError {
      throw CommandError.badInput("\(baseline ?? ""): \(error.message)")
    }
    return list
  }

  /// The day, UTC; that of SOURCE_DATE_EPOCH where that is set, so that a report can be made again.
  private static var today: String {
    let epoch = getenv("SOURCE_DATE_EPOCH").flatMap { UInt64(String(cString: $0)) }
    return Suppressions.day(ofSecond: epoch ?? UInt64(max(0, time(nil))))
  }
}

/// Reports as files.
enum ReportFiles {
  /// The largest report that is read again, in bytes.
  static let largestReport = 256 << 20
}
