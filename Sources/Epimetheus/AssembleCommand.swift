// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import FoundationEssentials
import Trace
import TraceFile

/// `epimetheus assemble`.
struct AssembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assemble",
    abstract: "Make a trace of its text: the inverse of dump.",
    discussion: """
      EXAMPLES
        epimetheus assemble traces/synthetic/map-split-merge.trace -o a.epi
        epimetheus dump a.epi | epimetheus assemble - -o b.epi && cmp a.epi b.epi
      """)

  @Argument(help: "The text, - for stdin.")
  var text: String

  @Option(name: .shortAndLong, help: "The trace to write.")
  var output: String

  @Flag(help: "The input is what dump --frames wrote.")
  var frames = false

  func run() throws {
    let input = try Console.input(text)
    do {
      if frames {
        try input.withUnsafeBytes { bytes in
          var source = try FrameSource(bytes)
          try copy(from: &source, header: source.header)
        }
      } else {
        var source = try TraceTextSource([UInt8](input))
        try copy(from: &source, header: source.header)
      }
    } catch let error as TraceError {
      let unit = frames ? "byte" : "line"
      throw CommandError.badInput("\(text): \(unit) \(error.position): \(error.message)")
    }
  }

  private func copy(
    from source: inout some EventSource & ~Copyable, header: TraceHeader
  ) throws {
    let writer = try TraceFiles.create(output, header: header)
    while let event = try source.next() { writer.append(event, payload: source.payload) }
    try TraceFiles.finish(writer)
  }
}
