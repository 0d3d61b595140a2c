// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
public import Trace

extension RecordSession {
  /// Runs the program to its end and gives all that happens to `sink`, the end event last. Once.
  ///
  /// Throws where the run could not begin, because of this machine (temporary) or of the program;
  /// `sink` may have been given events by then.
  public mutating func record(
    into sink: inout some EventSink & ~Copyable
  ) throws(RecordError) -> RecordOutcome {
    guard let child = child.take() else { throw RecordError("a session records once") }
    child.isSupervised = true
    var supervisor = try Supervisor(
      process: child.process, socket: child.socket, ring: child.ring,
      timeout: options.timeoutNanoseconds, files: header.files)
    let fate = supervisor.supervise(&broker, into: &sink)
    return try conclude(fate, supervisor, child.ring, &sink)
  }

  private static func note(onSignal signal: Int32) -> String {
    signal == SIGSYS
      ? "the guest reached the host's code and made a call that it may not make"
      : "signal \(signal) ended the guest's process"
  }

  /// Writes the gap, if there is one, and the end.
  private func conclude(
    _ fate: Supervisor.Fate, _ supervisor: borrowing Supervisor, _ ring: EventRing,
    _ sink: inout some EventSink & ~Copyable
  ) throws(RecordError) -> RecordOutcome {
    let report = ring.report
    if let report, fate == .exited(120), report.kind != .failed {
      throw RecordError(report.text, isTemporary: report.kind == .notStarted)
    }
    var outcome = RecordOutcome(
      end: .machineFailed, status: 0, eventCount: supervisor.reader.eventCount + 1)
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    if supervisor.reader.isDamaged {
      sink.append(Event(.gap), payload: nothing)
      outcome.eventCount += 1
      outcome.gapCount = 1
      outcome.note = "the guest damaged the events of its own run"
    }
    switch fate {
    case .timedOut: outcome.end = .timedOut
    case .interrupted: outcome.end = .interrupted
    case .exited(0) where supervisor.reader.end != nil && !supervisor.reader.isDamaged:
      outcome.end = EndKind(rawValue: UInt8(supervisor.reader.end!.code)) ?? .machineFailed
      outcome.status = supervisor.reader.end!.result
    case .exited(let status):
      outcome.status = -Int64(status)
      if let report, report.kind == .failed {
        outcome.note = report.text
      } else if outcome.note.isEmpty {
        outcome.note = "the guest's process exited with \(status) before the program ended"
      }
    case .killed(let signal):
      outcome.status = Int64(signal)
      if outcome.note.isEmpty { outcome.note = Self.note(onSignal: signal) }
    }
    let end = Event(.end, code: UInt32(outcome.end.rawValue), result: outcome.status)
    sink.append(end, payload: nothing)
    return outcome
  }
}
