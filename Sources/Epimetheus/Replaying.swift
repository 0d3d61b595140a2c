// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
import Kernel
import LinuxABI
import Replayer
import Trace
import TraceFile

/// One replay from file to file, for every command that needs one.
enum Replaying {
  /// Replays the trace at `input` and writes the trace at `output`; prints its calls meanwhile,
  /// where a style is given.
  static func replay(
    _ input: String, to output: String, printing style: CallStyle? = nil
  ) throws -> ReplayOutcome {
    let reader = try TraceFiles.open(input, readsAhead: true)
    let header = reader.header
    // Before a file is made for what cannot be.
    if header.unseen.contains(.operands) { throw isImported(input) }
    let byteCount =
      header.memoryByteCount == 0
      ? ReplaySession.defaultMemoryByteCount : header.memoryByteCount
    let memory = try HostMemory.reserve(byteCount: byteCount)
    var options = TraceWriter.Options()
    options.writesAside = true
    let newHeader = ReplaySession.header(replaying: header)
    let writer = try TraceFiles.create(output, header: newHeader, options: options)
    writer.expectRepetition(of: reader)
    let outcome: ReplayOutcome
    do {
      if let style {
        let sink = PrintingSink(style, header: newHeader, into: writer)
        outcome = try ReplaySession.run(
          reader, header: header, memory: memory.physicalMemory, into: sink
        ).outcome
      } else {
        outcome = try ReplaySession.run(
          reader, header: header, memory: memory.physicalMemory, into: writer
        ).outcome
      }
    } catch {
      switch error {
      case .unknownOperands: throw isImported(input)
      case .kernel(let errno):
        throw CommandError.badInput(
          "\(input): the kernel cannot be set up with \(byteCount) bytes of memory "
            + "(\(errno.name?.description ?? "\(errno.rawValue)"))")
      }
    }
    try TraceFiles.finish(writer)
    TraceFiles.tellProblems(of: reader, input)
    if let error = outcome.sourceError {
      throw CommandError.badTrace(input, error)
    }
    return outcome
  }

  private static func isImported(_ input: String) -> CommandError {
    CommandError.badInput(
      "\(input) was imported and does not tell all arguments, so it cannot be replayed; "
        + "compare it: epimetheus diff LINUX.epi \(input)")
  }
}
