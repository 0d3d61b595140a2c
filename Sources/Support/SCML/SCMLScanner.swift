// SPDX-License-Identifier: BSD-3-Clause

/// Words and signs of a file in the System Call Matching Language, with their lines.
///
/// Source: The Asterinas Book, "System Call Matching Language".
struct SCMLScanner {
  enum Token: Equatable {
    case word(String)
    /// One of `( ) { } [ ] < > = | , ;`.
    case sign(UInt8)
    /// `..`
    case rest
    case end
  }

  /// The longest word that makes sense.
  private static var longestWord: Int { 256 }

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  /// The line of `token`, from 1 on.
  private(set) var line = 1
  /// The token that comes next.
  private(set) var token = Token.end
  private var nextLine = 1

  init(_ text: String, path: String) throws(SupportFileError) {
    bytes = [UInt8](text.utf8)
    self.path = path
    try advance()
  }

  /// An error on the line of `token`.
  func error(_ message: String) -> SupportFileError {
    SupportFileError(path: path, line: line, message: message)
  }

  /// What stands there, for an error.
  var found: String {
    switch token {
    case .word(let word): "\"\(word.prefix(40))\""
    case .sign(let sign): "\"\(Unicode.Scalar(sign))\""
    case .rest: "\"..\""
    case .end: "the end of the file"
    }
  }

  /// Takes the sign if it comes next.
  mutating func take(_ sign: Unicode.Scalar) throws(SupportFileError) -> Bool {
    guard token == .sign(UInt8(sign.value)) else { return false }
    try advance()
    return true
  }

  /// Takes the sign; throws where something else comes.
  mutating func expect(
    _ sign: Unicode.Scalar, _ place: String
  ) throws(SupportFileError) {
    if try !take(sign) { throw error("expected \"\(sign)\" \(place), found \(found)") }
  }

  /// Takes a word; throws where something else comes.
  mutating func word(_ what: String) throws(SupportFileError) -> String {
    guard case .word(let word) = token else {
      throw error("expected \(what), found \(found)")
    }
    try advance()
    return word
  }

  /// Goes to the next token.
  mutating func advance() throws(SupportFileError) {
    skipBlanks()
    line = nextLine
    guard position < bytes.count else {
      token = .end
      return
    }
    let byte = bytes[position]
    if Self.isLetter(byte) || Self.isDigit(byte) {
      let start = position
      while position < bytes.count, Self.isLetter(bytes[position]) || Self.isDigit(bytes[position])
      {
        position += 1
      }
      if position - start > Self.longestWord { throw error("a word is too long") }
      token = .word(String(decoding: bytes[start..<position], as: UTF8.self))
      return
    }
    position += 1
    switch byte {
    case 0x28, 0x29, 0x7b, 0x7d, 0x5b, 0x5d, 0x3c, 0x3e, 0x3d, 0x7c, 0x2c, 0x3b:
      token = .sign(byte)
    case 0x2e where position < bytes.count && bytes[position] == 0x2e:
      position += 1
      token = .rest
    default:
      let shown =
        byte > 0x20 && byte < 0x7f ? "\"\(Unicode.Scalar(byte))\"" : "the byte \(byte)"
      throw error("\(shown) has no meaning here")
    }
  }

  /// Goes over blanks and comments from `//` to the end of the line.
  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0a:
        nextLine += 1
        position += 1
      case 0x20, 0x09, 0x0d: position += 1
      case 0x2f where position + 1 < bytes.count && bytes[position + 1] == 0x2f:
        while position < bytes.count, bytes[position] != 0x0a { position += 1 }
      default: return
      }
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte == 0x5f
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
