// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Kernel
import Trace

/// Passes events on and prints the system calls among them on stderr as they come, as a kernel does
/// on its console. Unikraft: `CONFIG_LIBSYSCALL_SHIM_STRACE`.
struct PrintingSink<Sink: EventSink>: EventSink {
  private var sink: Sink
  private var lines: CallLines
  private var text: [UInt8] = []

  /// In front of a sink that is given the events behind `header`.
  init(_ style: CallStyle, header: TraceHeader, into sink: Sink) {
    self.sink = sink
    lines = CallLines(style)
    lines.appendStart(of: header, to: &text)
    print()
  }

  mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    sink.append(event, payload: payload)
    lines.append(event, payload: payload, to: &text)
    print()
  }

  mutating func keep() { sink.keep() }

  /// Each line at once: where the program hangs, the last says since when.
  private mutating func print() {
    if text.isEmpty { return }
    text.withUnsafeBytes { Console.note($0) }
    text.removeAll(keepingCapacity: true)
  }
}

/// What is printed while a command works.
struct PrintOptions: ParsableArguments {
  /// Whose lines.
  enum Style: String, ExpressibleByArgument, CaseIterable {
    case strace
    case unikraft0_12 = "unikraft-0.12"
    case unikraft0_17 = "unikraft-0.17"
  }

  @Option(
    name: .customLong("print"),
    help: "Print each system call on stderr when it is over, as strace or Unikraft writes it.")
  var format: Style?

  @Flag(help: "With --print unikraft-0.12 or unikraft-0.17: in colours.")
  var color = false

  func validate() throws {
    if color, format == nil || format == .strace {
      throw ValidationError("--color belongs to --print unikraft-0.12 or unikraft-0.17")
    }
  }

  /// The style of the lines; nil where none are printed.
  var style: CallStyle? {
    let format: CallStyle.Format
    switch self.format {
    case nil: return nil
    case .strace: format = .strace
    case .unikraft0_12: format = .unikraft0_12
    case .unikraft0_17: format = .unikraft0_17
    }
    var style = CallStyle(format)
    style.isColored = color
    return style
  }
}
