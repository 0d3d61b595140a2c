// SPDX-License-Identifier: BSD-3-Clause

extension FindingList {
  /// The findings as Markdown, for a comment on a change.
  public func markdown() -> String {
    var text = "## epimetheus: " + Self.markdown(title) + "\n\n"
    let new = findings.count { $0.standing == .new }
    let known = findings.count { $0.standing == .known }
    text += "\(new) new, \(known) known, \(findings.count - new - known) suppressed; "
    text += "without a finding: \(passed.count)\n"
    for (name, reason) in unlooked {
      text += "\nNot looked at: \(name), \(Self.markdown(reason)).\n"
    }
    if findings.isEmpty { return text }
    text += "\n| | finding | about | count | fingerprint |\n|---|---|---|--:|---|\n"
    for finding in findings {
      let standing =
        switch finding.standing {
        case .new: finding.level.rawValue
        case .known: "known"
        case .suppressed: "suppressed"
        }
      text += "| \(standing) | \(Self.markdown(finding.title)) | \(finding.rule.id) "
      text += "| \(finding.count) | `\(finding.fingerprint)` |\n"
    }
    for finding in findings where finding.standing == .new {
      text += "\n<details><summary>" + Self.markdown(finding.title) + "</summary>\n\n```\n"
      // A fence inside would end the block.
      text += finding.text.replacing("```", with: "` ` `") + "\n```\n\n</details>\n"
    }
    return text
  }

  private static func markdown(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "|", "`", "*", "_", "[", "]", "\\", "#", "@", "~": result += "\\" + String(character)
      case "\n": result += " "
      default: result.append(character)
      }
    }
    return result
  }

  /// A command line of GitHub's runner for each new finding.
  public func gitHubAnnotations() -> String {
    findings.filter { $0.standing == .new }.map { finding in
      let command =
        switch finding.level {
        case .error: "error"
        case .warning: "warning"
        case .note: "notice"
        }
      return "::\(command) file=\(Self.property(finding.trace)),title="
        + Self.property(finding.rule.id + " " + finding.fingerprint) + "::"
        + Self.message(finding.text) + "\n"
    }.joined()
  }

  private static func message(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func property(_ text: String) -> String {
    message(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }

  /// The new findings as a Code Quality report of GitLab.
  public func gitLabReport() -> String {
    JSONValue.array(
      findings.filter { $0.standing == .new }.map { finding in
        let severity =
          switch finding.level {
          case .error: "major"
          case .warning: "minor"
          case .note: "info"
          }
        return .object([
          ("description", .string(finding.title)),
          ("check_name", .string(finding.rule.id)),
          ("fingerprint", .string(finding.fingerprint)),
          ("severity", .string(severity)),
          (
            "location",
            .object([
              ("path", .string(finding.trace)),
              ("lines", .object([("begin", .integer(1))])),
            ])
          ),
        ])
      }
    ).text() + "\n"
  }

  /// The findings as JSON Lines: a line that says what this is, then one for each finding.
  public func jsonLines() -> String {
    let head: JSONValue = .object([
      ("schema", .string("epimetheus-findings")), ("schemaVersion", .integer(1)),
      ("title", .string(title)), ("findings", .integer(UInt64(findings.count))),
      ("unkept", .integer(unkeptCount)), ("fails", .boolean(fails)),
    ])
    let lines = findings.map { finding -> JSONValue in
      let (standing, reason): (String, String?) =
        switch finding.standing {
        case .new: ("new", nil)
        case .known: ("known", nil)
        case .suppressed(let reason): ("suppressed", reason)
        }
      return .object([
        ("fingerprint", .string(finding.fingerprint)),
        ("rule", .string(finding.rule.id)),
        ("level", .string(finding.level.rawValue)),
        ("subject", .string(finding.subject)),
        ("title", .string(finding.title)),
        ("details", .array(finding.details.map { .string($0) })),
        ("trace", .string(finding.trace)),
        ("event", .optional(finding.event)),
        ("count", .integer(finding.count)),
        ("fails", .boolean(finding.fails)),
        ("standing", .string(standing)),
        ("reason", .optional(reason)),
      ])
    }
    return ([head] + lines).map { $0.line() + "\n" }.joined()
  }
}
