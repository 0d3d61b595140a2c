// SPDX-License-Identifier: BSD-3-Clause

/// A JSON value whose members keep the order that they are given in. Source: RFC 8259.
package enum JSONValue: Sendable {
  case object([(String, JSONValue)])
  case array([JSONValue])
  case string(String)
  case integer(UInt64)
  /// A number with three decimals, in thousandths. Only written: every report holds integers.
  case thousandths(UInt64)
  case boolean(Bool)
  case null

  /// The highest integer that every reader keeps exactly: 2^53 - 1.
  private static var highestInteger: UInt64 { 1 << 53 - 1 }

  /// A 64-bit number as `0x` and hexadecimal digits.
  package static func hex(_ value: UInt64) -> JSONValue { .string(hexadecimal(value)) }

  /// The string, or null.
  package static func optional(_ string: String?) -> JSONValue {
    string.map { .string($0) } ?? .null
  }

  /// The integer, or null.
  package static func optional(_ value: UInt64?) -> JSONValue {
    value.map { .integer($0) } ?? .null
  }

  /// Bytes as text; what is not printable ASCII is escaped as in a report.
  package static func text(_ bytes: [UInt8]) -> JSONValue { .string(printable(bytes)) }

  /// The object with more members at its end.
  package func adding(_ more: [(String, JSONValue)]) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members + more)
  }

  /// The text of the value, indented by two spaces a level.
  package func text(indent: String = "") -> String {
    let inner = indent + "  "
    switch self {
    case .object(let members):
      if members.isEmpty { return "{}" }
      let lines = members.map { inner + Self.quoted($0) + ": " + $1.text(indent: inner) }
      return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
    case .array(let values):
      if values.isEmpty { return "[]" }
      let lines = values.map { inner + $0.text(indent: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n" + indent + "]"
    case .string(let string): return Self.quoted(string)
    case .integer(let value): return String(min(value, Self.highestInteger))
    case .thousandths(let value):
      let digits = String(1000 + value % 1000)
      return String(value / 1000) + "." + digits.dropFirst()
    case .boolean(let value): return value ? "true" : "false"
    case .null: return "null"
    }
  }

  /// The text of the value on one line.
  package func line() -> String {
    switch self {
    case .object(let members):
      "{" + members.map { Self.quoted($0) + ":" + $1.line() }.joined(separator: ",") + "}"
    case .array(let values): "[" + values.map { $0.line() }.joined(separator: ",") + "]"
    case .string, .integer, .thousandths, .boolean, .null: text()
    }
  }

  private static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
