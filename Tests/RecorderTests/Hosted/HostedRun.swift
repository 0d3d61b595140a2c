// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Trace
import TraceFile

/// What `epimetheus record` made of a program, in a process of its own: a test runner has threads,
/// and a recording forks.
struct HostedRun {
  /// How the command ended and what it and the guest wrote; nil where a test ran it by hand.
  var command: Subprogram!
  var header: TraceHeader
  var events: EventList

  /// How the last event says that it ended; nil where that is no end.
  var end: EndKind? {
    guard events.count > 0, events[events.count - 1].kind == .end else { return nil }
    return EndKind(rawValue: UInt8(clamping: events[events.count - 1].code))
  }

  /// The result of the last event.
  var status: Int64? { events.count == 0 ? nil : events[events.count - 1].result }

  /// How many events there are of a kind.
  func count(of kind: Event.Kind) -> Int {
    (0..<events.count).count { events[$0].kind == kind }
  }

  /// The environment of guests and their native twins.
  static let environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"]

  /// Records a program and reads the trace. `fixed`: without address-space randomisation.
  static func record(
    _ program: [String], options: [String] = [], input: Data = Data(), in scratch: Scratch,
    fixed: Bool = false
  ) throws -> HostedRun {
    let trace = scratch.path("\(UUID().uuidString).epi")
    let prefix = fixed ? ["/usr/bin/setarch", "-R"] : []
    let command = try Subprogram.run(
      prefix + [Subprogram.epimetheus, "record", "--timeout", "60", "-o", trace] + options + ["--"]
        + program,
      input: input, environment: environment, in: scratch.url)
    var run = try HostedRun(trace: trace)
    run.command = command
    return run
  }

  /// The trace of a recording that has ended.
  init(trace: String) throws {
    let reader = try TraceReader(path: trace)
    header = reader.header
    events = EventList()
    while let event = try reader.next() { events.append(event, payload: reader.payload) }
  }
}
