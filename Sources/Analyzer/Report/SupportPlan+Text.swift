// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
public import Support

extension SupportPlan {
  /// The plan for a reader: what runs, the steps and the curve, and what is doubtful.
  public func text() -> String {
    var text = "Support plan for \(kernel), \(order.explanation)\n\n"
    text += "Runs already: \(running.isEmpty ? "nothing" : running.joined(separator: ", "))\n\n"
    if !steps.isEmpty {
      var table = TextTable([
        ("step", .right), ("cost", .right), ("total", .right), ("run", .right), ("work", .left),
      ])
      for (index, step) in steps.enumerated() {
        table.add([
          "\(index + 1)", "\(step.cost)", "\(step.totalCost)", "\(step.runningCount)",
          step.words,
        ])
      }
      text += table.text + "\n"
    }
    if !predicted.isEmpty {
      text += "Predicted from traces, not measured (`epimetheus probe` measures): "
      text += predicted.joined(separator: ", ") + "\n"
    }
    for group in Dictionary(grouping: doubtful, by: \.doubt).sorted(by: {
      $0.key.rawValue < $1.key.rawValue
    }) {
      text += "\(group.key.explanation): \(group.value.map(\.name).joined(separator: ", "))\n"
    }
    return text
  }

  /// The plan as JSON: its schema is in `docs/plan.md`.
  public func json() -> String {
    JSONValue.object([
      ("schema", .string("epimetheus-plan-1")),
      ("kernel", .string(kernel)),
      ("order", .string(order.rawValue)),
      ("running", .array(running.map { .string($0) })),
      (
        "steps",
        .array(
          steps.map { step in
            .object([
              ("work", .array(step.items.map(\.json))),
              ("cost", .integer(step.cost)),
              ("totalCost", .integer(step.totalCost)),
              ("unlocked", .array(step.unlocked.map { .string($0) })),
              ("runningCount", .integer(UInt64(step.runningCount))),
            ])
          })
      ),
      ("predicted", .array(predicted.map { .string($0) })),
      (
        "doubtful",
        .array(
          doubtful.map {
            .object([("name", .string($0.name)), ("doubt", .string($0.doubt.rawValue))])
          })
      ),
    ]).text() + "\n"
  }
}

extension SupportPlan.Step {
  fileprivate var words: String {
    let parts = SupportPlan.Work.allCases.compactMap { work -> String? in
      let names = items.filter { $0.work == work }.map(\.words)
      return names.isEmpty ? nil : work.rawValue + " " + names.joined(separator: ", ")
    }
    return parts.joined(separator: "; ") + " -> " + unlocked.joined(separator: ", ")
  }
}

extension SupportPlan.Item {
  /// The name of the call, or its number where Linux has no such call.
  fileprivate var callName: String {
    SystemCallTable.name(of: number)?.description ?? "call \(number.rawValue)"
  }

  /// The call, with the part of it that is meant: `ioctl(TIOCGPGRP)`.
  fileprivate var words: String { callName + (part.map { "(\($0.name))" } ?? "") }

  fileprivate var json: JSONValue {
    .object([
      ("call", .string(callName)), ("number", .integer(UInt64(number.rawValue))),
      ("part", .optional(part?.name)), ("work", .string(work.rawValue)), ("cost", .integer(cost)),
    ])
  }
}

extension SupportPlan.Order {
  fileprivate var explanation: String {
    switch self {
    case .soonest: "the most applications for the cost first"
    case .fewest: "the application that lacks the fewest calls first"
    }
  }
}

extension ApplicationNeeds.Doubt {
  fileprivate var explanation: String {
    switch self {
    case .noData: "No data, so nothing is said about"
    case .testAssertsNothing:
      "Every call can be left out, so the test asserts nothing, and nothing is said about"
    case .lostEvents: "Events were lost, so more may be asked, and nothing is said about"
    }
  }
}
