// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import Trace
import TraceFile

/// `epimetheus slice`.
struct SliceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slice",
    abstract: "List the processes of a trace, or make a trace of one of them.",
    discussion: """
      Replay serves the first process of a trace. The slice of another is a trace of one process:
      what its makers did up to the moment at which they made it, then what it did.

      EXAMPLES
        epimetheus record --on linux -o gcc.epi -- gcc -c a.c
        epimetheus slice gcc.epi
        epimetheus slice --process 2 gcc.epi -o cc1.epi && epimetheus report cc1.epi
      """)

  @Argument(help: "The trace.")
  var trace: String

  @Option(help: "The number of the process, as the list has it.")
  var process: UInt32?

  @Option(name: .shortAndLong, help: "The trace to write.")
  var output: String?

  @Flag(help: "The list as JSON.")
  var json = false

  func validate() throws {
    if (process == nil) != (output == nil) {
      throw ValidationError("--process and --output belong together")
    }
    if process != nil, json { throw ValidationError("--json is for the list") }
  }

  func run() throws {
    do {
      let list = try processes()
      guard let process, let output else {
        Console.result(json ? list.json : list.text)
        return
      }
      guard var slice = ProcessSlice(of: process, in: list) else {
        throw CommandError.badInput(
          "\(trace) has no process \(process); its processes: epimetheus slice \(trace)")
      }
      let reader = try TraceFiles.open(trace)
      try TraceFiles.write(output, header: reader.header) { writer in
        while let event = try reader.next() {
          slice.take(event, payload: reader.payload, into: &writer)
        }
      }
    } catch let error as TraceError {
      throw CommandError.badTrace(trace, error)
    }
  }

  private func processes() throws -> ProcessList {
    var reader = try TraceFiles.open(trace)
    let list = try ProcessList(of: &reader, header: reader.header)
    TraceFiles.tellProblems(of: reader, trace)
    return list
  }
}
