// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import FoundationEssentials
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
        epimetheus doctor --json | jq '.[] | select(.isAvailable | not)'
      """)

  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let findings = Doctor.examine()
    Console.result(try json ? Self.json(findings) : Self.text(findings))
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

  private static func json(_ findings: [DoctorFinding]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let data = try encoder.encode(findings.map(Finding.init))
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  /// A finding as JSON has it.
  private struct Finding: Encodable {
    let name: String
    let purpose: String
    let isRequired: Bool
    let isAvailable: Bool
    let detail: String
    let remedy: String

    init(_ finding: DoctorFinding) {
      name = finding.name
      purpose = finding.purpose.rawValue
      isRequired = finding.isRequired
      isAvailable = finding.isAvailable
      detail = finding.detail
      remedy = finding.remedy
    }
  }
}
