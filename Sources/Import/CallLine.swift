// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// A line `name(arguments) = result` in its parts: what strace(1) and Unikraft have in common.
struct CallLine {
  /// Which call it is.
  var number: SystemCallNumber
  /// What stands between the parentheses.
  var inside: ByteText
  /// The same, cut at the commas that part arguments.
  var arguments: [ByteText]
  /// What stands behind the `=`; nil where the line ends before.
  var result: ByteText?
}

extension CallLine {
  /// The parts of a call whose name is `name` and what stands behind `name(` is `rest`; nil where
  /// no parenthesis closes it or no `=` follows.
  init?(_ number: SystemCallNumber, rest: ByteText, _ dialect: Dialect) {
    var scanner = ArgumentScanner(rest, dialect)
    guard scanner.scan(), let close = scanner.close else { return nil }
    self.number = number
    inside = rest[..<close].trimmed
    arguments = scanner.arguments
    var tail = rest[(close + 1)...].trimmed
    guard tail.accept("=") else { return nil }
    result = tail.trimmed
  }

  /// A call of which only a beginning is there.
  init(cut number: SystemCallNumber, rest: ByteText, _ dialect: Dialect) {
    var scanner = ArgumentScanner(rest, dialect)
    _ = scanner.scan()
    self.number = number
    inside = rest.trimmed
    // The last one may go on.
    arguments = scanner.close == nil ? [ByteText](scanner.arguments.dropLast()) : scanner.arguments
    result = nil
  }
}

/// Finds the commas between arguments and the parenthesis that closes them.
struct ArgumentScanner {
  private let text: ByteText
  private let dialect: Dialect
  private var at: Int
  private var start: Int
  /// The arguments, without spaces around them.
  private(set) var arguments: [ByteText] = []
  /// Where the closing parenthesis stands.
  private(set) var close: Int?

  init(_ text: ByteText, _ dialect: Dialect) {
    self.text = text
    self.dialect = dialect
    at = text.startIndex
    start = at
  }

  /// Goes to the closing parenthesis; false where there is none.
  mutating func scan() -> Bool {
    var depth = 0
    while at < text.endIndex {
      switch text[at] {
      case 0x22: skipQuoted()
      case 0x28, 0x5b, 0x7b: depth += 1
      case 0x5d, 0x7d: depth = max(0, depth - 1)
      case 0x29:
        if depth == 0 {
          endArgument()
          close = at
          return true
        }
        depth -= 1
      case 0x2c where depth == 0: endArgument()
      case 0x2f where text[at...].begins("/*"): skipComment()
      case 0x3c where dialect == .strace: skipDecoration()
      default: break
      }
      at += 1
    }
    endArgument()
    return false
  }

  private mutating func endArgument() {
    let argument = text[start..<min(at, text.endIndex)].trimmed
    if arguments.isEmpty, !argument.isEmpty { arguments.reserveCapacity(6) }
    if !argument.isEmpty || !arguments.isEmpty { arguments.append(argument) }
    start = at + 1
  }

  /// To the quote that ends it. Unikraft writes text as it is, so there a quote ends it only
  /// before what may follow an argument.
  private mutating func skipQuoted() {
    at += 1
    while at < text.endIndex {
      if dialect == .strace, text[at] == 0x5c {
        at += 2
        continue
      }
      if text[at] == 0x22 {
        if dialect == .strace || at + 1 >= text.endIndex { return }
        var behind = text[(at + 1)...]
        _ = behind.accept("...")
        if behind.begins(", ") || behind.begins(") = ") || behind.begins("}") { return }
      }
      at += 1
    }
  }

  private mutating func skipComment() {
    guard let end = text[(at + 2)...].find("*/") else { return }
    at = end + 1
  }

  /// To the end of what `-y` says of a descriptor: `3</a,b>`, `4<TCP:[1.2.3.4:5->6.7.8.9:10]>`.
  private mutating func skipDecoration() {
    guard at > text.startIndex else { return }
    let before = text[at - 1]
    guard 0x30...0x39 ~= before || before == 0x44 else { return }
    var end = at + 1
    while end < text.endIndex, text[end] != 0x3e || text[end - 1] == 0x2d { end += 1 }
    if end < text.endIndex { at = end }
  }
}
