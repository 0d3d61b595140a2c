// SPDX-License-Identifier: BSD-3-Clause

extension JSONValue {
  /// A text that is no JSON.
  package struct ParseError: Error, Sendable {
    /// What is wrong.
    package var message: String
    /// The line, from 1 on.
    package var line: Int
  }

  /// Reads a value. Source: RFC 8259. Of numbers only those are kept that this type can hold:
  /// integers from 0 on.
  package init(parsing text: String) throws(ParseError) {
    var parser = JSONParser(bytes: [UInt8](text.utf8))
    self = try parser.whole()
  }

  /// The member of an object; nil where there is none, or this is no object.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.0 == name }?.1
  }

  /// The elements of an array; none where this is not one.
  package var elements: [JSONValue] {
    guard case .array(let values) = self else { return [] }
    return values
  }

  /// The string, nil for what is none.
  package var string: String? {
    guard case .string(let string) = self else { return nil }
    return string
  }

  /// The integer, nil for what is none.
  package var integer: UInt64? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The truth value, nil for what is none.
  package var boolean: Bool? {
    guard case .boolean(let value) = self else { return nil }
    return value
  }
}

/// Reads one JSON text, byte by byte.
private struct JSONParser {
  private static var depthLimit: Int { 128 }
  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func whole() throws(JSONValue.ParseError) -> JSONValue {
    let value = try value(depth: 0)
    skipBlanks()
    if position < bytes.count { throw error("something follows the value") }
    return value
  }

  private func error(_ message: String) -> JSONValue.ParseError {
    let line = 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0a }
    return JSONValue.ParseError(message: message, line: line)
  }

  private mutating func skipBlanks() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(sign.value) else { return false }
    position += 1
    return true
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - position >= count,
      (0..<count).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { return false }
    position += count
    return true
  }

  private mutating func value(depth: Int) throws(JSONValue.ParseError) -> JSONValue {
    if depth > Self.depthLimit { throw error("values are nested too deep") }
    skipBlanks()
    if take("{" as Unicode.Scalar) { return try object(depth: depth) }
    if take("[" as Unicode.Scalar) { return try array(depth: depth) }
    if take("\"" as Unicode.Scalar) { return .string(try string()) }
    if take("true" as StaticString) { return .boolean(true) }
    if take("false" as StaticString) { return .boolean(false) }
    if take("null" as StaticString) { return .null }
    return try number()
  }

  private mutating func object(depth: Int) throws(JSONValue.ParseError) -> JSONValue {
    var members: [(String, JSONValue)] = []
    skipBlanks()
    if take("}" as Unicode.Scalar) { return .object([]) }
    repeat {
      skipBlanks()
      guard take("\"" as Unicode.Scalar) else { throw error("expected the name of a member") }
      let name = try string()
      skipBlanks()
      guard take(":" as Unicode.Scalar) else { throw error("expected \":\" behind a name") }
      members.append((name, try value(depth: depth + 1)))
      skipBlanks()
    } while take("," as Unicode.Scalar)
    guard take("}" as Unicode.Scalar) else { throw error("expected \"}\" or \",\"") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONValue.ParseError) -> JSONValue {
    var values: [JSONValue] = []
    skipBlanks()
    if take("]" as Unicode.Scalar) { return .array([]) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipBlanks()
    } while take("," as Unicode.Scalar)
    guard take("]" as Unicode.Scalar) else { throw error("expected \"]\" or \",\"") }
    return .array(values)
  }

  private mutating func number() throws(JSONValue.ParseError) -> JSONValue {
    var value: UInt64 = 0
    let start = position
    while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[position] - 0x30))
      if overflow || carry { throw error("a number is beyond 64 bits") }
      value = sum
      position += 1
    }
    if position == start { throw error("expected a value") }
    if position < bytes.count, [0x2e, 0x65, 0x45].contains(bytes[position]) {
      throw error("a number is no integer")
    }
    return .integer(value)
  }

  private mutating func string() throws(JSONValue.ParseError) -> String {
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case 0x22:
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        return string
      case 0x5c: text += try escape()
      case 0..<0x20: throw error("a string holds a control character")
      default: text.append(byte)
      }
    }
    throw error("a string does not end")
  }

  private mutating func escape() throws(JSONValue.ParseError) -> [UInt8] {
    guard position < bytes.count else { throw error("a string does not end") }
    position += 1
    switch bytes[position - 1] {
    case 0x22: return [0x22]
    case 0x5c: return [0x5c]
    case 0x2f: return [0x2f]
    case 0x62: return [0x08]
    case 0x66: return [0x0c]
    case 0x6e: return [0x0a]
    case 0x72: return [0x0d]
    case 0x74: return [0x09]
    case 0x75: return Array(String(try escapedScalar()).utf8)
    default: throw error("an escape has no meaning")
    }
  }

  private mutating func escapedScalar() throws(JSONValue.ParseError) -> Character {
    var code = try fourDigits()
    if (0xd800..<0xdc00).contains(code), take("\\u" as StaticString) {
      let low = try fourDigits()
      guard (0xdc00..<0xe000).contains(low) else { throw error("half of a character stands alone") }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw error("half of a character stands alone") }
    return Character(scalar)
  }

  private mutating func fourDigits() throws(JSONValue.ParseError) -> UInt32 {
    guard bytes.count - position >= 4,
      let text = String(validating: bytes[position..<position + 4], as: UTF8.self),
      text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16)
    else { throw error("expected four hexadecimal digits") }
    position += 4
    return value
  }
}
