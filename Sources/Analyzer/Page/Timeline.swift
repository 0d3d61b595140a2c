// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

/// What a drawing of a run needs: the VMA changes and the calls of the first process, as many as a
/// page can hold.
public struct Timeline: Sendable {
  private static var changeLimit: Int { 20_000 }
  private static var callLimit: Int { 20_000 }

  private let name: String
  /// Changes, with the number of calls that were made until then: events are not numbered alike in
  /// a trace and its replay, calls are.
  private var changes: [(callCount: UInt64, change: LayoutChange)] = []
  private var callCount: UInt64 = 0
  private var calls: [(event: UInt64, task: UInt32, text: String, result: String, status: UInt64)] =
    []
  private var eventCount: UInt64 = 0
  private var unkeptCount: UInt64 = 0

  /// Reads a trace to its end. Throws what the source throws.
  public init(
    of source: inout some EventSource & ~Copyable, named name: String
  ) throws(TraceError) {
    self.name = name
    var grouper = StepGrouper()
    var firstProcess = FirstProcess()
    while let step = try grouper.next(from: &source) {
      if let event = step.principal { firstProcess.follow(event) }
      if firstProcess.isForeign(step.task) { continue }
      if step.isCall { add(step) }
      for change in step.changes {
        if changes.count < Self.changeLimit {
          changes.append((callCount, change))
        } else {
          unkeptCount += 1
        }
      }
    }
    eventCount = grouper.eventCount
  }

  private mutating func add(_ step: Step) {
    guard let event = step.principal else { return }
    callCount += 1
    if calls.count >= Self.callLimit {
      unkeptCount += 1
      return
    }
    let errno = Errno(result: event.result)
    let result: String
    if event.flags.contains(.missing) {
      result = "no such call"
    } else if event.flags.contains(.didNotReturn) {
      result = "did not return"
    } else if event.unknown.contains(.result) {
      result = "not known"
    } else {
      let value = UInt64(bitPattern: event.result)
      result = errno.map(\.text) ?? (value > 0xffff ? hexadecimal(value) : String(value))
    }
    let status: UInt64 =
      event.flags.contains(.missing) ? 2 : errno == nil || event.unknown.contains(.result) ? 0 : 1
    calls.append((step.number, step.task, String(step.requestText.prefix(400)), result, status))
  }

  /// For the script of the page: `changes` of calls until then, lower and upper address and, for a
  /// VMA, protection, backing and name; `calls` of event, task, text, result and status.
  var jsonValue: JSONValue {
    .object([
      ("name", .string(name)),
      ("events", .integer(eventCount)),
      ("callCount", .integer(callCount)),
      ("unkept", .integer(unkeptCount)),
      (
        "changes",
        .array(
          changes.map { count, change in
            var fields: [JSONValue] = [.integer(count), .hex(change.lower), .hex(change.upper)]
            if let vma = change.attributes {
              fields.append(.string(vma.protection.description + (vma.isShared ? "s" : "p")))
              fields.append(.string(vma.backing.text))
              fields.append(.text(vma.name))
            }
            return .array(fields)
          })
      ),
      (
        "calls",
        .array(
          calls.map {
            .array([
              .integer($0.event), .integer(UInt64($0.task)), .string($0.text), .string($0.result),
              .integer($0.status),
            ])
          })
      ),
    ])
  }
}
