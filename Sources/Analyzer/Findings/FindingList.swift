// SPDX-License-Identifier: BSD-3-Clause

/// The findings of a report, for formats that other programs read.
public struct FindingList: Sendable {
  /// What was looked at, on a line.
  public var title: String
  /// The findings, in the order of the report.
  public var findings: [Finding]
  /// What was looked at without a finding.
  public var passed: [String] = []
  /// What could not be looked at, and why: not passed.
  public var unlooked: [(name: String, reason: String)] = []
  /// Findings that were too many to keep: a report with any fails, whatever was known before.
  public var unkeptCount: UInt64 = 0

  /// Whether the exit code is 1.
  public var fails: Bool {
    unkeptCount > 0 || findings.contains { $0.fails && $0.standing == .new }
  }

  /// Marks what an earlier report had.
  public mutating func apply(_ baseline: Baseline) {
    for index in findings.indices where findings[index].standing == .new {
      let whole = findings[index].wholeFingerprint.map(baseline.contains) ?? false
      if whole || baseline.contains(findings[index].fingerprint) {
        findings[index].standing = .known
      }
    }
  }

  /// Marks what is put up with on that day.
  public mutating func apply(_ suppressions: Suppressions) {
    for index in findings.indices {
      guard let reason = suppressions.reason(for: findings[index].fingerprint) else { continue }
      findings[index].standing = .suppressed(reason: reason)
    }
  }

  /// The kinds of the findings, each once, in order of appearance.
  var rules: [FindingRule] {
    findings.reduce(into: []) { rules, finding in
      if !rules.contains(finding.rule) { rules.append(finding.rule) }
    }
  }

  /// A section of a report as text: what is new, known and suppressed.
  public var standingText: String {
    var text = Report.heading("Known before, and suppressed")
    let new = findings.filter { $0.standing == .new }
    text += Report.line("new", new.map(\.fingerprint).joined(separator: " "))
    let known = findings.filter { $0.standing == .known }
    text += Report.line("known", known.map(\.fingerprint).joined(separator: " "))
    for finding in findings {
      guard case .suppressed(let reason) = finding.standing else { continue }
      text += Report.line("suppr.", finding.fingerprint + " " + reason)
    }
    return text
  }

  /// The members that a report as JSON has in addition.
  var standingJSON: [(String, JSONValue)] {
    let known = findings.filter { $0.standing == .known }.map { JSONValue.string($0.fingerprint) }
    let suppressed = findings.compactMap { finding -> JSONValue? in
      guard case .suppressed(let reason) = finding.standing else { return nil }
      return .object([
        ("fingerprint", .string(finding.fingerprint)), ("reason", .string(reason)),
      ])
    }
    return [("known", .array(known)), ("suppressed", .array(suppressed))]
  }
}

/// The fingerprints that an earlier report had.
public struct Baseline: Sendable {
  private var fingerprints: Set<String> = []

  /// Reads a report as JSON: of a comparison, or of support.
  ///
  /// - Throws: `ReportFileError` for what is neither.
  public init(parsing text: String) throws(ReportFileError) {
    let report = try ReportFile(parsing: text)
    fingerprints = Set(
      report.entries.filter { $0.value["isFinding"]?.boolean != false }.map(\.fingerprint))
  }

  /// Whether the finding was there.
  public func contains(_ fingerprint: String) -> Bool { fingerprints.contains(fingerprint) }
}
