// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import Recorder

/// `epimetheus doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what this machine can record, what is missing, and how to get it.",
    discussion: """
      Exits with 1 if something is missing that recording needs.

      EXAMPLES
        epimetheus doctor
        epimetheus doctor --json | jq '.findings[] | select(.isAvailable | not)'
      """)

  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let findings = Doctor.examine()
    Console.result(json ? Self.json(findings) : Self.text(findings))
    if findings.contains(where: { !$0.isAvailable && $0.isRequired }) {
      throw ExitCode(ExitStatusCode.findings)
    }
  }

  private static func text(_ findings: [DoctorFinding]) -> String {
    let width = findings.map(\.name.count).max() ?? 0
    var text = ""
    for purpose in DoctorFinding.Purpose.allCases {
      let verdict = Doctor.permits(purpose, in: findings) ? "can" : "cannot"
      text += "This machine \(verdict) epimetheus \(purpose.rawValue).\n"
    }
    for finding in findings {
      let name = finding.name + String(repeating: " ", count: width - finding.name.count)
      let answer = finding.isAvailable ? "yes" : finding.isRequired ? "NO " : "no "
      text += "\(answer)  \(name)  \(finding.detail)\n"
      if !finding.isAvailable, !finding.remedy.isEmpty { text += "     to do: \(finding.remedy)\n" }
    }
    return text
  }

  private static func json(_ findings: [DoctorFinding]) -> String {
    JSONValue.object([
      ("schema", .string("epimetheus-doctor")), ("schemaVersion", .integer(1)),
      (
        "purposes",
        .array(
          DoctorFinding.Purpose.allCases.map {
            .object([
              ("purpose", .string($0.rawValue)),
              ("isPermitted", .boolean(Doctor.permits($0, in: findings))),
            ])
          })
      ),
      (
        "findings",
        .array(
          findings.map {
            .object([
              ("name", .string($0.name)), ("purpose", .string($0.purpose.rawValue)),
              ("isRequired", .boolean($0.isRequired)), ("isAvailable", .boolean($0.isAvailable)),
              ("detail", .string($0.detail)), ("remedy", .string($0.remedy)),
            ])
          })
      ),
    ]).text() + "\n"
  }
}
