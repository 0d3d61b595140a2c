// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Support
internal import Trace

/// A call of both traces side by side, whether it differs or not.
public struct ListedCall: Sendable {
  /// The event of the call on the left; nil where it does not make it.
  public var leftEvent: UInt64?
  /// That on the right.
  public var rightEvent: UInt64?
  /// What is asked, as the left says it where it makes the call.
  public var request: String
  /// What the right asks where that is something else; nil where it is the same, as far as the
  /// differences between the runs that are known explain it.
  public var rightRequest: String?
  /// What came of it on the left; nil where it does not make it.
  public var left: Outcome?
  /// That on the right.
  public var right: Outcome?
  /// Whether the sides agree, as the diff sees it: addresses that merely lie elsewhere do.
  public var isSame: Bool
}

extension DiffSession {
  /// Calls that are listed; those beyond are counted.
  private static var listLimit: Int { 16_384 }

  /// Lists the calls that were asked for.
  mutating func list(_ pair: StepPair, differs: Bool) {
    let events = [pair.left?.principal, pair.right?.principal]
    guard
      events.contains(where: { event in
        event.map {
          $0.kind == .systemCall
            && options.listedCalls.contains(SystemCallNumber(rawValue: $0.code))
        } ?? false
      })
    else { return }
    if listed.count >= Self.listLimit {
      statistics.unlistedCallCount += 1
      return
    }
    func outcome(_ step: Step?) -> Outcome? {
      guard let event = step?.principal else { return nil }
      if event.flags.contains(.missing) { return .noSuchCall }
      return event.unknown.contains(.result) ? .absent : self.outcome(event, CallRow(event))
    }
    let requests = (left: pair.left?.requestText, right: pair.right?.requestText)
    let isOther = differs && requests.left != nil && requests.left != requests.right
    listed.append(
      ListedCall(
        leftEvent: pair.left?.number, rightEvent: pair.right?.number,
        request: requests.left ?? requests.right ?? "",
        rightRequest: isOther ? requests.right : nil, left: outcome(pair.left),
        right: outcome(pair.right), isSame: !differs && pair.left != nil && pair.right != nil))
  }
}

extension Report {
  /// The calls that were asked for, side by side.
  func listedText(_ calls: [ListedCall]) -> String {
    var text = Self.heading("Calls side by side")
    if calls.isEmpty { return text + "  none\n" }
    var table = TextTable([
      ("", .left), ("event", .right), ("left", .left), ("event", .right), ("right", .left),
      ("request", .left),
    ])
    func words(_ outcome: Outcome?) -> String {
      if case .absent? = outcome { return "not known" }
      return outcome?.text ?? "not made"
    }
    for call in calls {
      table.add([
        call.isSame ? "" : "!", call.leftEvent.map(String.init) ?? "-", words(call.left),
        call.rightEvent.map(String.init) ?? "-", words(call.right),
        call.request + (call.rightRequest.map { " / " + $0 } ?? ""),
      ])
    }
    text += table.text
    if diff.statistics.unlistedCallCount > 0 {
      text += "  and \(diff.statistics.unlistedCallCount) more\n"
    }
    return text
  }
}

extension ListedCall {
  /// docs/reports.md has its form.
  var json: JSONValue {
    func side(_ outcome: Outcome?) -> JSONValue {
      if case .absent? = outcome { return .string("not known") }
      return .optional(outcome?.text)
    }
    return .object([
      ("leftEvent", leftEvent.map { .integer($0) } ?? .null),
      ("rightEvent", rightEvent.map { .integer($0) } ?? .null),
      ("request", .string(request)), ("rightRequest", .optional(rightRequest)),
      ("left", side(left)), ("right", side(right)),
      ("isSame", .boolean(isSame)),
    ])
  }
}
