// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import FoundationEssentials
import Kernel
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

      --strace prints the system calls as strace(1) does, --unikraft as Unikraft's console does
      (release 0.12 or 0.17): for the eye and for other tools, not to be read back.

      EXAMPLES
        epimetheus dump a.epi | less
        epimetheus dump a.epi | sed 's/^systemCall/&/' | epimetheus assemble - -o b.epi
        epimetheus dump --strace a.epi
        epimetheus dump --unikraft 0.12 --as-released a.epi
      """)

  @Argument(help: "The trace.")
  var trace: String

  @Flag(help: "Decompressed frames, each after its length in 8 bytes, instead of text.")
  var frames = false

  @Flag(help: "The system calls as strace(1) prints them.")
  var strace = false

  @Option(help: "The system calls as Unikraft of this release prints them: 0.12 or 0.17.")
  var unikraft: UnikraftRelease?

  @Flag(help: "With --unikraft: calls that the release does not decode as it prints them.")
  var asReleased = false

  @Flag(help: "With --unikraft: in colours.")
  var color = false

  /// A release whose format is known.
  enum UnikraftRelease: String, ExpressibleByArgument, CaseIterable {
    case v0_12 = "0.12"
    case v0_17 = "0.17"
  }

  func validate() throws {
    if [frames, strace, unikraft != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--frames, --strace and --unikraft exclude each other")
    }
    if unikraft == nil, asReleased || color {
      throw ValidationError("--as-released and --color belong to --unikraft")
    }
  }

  /// The style of the lines; nil for the text form.
  private var style: CallStyle? {
    if strace { return .strace }
    guard let unikraft else { return nil }
    var style = CallStyle(unikraft == .v0_12 ? .unikraft0_12 : .unikraft0_17)
    style.isAsReleased = asReleased
    style.isColored = color
    return style
  }

  func run() throws {
    let reader = try TraceFiles.open(trace)
    do {
      if let style {
        try dumpCalls(of: reader, style)
      } else if frames {
        try dumpFrames(of: reader)
      } else {
        try dumpText(of: reader)
      }
    } catch let error as TraceError {
      throw CommandError.badTrace(trace, error)
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

  private func dumpCalls(of reader: TraceReader, _ style: CallStyle) throws {
    var lines = CallLines(style)
    var text: [UInt8] = []
    lines.appendStart(of: reader.header, to: &text)
    while let event = try reader.next() {
      lines.append(event, payload: reader.payload, to: &text)
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
