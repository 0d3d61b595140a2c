// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Trace

/// What an observed program did.
struct Observation {
  var header: TraceHeader
  var events: EventList
  var outcome: RecordOutcome
  /// What it wrote to stdout.
  var output: [UInt8]

  /// `output` as text.
  var text: String { String(decoding: output, as: UTF8.self) }

  /// Observes a program to its end, on the calling thread.
  static func run(
    _ arguments: [String], environment: [String] = ["PATH=/bin:/usr/bin", "LC_ALL=C"],
    by mechanism: ObserveMechanism = .ptrace, adjust: (inout ObserveOptions) -> Void = { _ in }
  ) throws -> Observation {
    try Scratch.with { scratch in
      let path = scratch.path("output")
      let output = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
      let errors = open(scratch.path("errors"), O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
      let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
      defer {
        close(output)
        close(errors)
        close(input)
      }
      var options = ObserveOptions(
        program: Array(arguments[0].utf8), arguments: arguments.map { Array($0.utf8) },
        environment: environment.map { Array($0.utf8) })
      options.standardStreams = [input, output, errors]
      options.timeoutNanoseconds = 60_000_000_000
      options.mechanism = mechanism
      adjust(&options)
      var session = ObserveSession(options)
      try session.start()
      let header = session.header
      var events = EventList()
      let outcome = try session.record(into: &events)
      return Observation(
        header: header, events: events, outcome: outcome,
        output: Array(try Data(contentsOf: URL(filePath: path))))
    }
  }

  /// The events of a kind, of one task or of all.
  func all(_ kind: Event.Kind, task: UInt32? = nil) -> [Event] {
    (0..<events.count).map { events[$0] }.filter {
      $0.kind == kind && (task == nil || $0.task == task)
    }
  }

  /// The calls in order as strace would name them.
  func calls(task: UInt32? = nil) -> [String] { all(.systemCall, task: task).map(Self.callName) }

  /// The name of the call of an event.
  static func callName(_ event: Event) -> String {
    SystemCallTable.name(of: SystemCallNumber(rawValue: event.code)).map { "\($0)" }
      ?? "syscall_0x\(String(event.code, radix: 16))"
  }
}

extension Event {
  /// The operands as an array.
  var operandList: [UInt64] { (0..<6).map { operands[$0] } }
}
