// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import Foundation
import LinuxABI
import Testing
import Trace

/// Findings in the forms that other programs read, known ones and suppressed ones among them.
struct FindingTests {
  private static func list() throws -> FindingList {
    var list = try ReportTests.report().findings
    let known = list.findings[3].fingerprint
    let suppressed = list.findings[4].fingerprint
    list.apply(
      try Suppressions(
        parsing: "# why\n\n\(suppressed) 2026-12-31 a <known> \"bug\" & \u{1b} more\n",
        today: "2026-12-31"))
    list.apply(
      try Baseline(
        parsing: "{\"schema\":\"epimetheus-report\",\"schemaVersion\":1,"
          + "\"divergences\":[{\"fingerprint\":\"\(known)\",\"subject\":\"x\"}]}"))
    return list
  }

  @Test(arguments: ["junit.xml", "sarif.json", "markdown.md", "github.txt", "gitlab.json", "jsonl"])
  func `each form is as it was`(form: String) throws {
    let list = try Self.list()
    let text =
      switch form {
      case "junit.xml": list.junit()
      case "sarif.json": list.sarif(version: "0.1.0")
      case "markdown.md": list.markdown()
      case "github.txt": list.gitHubAnnotations()
      case "gitlab.json": list.gitLabReport()
      default: list.jsonLines()
      }
    try expectGolden("findings-" + form, text)
    let values =
      form == "jsonl"
      ? text.split(separator: "\n").map(String.init) : form.hasSuffix("json") ? [text] : []
    for value in values { _ = try JSONSerialization.jsonObject(with: Data(value.utf8)) }
  }

  @Test func `a list of findings fails where the report has some, and where some were not kept`()
    throws
  {
    for scope in [Report.Scope.full, .differences] {
      let report = try ReportTests.report(scope)
      #expect(report.hasFindings)
      #expect(report.findings.fails)
    }
    let same = Script { $0.call(.getpid, result: 5) }
    let source = Report.Source(name: "a")
    var report = Report(diff: try diff(same, same), left: source, right: source)
    #expect(!report.findings.fails)
    report.diff.statistics.unkeptDivergenceCount = 1
    #expect(report.findings.fails)
    #expect(report.hasFindings)
  }

  @Test func `what an earlier report has does not fail, what is new does`() throws {
    let report = try ReportTests.report()
    var list = report.findings
    list.apply(try Baseline(parsing: report.json()))
    #expect(!list.fails)
    #expect(list.findings.allSatisfy { $0.standing == .known })
    var other = report.findings
    let lines = report.json().replacing(other.findings[0].fingerprint, with: "0123456789abcdef")
    other.apply(try Baseline(parsing: lines))
    #expect(other.fails)
    #expect(other.findings.count { $0.standing == .new } == 1)
  }

  @Test func `what was missing whole is known when a part of it is missing`() throws {
    let run = SupportReportTests.run()
    let report = try SupportReportTests.report(run)
    var partial = report.findings(failing: .missing)
    #expect(partial.fails)
    let whole = report.rows.map {
      let fingerprint = String(format: "%016llx", $0.fingerprint)
      return "{\"call\":\"x\",\"state\":\"missing\",\"fingerprint\":\"\(fingerprint)\"}"
    }
    partial.apply(
      try Baseline(
        parsing: "{\"schema\":\"epimetheus-support\",\"schemaVersion\":1,\"calls\":["
          + whole.joined(separator: ",") + "]}"))
    #expect(partial.findings.count { $0.standing == .known } >= 5)
    #expect(partial.findings.contains { $0.subject == "setsockopt" && $0.standing == .known })
  }

  @Test func `what cannot be looked at has not passed`() throws {
    let same = Script { $0.call(.getpid, result: 5) }
    let source = Report.Source(name: "a")
    let report = Report(diff: try diff(same, same, unseen: [.faults]), left: source, right: source)
    #expect(!report.findings.passed.contains("faultOutcome"))
    #expect(report.findings.unlooked.contains { $0.name == "faultOutcome" })
    #expect(report.findings.junit().contains("not looked at: page faults were not seen"))
  }

  @Test(arguments: [
    ("88a4d1a39cb53070", "line 1: expected the last day"), ("\n\nxyz 2026-01-01 r", "line 3"),
    ("88a4d1a39cb53070 2026-13-01 r", "line 1"), ("88a4d1a39cb53070 26-1-1 r", "line 1"),
    ("88a4d1a39cb53070 2026-12-01", "a reason"), ("88a4d1a39cb5307 2026-12-01 r", "16 digits"),
  ])
  func `a suppression without a day or a reason is refused`(text: String, message: String) throws {
    let error = #expect(throws: ReportFileError.self) {
      try Suppressions(parsing: text, today: "2026-01-01")
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `a suppression ends with its day, and says so`() throws {
    let text = "88A4d1a39cb53070 2026-02-28 because\n"
    let last = try Suppressions(parsing: text, today: "2026-02-28")
    #expect(last.reason(for: "88a4d1a39cb53070") == "because")
    #expect(last.notes.isEmpty)
    let after = try Suppressions(parsing: text, today: "2026-03-01")
    #expect(after.reason(for: "88a4d1a39cb53070") == nil)
    #expect(after.notes.count == 1)
    for (second, day): (UInt64, String) in [
      (0, "1970-01-01"), (951_782_400, "2000-02-29"), (1_709_251_199, "2024-02-29"),
      (1_709_251_200, "2024-03-01"), (4_102_444_799, "2099-12-31"), (.max, "9999-12-31"),
    ] {
      #expect(Suppressions.day(ofSecond: second) == day)
    }
  }

  @Test func `every finding of a report can be explained`() throws {
    let report = try ReportTests.report()
    let explanation = try Explanation(report)
    let again = try Explanation(parsing: report.json())
    #expect(explanation.fingerprints.count >= 12)
    for (fingerprint, subject) in explanation.fingerprints {
      let text = try #require(explanation.text(fingerprint))
      #expect(text == again.text(fingerprint))
      #expect(text.contains(subject))
      for line in text.split(separator: "\n") { #expect(line.count <= 100) }
    }
    let access = try #require(explanation.fingerprints.first { $0.subject == "access" })
    let text = try #require(explanation.text(access.fingerprint))
    #expect(text.contains("access(2), ERRORS: The file, or a directory on the way"))
    #expect(text.contains("event"))
    #expect(explanation.text("") == nil)
    #expect(explanation.text("zz") == nil)
    let support = try SupportReportTests.report(SupportReportTests.run())
    let words = try Explanation(parsing: support.json())
    let socket = try #require(words.fingerprints.first { $0.subject == "setsockopt" })
    #expect(words.text(socket.fingerprint)?.contains("TCP_NODELAY") == true)
  }

  @Test(arguments: [
    "", "{}", "[1", "{\"schema\":\"epimetheus-report\",\"schemaVersion\":2}", "nul",
  ])
  func `what is no report is no baseline`(text: String) {
    #expect(throws: ReportFileError.self) { try Baseline(parsing: text) }
  }
}
