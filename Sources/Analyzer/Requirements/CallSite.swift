// SPDX-License-Identifier: BSD-3-Clause

/// Where in a trace, and where in the program, a call was made.
public struct CallSite: Sendable {
  /// Which of the traces, from 0 on.
  public var trace: Int
  /// The event, from 0 on.
  public var event: UInt64
  /// The task.
  public var task: UInt32
  /// The instruction; nil where the trace does not say.
  public var place: CodePlace?
}

extension CallSite {
  /// `event 12, ip 0x401000, /lib/libc.so.6+0x1000`.
  func text(_ traces: [Requirements.TracedRun]) -> String {
    var text = "event \(event)"
    if traces.count > 1 { text += " of " + traces[trace].name }
    if task != 1 { text += ", task \(task)" }
    if let place { text += ", " + place.text }
    return text
  }

  /// The site for machines.
  func json(_ traces: [Requirements.TracedRun]) -> JSONValue {
    .object(
      [
        ("trace", .string(traces[trace].name)),
        ("event", .integer(event)),
        ("task", .integer(UInt64(task))),
      ] + CodePlace.members(place))
  }
}
