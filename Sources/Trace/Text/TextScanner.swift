// SPDX-License-Identifier: BSD-3-Clause

/// Reads one line of a text, from left to right.
struct TextScanner {
  private let text: [UInt8]
  private let start: Int
  private let end: Int
  private var at: Int
  /// The number of the line, from 1 on.
  let line: UInt64

  /// The line that begins at `start`; spaces at its end are left out.
  init(_ text: [UInt8], start: Int, end: Int, line: UInt64) {
    self.text = text
    self.start = start
    self.at = start
    var end = end
    while end > start && Self.isSpace(text[end - 1]) { end -= 1 }
    self.end = end
    self.line = line
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x2d: true
    default: false
    }
  }

  /// The byte that comes next; nil at the end of the line.
  var peek: UInt8? { at < end ? text[at] : nil }

  /// Whether nothing but a comment is left.
  var isDone: Bool {
    mutating get {
      skipSpaces()
      return at == end || text[at] == 0x23
    }
  }

  func error(_ message: String) -> TraceError {
    TraceError("column \(at - start + 1): \(message)", at: line)
  }

  mutating func skipSpaces() {
    while at < end && Self.isSpace(text[at]) { at += 1 }
  }

  /// Goes past `literal` if it comes next.
  mutating func accept(_ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    if end - at < count { return false }
    for index in 0..<count where unsafe literal.utf8Start[index] != text[at + index] {
      return false
    }
    at += count
    return true
  }

  mutating func expect(_ literal: StaticString) throws(TraceError) {
    if !accept(literal) { throw error("\(literal) is expected") }
  }

  /// Letters, digits, `_` and `-`; may be empty.
  mutating func word() -> ArraySlice<UInt8> {
    let first = at
    while at < end && Self.isWord(text[at]) { at += 1 }
    return text[first..<at]
  }

  /// A word as the text form has it, or a number of at most 32 bits in its place.
  mutating func code<Word: TextWord>(_ type: Word.Type) throws(TraceError) -> UInt32 {
    skipSpaces()
    if let peek, 0x30...0x39 ~= peek { return try number32() }
    let before = self
    let name = word()
    for candidate in Word.allCases where Self.isEqual(name, candidate.word) {
      return UInt32(candidate.rawValue)
    }
    throw before.error("an unknown word")
  }

  /// Whether the bytes are those of a word.
  static func isEqual(_ name: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
    guard name.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<name.count
    where unsafe name[name.startIndex + index] != word.utf8Start[index] {
      return false
    }
    return true
  }

  /// A number: decimal, with a sign for two's complement, or hexadecimal after `0x`.
  mutating func number() throws(TraceError) -> UInt64 {
    skipSpaces()
    let before = self
    let isNegative = accept("-")
    let radix: UInt64 = accept("0x") ? 16 : 10
    var value: UInt64 = 0
    var count = 0
    while let peek, let digit = Self.digit(peek), digit < radix {
      let (product, isLong) = value.multipliedReportingOverflow(by: radix)
      let (sum, isLonger) = product.addingReportingOverflow(digit)
      if isLong || isLonger { throw before.error("a number exceeds 64 bits") }
      value = sum
      at += 1
      count += 1
    }
    if count == 0 { throw before.error("a number is expected") }
    if isNegative {
      if value > 1 << 63 { throw before.error("a number is less than 64 bits hold") }
      return 0 &- value
    }
    return value
  }

  mutating func number32() throws(TraceError) -> UInt32 {
    let before = self
    let value = try number()
    guard value <= UInt64(UInt32.max) else { throw before.error("a number exceeds 32 bits") }
    return UInt32(value)
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case 0x30...0x39: UInt64(byte - 0x30)
    case 0x61...0x66: UInt64(byte - 0x57)
    case 0x41...0x46: UInt64(byte - 0x37)
    default: nil
    }
  }

  /// Words of bits, or numbers, with `separator` between them, each ORed to the rest.
  mutating func bits(_ words: TextBits, separator: UInt8) throws(TraceError) -> UInt32 {
    var value: UInt32 = 0
    while true {
      skipSpaces()
      if let peek, 0x30...0x39 ~= peek {
        value |= try number32()
      } else {
        value |= try bit(words)
      }
      if separator == 0x20 {
        skipSpaces()
        guard let peek, Self.isWord(peek) else { return value }
      } else {
        guard peek == separator else { return value }
        at += 1
      }
    }
  }

  private mutating func bit(_ words: TextBits) throws(TraceError) -> UInt32 {
    let before = self
    let name = word()
    var index = 0
    while let word = words.word(index) {
      if Self.isEqual(name, word) { return 1 << UInt32(index) }
      index += 1
    }
    throw before.error("an unknown word")
  }

  /// Bytes in quotes or after `hex:`; nil if neither comes next.
  mutating func bytes() throws(TraceError) -> [UInt8]? {
    skipSpaces()
    if accept("hex:") { return try hexBytes() }
    if !accept("\"") { return nil }
    let before = self
    var bytes: [UInt8] = []
    while at < end {
      let byte = text[at]
      at += 1
      switch byte {
      case 0x22: return bytes
      case 0x5c: bytes.append(try escape())
      default: bytes.append(byte)
      }
    }
    throw before.error("the quotes are not closed")
  }

  private mutating func hexBytes() throws(TraceError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let peek, Self.digit(peek) != nil { bytes.append(try hexByte()) }
    return bytes
  }

  private mutating func hexByte() throws(TraceError) -> UInt8 {
    guard at + 1 < end, let high = Self.digit(text[at]), let low = Self.digit(text[at + 1]) else {
      throw error("two hexadecimal digits are expected")
    }
    at += 2
    return UInt8(high << 4 | low)
  }

  private mutating func escape() throws(TraceError) -> UInt8 {
    let byte = peek ?? 0
    at += 1
    switch byte {
    case 0x22, 0x5c: return byte
    case 0x6e: return 0x0a
    case 0x74: return 0x09
    case 0x72: return 0x0d
    case 0x30: return 0
    case 0x78: return try hexByte()
    default:
      at -= 1
      throw error("an unknown escape")
    }
  }
}
