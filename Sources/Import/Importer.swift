// SPDX-License-Identifier: BSD-3-Clause

public import Trace

/// Makes a trace of what another tool or a kernel's console says of a run.
public struct Importer {
  private enum Source {
    case strace(StraceImport)
    case unikraft(UnikraftImport)
    case stub(StubImport)
    case perf(PerfImport)
  }

  private var source: Source
  /// What the trace's header says: what is known of the run, and what no event tells.
  public let header: TraceHeader

  /// Looks through a text for what has to be known before the first event.
  public init(_ format: ImportFormat, _ text: [UInt8]) {
    switch format {
    case .strace:
      let own = StraceImport(text)
      header = own.header
      source = .strace(own)
    case .unikraft:
      let own = UnikraftImport(text)
      header = own.header
      source = .unikraft(own)
    case .gdbFaults:
      let own = StubImport(text)
      header = own.header
      source = .stub(own)
    case .perf:
      let own = PerfImport(text)
      header = own.header
      source = .perf(own)
    }
  }

  /// Gives all events to `sink`, and says what became of each line.
  public consuming func run(into sink: inout some EventSink & ~Copyable) -> ImportSummary {
    switch source {
    case .strace(var own):
      own.run(into: &sink)
      return own.summary
    case .unikraft(var own):
      own.run(into: &sink)
      return own.summary
    case .stub(var own):
      own.run(into: &sink)
      return own.summary
    case .perf(var own):
      own.run(into: &sink)
      return own.summary
    }
  }
}
