// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
import Recorder
import Trace
import TraceFile

extension RecordCommand {
  /// Watches the program on this machine's own kernel.
  func recordOnLinux() throws -> RecordOutcome {
    var options = ObserveOptions(
      program: [UInt8](program[0].utf8), arguments: program.map { [UInt8]($0.utf8) },
      environment: environment)
    options.randomizesLayout = aslr
    options.payloadLimit = payload
    options.timeoutNanoseconds = timeout.map { UInt64($0 * 1e9) }
    options.recordsTimes = times
    options.mechanism = by.flatMap { ObserveMechanism(rawValue: $0.rawValue) }
    var session = ObserveSession(options)
    try session.start()
    if let refusal = session.refusal {
      Console.note("epimetheus: by ptrace, without page faults: \(refusal.message)")
    }
    let redaction = Redaction(names: redact, environment: environment)
    let header = redact.isEmpty ? session.header : redaction.applied(to: session.header)
    return try TraceFiles.write(output, header: header) { writer in
      guard let style = printing.style else { return try record(&session, redaction, into: writer) }
      // Behind the redaction: what is kept out of the trace is not printed either.
      return try record(
        &session, redaction, into: PrintingSink(style, header: header, into: writer))
    }
  }

  private func record(
    _ session: inout ObserveSession, _ redaction: Redaction, into sink: some EventSink
  ) throws -> RecordOutcome {
    if redact.isEmpty {
      var sink = sink
      return try session.record(into: &sink)
    }
    var sink = RedactingSink(redaction, into: sink)
    return try session.record(into: &sink)
  }
}
