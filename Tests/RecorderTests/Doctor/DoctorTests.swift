// SPDX-License-Identifier: BSD-3-Clause

import Recorder
import Testing

@Suite struct DoctorTests {
  @Test func `every finding that is missing says how to get it`() {
    let findings = Doctor.examine()
    #expect(findings.count >= 10)
    for finding in findings {
      #expect(finding.isAvailable == finding.remedy.isEmpty, "\(finding.name)")
      #expect(finding.isAvailable || !finding.detail.isEmpty, "\(finding.name)")
    }
    #expect(Set(findings.map(\.name)).count == findings.count)
  }

  @Test func `what is required comes first and decides`() {
    var findings = Doctor.examine()
    let required = findings.map(\.isRequired)
    #expect(required == required.sorted { $0 && !$1 })
    #expect(Doctor.permits(.linux, in: findings) == ObserveSession.isPermitted)
    for index in findings.indices { findings[index].isAvailable = !findings[index].isRequired }
    #expect(!Doctor.permits(.linux, in: findings) && !Doctor.permits(.hosted, in: findings))
    for index in findings.indices { findings[index].isAvailable = findings[index].isRequired }
    #expect(Doctor.permits(.linux, in: findings) && Doctor.permits(.hosted, in: findings))
  }

  @Test func `examining changes nothing`() {
    let first = Doctor.examine()
    let second = Doctor.examine()
    #expect(first.map(\.isAvailable) == second.map(\.isAvailable))
    #expect(first.map(\.detail) == second.map(\.detail))
  }
}
