// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Support

/// How often the predictions that a report makes of whole calls were right, held against what
/// `probe` has measured of the same programs.
public struct Calibration: Sendable {
  /// The predictions of one weight.
  public struct Row: Sendable {
    /// What was predicted.
    public var weight: NativeRecord.Weight
    /// How many of the calls turned out so.
    public var required = 0, stub = 0, fake = 0, both = 0
    /// How many predictions were right.
    public var right = 0
    /// Calls of which the prediction was wrong, by name, and of how many programs.
    public var wrong: [String: Int] = [:]

    /// All predictions.
    public var count: Int { required + stub + fake + both }
    /// Those that were right, in percent, rounded down.
    public var percent: Int { count == 0 ? 0 : right * 100 / count }
  }

  /// A row for each weight of which something was measured, the most certain first.
  public private(set) var rows: [Row] = NativeRecord.Weight.allCases.map { Row(weight: $0) }
  /// How many programs.
  public private(set) var programCount = 0
  /// Calls that only the trace or only the probe has.
  public private(set) var unpairedCount = 0

  /// Nothing is measured yet.
  public init() {}

  /// Adds a program: what its trace asks for, and what was measured of it.
  public mutating func add(_ requirements: Requirements, _ measured: ApplicationNeeds) {
    programCount += 1
    let calls = requirements.calls
    unpairedCount += measured.calls.keys.count { number in
      !calls.contains { $0.number == number }
    }
    for call in calls {
      guard let verdict = measured.calls[call.number] else {
        unpairedCount += 1
        continue
      }
      let weight = call.native.weight
      guard let index = rows.firstIndex(where: { $0.weight == weight }) else { continue }
      switch (verdict.stubWorks, verdict.fakeWorks) {
      case (false, false): rows[index].required += 1
      case (true, false): rows[index].stub += 1
      case (false, true): rows[index].fake += 1
      case (true, true): rows[index].both += 1
      }
      let isRight = weight.isRight(stubWorks: verdict.stubWorks, fakeWorks: verdict.fakeWorks)
      if isRight == true { rows[index].right += 1 }
      if isRight == false { rows[index].wrong[call.name, default: 0] += 1 }
    }
  }

  /// Predictions of a weight from which on a rate says something.
  private static let enough = 20

  /// The weights whose confidence claims more than was measured.
  public var overconfident: [NativeRecord.Weight] {
    rows.filter {
      $0.count >= Self.enough && $0.weight != .unknown
        && $0.percent < $0.weight.confidence.percentBound
    }.map(\.weight)
  }

  // MARK: Forms

  /// As a table.
  public func text() -> String {
    var table = TextTable([
      ("predicted", .left), ("confidence", .left), ("required", .right), ("stub", .right),
      ("fake", .right), ("both", .right), ("right", .right), ("wrong of", .left),
    ])
    for row in rows where row.count > 0 {
      let wrong = row.wrong.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      table.add([
        row.weight.rawValue, row.weight.confidence.rawValue, "\(row.required)", "\(row.stub)",
        "\(row.fake)", "\(row.both)",
        row.weight == .unknown ? "-" : "\(row.right) of \(row.count), \(row.percent)%",
        wrong.isEmpty ? "-" : wrong.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
      ])
    }
    var text = "Predictions for whole calls of \(programCount) programs, and what was measured\n\n"
    text += table.text
    text += "\n  \(unpairedCount) calls are in a trace or a probe alone\n"
    for weight in overconfident {
      text += "  \(weight.rawValue) claims more than was measured: "
      text += "\(weight.confidence.rawValue) is \(weight.confidence.percentBound)% or more\n"
    }
    return text
  }

  /// As JSON.
  public func json() -> String {
    JSONValue.object([
      ("schema", .string("epimetheus-calibration")), ("schemaVersion", .integer(1)),
      ("programs", .integer(UInt64(programCount))),
      ("unpairedCalls", .integer(UInt64(unpairedCount))),
      (
        "predictions",
        .array(
          rows.filter { $0.count > 0 }.map { row in
            .object([
              ("weight", .string(row.weight.rawValue)),
              ("confidence", .string(row.weight.confidence.rawValue)),
              ("required", .integer(UInt64(row.required))), ("stub", .integer(UInt64(row.stub))),
              ("fake", .integer(UInt64(row.fake))), ("both", .integer(UInt64(row.both))),
              ("right", .integer(UInt64(row.right))),
              (
                "wrong",
                .array(
                  row.wrong.sorted { $0.key < $1.key }.map {
                    .object([("call", .string($0.key)), ("count", .integer(UInt64($0.value)))])
                  })
              ),
            ])
          })
      ),
      ("overconfident", .array(overconfident.map { .string($0.rawValue) })),
    ]).text() + "\n"
  }
}
