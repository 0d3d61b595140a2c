// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import FoundationEssentials
import Import
import Trace
import TraceFile

/// `epimetheus import`.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a trace of what another tool, or a kernel's console, says of a run.",
    discussion: """
      FORMAT is strace (its text, with any of its options), unikraft (the console of a kernel that
      prints its system calls, releases 0.12 to 0.17), gdb-faults (page faults and calls that a
      debugger at Unikraft's stub wrote down, one JSON object a line) or perf (perf script of
      raw_syscalls and exceptions:page_fault_user).

      Every line is imported, counted as something else, or refused with its number; the account
      goes to stderr, or as JSON to stdout. What a source does not tell is marked in the trace, and
      diff never calls it different. An import cannot be replayed.

      EXAMPLES
        strace -f -ttt -T -yy -o ls.txt ls; epimetheus import strace ls.txt -o ls.epi
        epimetheus import unikraft console.txt -o u.epi && epimetheus diff linux.epi u.epi
        perf script | epimetheus import perf - -o perf.epi
        epimetheus import --json gdb-faults faults.jsonl -o faults.epi

      Exits with 1 if lines were refused, with 42 if nothing could be imported.
      """)

  @Argument(help: "What FILE is: strace, unikraft, gdb-faults or perf.")
  var format: String

  @Argument(help: "The text, - for stdin.")
  var file: String

  @Option(name: .shortAndLong, help: "The trace to write.")
  var output: String

  @Flag(help: "The account of the lines as JSON, on stdout.")
  var json = false

  func validate() throws {
    if ImportFormat(rawValue: format) != nil { return }
    let formats = ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")
    if ["loupedb", "syscalls", "scml"].contains(format) {
      throw ValidationError(
        "\(format) lists calls and tells of no run, so no trace can be made of it. What needs a "
          + "list of calls takes it as it is: epimetheus plan --on LIST DATABASE. "
          + "A trace is made of: \(formats)")
    }
    throw ValidationError("\(format) is no format that can be imported; these are: \(formats)")
  }

  func run() throws {
    guard let format = ImportFormat(rawValue: format) else { return }
    let importer = Importer(format, [UInt8](try Console.input(file)))
    let header = importer.header
    let summary = try TraceFiles.write(output, header: header) { writer in
      let summary = importer.run(into: &writer)
      if summary.callCount + summary.faultCount == 0 {
        throw CommandError.badInput(Self.nothing(file, format, summary))
      }
      return summary
    }
    if json {
      Console.result(summary.json())
    } else {
      Console.note(summary.text().trimmingNewline)
    }
    if summary.refusedLineCount > 0 { throw ExitCode(ExitStatusCode.findings) }
  }

  private static func nothing(
    _ file: String, _ format: ImportFormat, _ summary: ImportSummary
  ) -> String {
    var text = "\(file): none of its \(summary.lineCount) lines is one of \(format.rawValue)"
    if let first = summary.refusals.first {
      text += "; line \(first.line) comes near: \(first.reason)"
    }
    return text
  }
}

extension String {
  fileprivate var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
