// SPDX-License-Identifier: BSD-3-Clause

extension FindingList {
  /// The findings as SARIF 2.1.0 (OASIS). `version`: of the tool.
  ///
  /// The place of a finding is the trace, whose events are no lines: the event stands among the
  /// properties. Where in the program it was asked first is a related location: the file that was
  /// mapped, the instruction, the function. Fingerprints are those of every other format.
  public func sarif(version: String) -> String {
    let rules = rules
    let driver: JSONValue = .object([
      ("name", .string("epimetheus")),
      ("version", .string(version)),
      ("rules", .array(rules.map(Self.ruleJSON))),
    ])
    let run: JSONValue = .object([
      ("tool", .object([("driver", driver)])),
      ("results", .array(findings.map { Self.resultJSON($0, rules) })),
      ("columnKind", .string("utf16CodeUnits")),
    ])
    return JSONValue.object([
      ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
      ("version", .string("2.1.0")),
      ("runs", .array([run])),
    ]).text() + "\n"
  }

  private static func ruleJSON(_ rule: FindingRule) -> JSONValue {
    .object([
      ("id", .string(rule.id)),
      ("shortDescription", .object([("text", .string(rule.meaning))])),
    ])
  }

  private static func resultJSON(_ finding: Finding, _ rules: [FindingRule]) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("ruleId", .string(finding.rule.id)),
      ("ruleIndex", .integer(UInt64(rules.firstIndex(of: finding.rule) ?? 0))),
      ("level", .string(finding.level.rawValue)),
      ("message", .object([("text", .string(finding.text))])),
      ("locations", .array([locationJSON(finding)])),
      (
        "partialFingerprints",
        .object([("epimetheus/v1", .string(finding.fingerprint))])
      ),
      ("occurrenceCount", .integer(max(1, min(finding.count, UInt64(Int32.max))))),
      ("baselineState", .string(finding.standing == .known ? "unchanged" : "new")),
      (
        "properties",
        .object([("event", .optional(finding.event)), ("count", .integer(finding.count))])
      ),
    ]
    if let place = finding.place {
      members.append(("relatedLocations", .array([placeJSON(place)])))
    }
    if case .suppressed(let reason) = finding.standing {
      members.append(
        (
          "suppressions",
          .array([
            .object([("kind", .string("external")), ("justification", .string(reason))])
          ])
        ))
    }
    return .object(members)
  }

  private static func locationJSON(_ finding: Finding) -> JSONValue {
    .object([
      (
        "physicalLocation",
        .object([
          ("artifactLocation", .object([("uri", .string(uri(finding.trace)))])),
          ("region", .object([("startLine", .integer(1))])),
        ])
      ),
      (
        "logicalLocations",
        .array([
          .object([("name", .string(finding.subject)), ("kind", .string("function"))])
        ])
      ),
    ])
  }

  /// A place in the code of a program, which no line of a source stands for.
  private static func placeJSON(_ place: CodePlace) -> JSONValue {
    var physical: [(String, JSONValue)] = []
    if let file = place.file {
      let path = printable(file.name)
      let scheme = path.hasPrefix("/") ? "file://" : ""
      physical.append(("artifactLocation", .object([("uri", .string(scheme + uri(path)))])))
      if file.offset < 1 << 53 {
        physical.append(("region", .object([("byteOffset", .integer(file.offset))])))
      }
    }
    var address: [(String, JSONValue)] = []
    if place.address < 1 << 53 { address.append(("absoluteAddress", .integer(place.address))) }
    address.append(("kind", .string("instruction")))
    address.append(("fullyQualifiedName", .string(place.text)))
    physical.append(("address", .object(address)))
    var members: [(String, JSONValue)] = [
      ("id", .integer(1)), ("physicalLocation", .object(physical)),
      ("message", .object([("text", .string("where the program asked for it first"))])),
    ]
    if let function = place.function {
      let location: JSONValue = .object([
        ("name", .string(printable(function.name))), ("kind", .string("function")),
      ])
      members.append(("logicalLocations", .array([location])))
    }
    return .object(members)
  }

  /// A path as a URI reference: what RFC 3986 gives a meaning is escaped.
  private static func uri(_ path: String) -> String {
    var text = ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x2f, 0x5f, 0x7e:
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return text
  }
}
