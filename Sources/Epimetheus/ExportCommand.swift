// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import Support
import Trace
import TraceFile

/// `epimetheus export`.
struct ExportCommand: ParsableCommand {
  /// What a trace is written as.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case chrome, ctf, jsonl, scml
    case loupedb
  }

  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a trace in the form of another tool.",
    discussion: """
      chrome   Trace Event Format: open it in Perfetto or chrome://tracing
      ctf      Common Trace Format 1.8, a folder: open it with babeltrace2 or Trace Compass
      jsonl    JSON Lines, one event a line
      scml     what was asked, as rules of Asterinas' System Call Matching Language
      loupedb  which calls were made, as dyn.csv of a database of Loupe

      EXAMPLES
        epimetheus export chrome a.epi > a.json
        epimetheus export ctf a.epi -o a.ctf && babeltrace2 a.ctf
        epimetheus export jsonl a.epi | jq 'select(.call == "mmap")'
        epimetheus export scml --support our-kernel
      """)

  @Argument(help: "The form: chrome, ctf, jsonl, scml or loupedb.")
  var format: Format

  @Argument(help: "The trace.")
  var trace: String?

  @Option(name: .shortAndLong, help: "Where to: a file, for ctf a new folder; else stdout.")
  var output: String?

  @Option(help: "With scml: the rules of a support set, instead of what a trace asks for.")
  var support: String?

  func validate() throws {
    if support != nil, format != .scml || trace != nil {
      throw ValidationError("--support belongs to scml, without a trace")
    }
    if support == nil, trace == nil { throw ValidationError("name the trace") }
    if format == .ctf, output == nil {
      throw ValidationError("ctf is a folder: name it with --output")
    }
  }

  func run() throws {
    if let support {
      let file = try OutputFile(output)
      file.put(try SupportSets.find(support).scml())
      return try file.finish()
    }
    guard let trace else { return }
    var reader = try TraceFiles.open(trace, readsAhead: true)
    do {
      switch format {
      case .ctf: try writeCTF(&reader)
      case .chrome:
        let file = try OutputFile(output)
        var chrome = ChromeTrace(header: reader.header)
        try chrome.write(&reader) { file.put($0) }
        try file.finish()
      case .jsonl: try writeLines(&reader)
      case .scml, .loupedb:
        let file = try OutputFile(output)
        var requirements = Requirements()
        try requirements.read(&reader, header: reader.header, named: trace)
        file.put(
          format == .scml ? requirements.supportSet(named: trace).scml() : requirements.loupeTable)
        try file.finish()
      }
    } catch let error as TraceError {
      throw CommandError.badTrace(trace, error)
    }
    TraceFiles.tellProblems(of: reader, trace)
  }

  private func writeLines(_ reader: inout TraceReader) throws {
    let file = try OutputFile(output)
    var lines = EventLines()
    file.put(lines.line(of: reader.header))
    while let event = try reader.next() {
      file.put(lines.line(of: event, payload: reader.payload))
    }
    try file.finish()
  }

  private func writeCTF(_ reader: inout TraceReader) throws {
    guard let output else { return }
    try OutputFile.makeFolder(output)
    let stream = try OutputFile(output + "/stream")
    var ctf = CTFTrace(header: reader.header)
    stream.put(ctf.streamStart)
    var bytes: [UInt8] = []
    while let event = try reader.next() {
      bytes.removeAll(keepingCapacity: true)
      ctf.append(event, to: &bytes)
      stream.put(bytes)
    }
    try stream.finish()
    let metadata = try OutputFile(output + "/metadata")
    metadata.put(ctf.metadata)
    try metadata.finish()
  }
}
