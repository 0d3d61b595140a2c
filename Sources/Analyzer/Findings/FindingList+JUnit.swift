// SPDX-License-Identifier: BSD-3-Clause

extension FindingList {
  /// The findings as JUnit XML: a test case for each, and for each check without a finding. What
  /// was known or is suppressed is skipped. No times: the same findings give the same bytes.
  public func junit() -> String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let failures = findings.count { $0.standing == .new && $0.fails }
    let skipped = findings.count { $0.standing != .new } + unlooked.count
    let count = findings.count + passed.count + unlooked.count
    let counts =
      "tests=\"\(count)\" failures=\"\(failures)\" errors=\"0\" "
      + "skipped=\"\(skipped)\""
    text += "<testsuites name=\"epimetheus\" \(counts)>\n"
    text += "  <testsuite name=\(Self.attribute(title)) \(counts)>\n"
    for name in passed {
      text += "    <testcase classname=\"epimetheus\" name=\(Self.attribute(name))/>\n"
    }
    for (name, reason) in unlooked {
      text += "    <testcase classname=\"epimetheus\" name=\(Self.attribute(name))>\n"
      text += "      <skipped message=\(Self.attribute("not looked at: " + reason))/>\n"
      text += "    </testcase>\n"
    }
    for finding in findings { text += Self.testCase(finding) }
    return text + "  </testsuite>\n</testsuites>\n"
  }

  private static func testCase(_ finding: Finding) -> String {
    let name = finding.subject + " " + finding.fingerprint
    let head =
      "    <testcase classname=\(attribute("epimetheus." + finding.rule.id))"
      + " name=\(attribute(name))>"
    let body: String
    switch finding.standing {
    case .new where finding.fails:
      body =
        "<failure type=\(attribute(finding.rule.id)) message=\(attribute(finding.title))>"
        + escaped(finding.text) + "</failure>"
    case .new: body = "<system-out>" + escaped(finding.text) + "</system-out>"
    case .known: body = "<skipped message=\"known: the baseline has it\"/>"
    case .suppressed(let reason):
      body = "<skipped message=\(attribute("suppressed: " + reason))/>"
    }
    return head + "\n      " + body + "\n    </testcase>\n"
  }

  private static func attribute(_ text: String) -> String { "\"" + escaped(text) + "\"" }

  /// Text without what XML gives a meaning, and without characters that XML does not have.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff:
        result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
