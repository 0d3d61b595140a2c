// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import FoundationEssentials
import Trace
import TraceFile

/// `epimetheus dump`.
struct DumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump",
    abstract: "Print a trace as text, one event a line.",
    discussion: """
      The text has a grammar (docs/trace-format.md) and loses nothing: assemble makes the same trace
      of it. With --frames it is the binary form for a machine without a decompressor.

      EXAMPLES
        epimetheus dump a.epi | less
        epimetheus dump a.epi | sed 's/^systemCall/&/' | epimetheus assemble - -o b.epi
      """)

  @Argument(help: "The trace.")
  var trace: String

  @Flag(help: "Decompressed frames, each after its length in 8 bytes, instead of text.")
  var frames = false

  func run() throws {
    let reader = try TraceFiles.open(trace)
    do {
      if frames { try dumpFrames(of: reader) } else { try dumpText(of: reader) }
    } catch let error as TraceError {
      throw CommandError.badInput("\(trace): \(error.message), at byte \(error.position)")
    }
    TraceFiles.tellProblems(of: reader, trace)
  }

  private func dumpText(of reader: TraceReader) throws {
    var text: [UInt8] = []
    TraceText.append(reader.header, to: &text)
    while let event = try reader.next() {
      TraceText.append(event, payload: reader.payload, to: &text)
      if text.count > 1 << 16 { Self.write(&text) }
    }
    Self.write(&text)
  }

  private func dumpFrames(of reader: TraceReader) throws {
    let sink = FrameSink(header: reader.header) { bytes in
      Console.result(bytes)
    }
    while let event = try reader.next() { sink.append(event, payload: reader.payload) }
    sink.finish()
  }

  private static func write(_ text: inout [UInt8]) {
    text.withUnsafeBytes { Console.result($0) }
    text.removeAll(keepingCapacity: true)
  }
}
