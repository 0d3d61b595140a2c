// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

/// A trace as JSON Lines: a line for the header, then one for each event. Streaming.
public struct EventLines {
  private var number: UInt64 = 0

  /// The export of one trace.
  public init() {}

  /// The line of the header, with its end.
  public func line(of header: TraceHeader) -> String {
    header.json(schema: "epimetheus-events").line() + "\n"
  }

  /// The line of the next event, with its end.
  public mutating func line(of event: Event, payload: UnsafeRawBufferPointer) -> String {
    defer { number += 1 }
    var members: [(String, JSONValue)] = [
      ("event", .integer(number)), ("kind", .string(event.kind.key)),
      ("task", .integer(UInt64(event.task))), ("time", .integer(event.time)),
      ("duration", .integer(event.duration)), ("code", .integer(UInt64(event.code))),
    ]
    var operandCount = 6
    if event.kind == .systemCall {
      let call = CallRow(event)
      operandCount = call.argumentCount
      members.append(("call", .string(call.name)))
    } else {
      while operandCount > 0, event.operands[operandCount - 1] == 0 { operandCount -= 1 }
    }
    members.append(
      (
        "operands",
        .array(
          (0..<operandCount).map {
            event.unknown.contains(.operand($0)) ? .null : .hex(event.operands[$0])
          })
      ))
    let result = event.unknown.contains(.result) ? nil : String(event.result)
    members.append(("result", .optional(result)))
    var flags: [JSONValue] = []
    if event.flags.contains(.didNotReturn) { flags.append(.string("didNotReturn")) }
    if event.flags.contains(.adopted) { flags.append(.string("adopted")) }
    if event.flags.contains(.missing) { flags.append(.string("missing")) }
    if event.flags.contains(.spurious) { flags.append(.string("spurious")) }
    members.append(("flags", .array(flags)))
    if !payload.isEmpty { members.append(("payload", .string(digits(payload)))) }
    return JSONValue.object(members).line() + "\n"
  }
}
