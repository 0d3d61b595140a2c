// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// What the text of an argument tells.
struct ArgumentText {
  /// The value in the register; nil where the text does not tell it.
  var value: UInt64?
  /// Bytes behind the address, from its first on.
  var content: [UInt8]?
  /// Whether more bytes follow those of `content`.
  var isCut = false
  /// Fields of the structure behind the address: where they lie, and their bytes.
  var fields: [(offset: Int, bytes: [UInt8])] = []
  /// Whether value and content are all that the text says, so that it can be written again.
  var isExact = true

  /// Text that tells nothing that a value could hold.
  static var untold: ArgumentText { ArgumentText(isExact: false) }
}

/// Reads the texts of arguments.
struct ArgumentReader {
  var names = NameTables()
  let dialect: Dialect

  init(_ dialect: Dialect) { self.dialect = dialect }

  /// What `text` tells of an argument of this kind.
  mutating func read(_ text: ByteText, _ argument: SystemCallArgument) -> ArgumentText {
    let kind = argument.kind
    if dialect == .unikraft { return readUnikraft(text, argument) }
    if text.isEmpty || text.begins("<") { return .untold }
    if text.isText("NULL") { return ArgumentText(value: 0) }
    if text.first == 0x22 {
      guard let (bytes, rest) = Self.quoted(text) else { return .untold }
      return Self.text(bytes, kind, rest)
    }
    // A list, a structure, what a set lacks, what is behind a number, an abstract name.
    if let first = text.first, [0x5b, 0x7b, 0x7e, 0x26, 0x40].contains(first) {
      var told = ArgumentText.untold
      if first == 0x7b { told.fields = StructureText.fields(text, kind) }
      return told
    }
    let (bare, isBare) = Self.withoutRemarks(text)
    guard let value = value(bare, kind) else { return .untold }
    return ArgumentText(value: value, isExact: isBare)
  }

  /// Bytes in quotes and what follows them; text has a NUL at its end that is not written.
  static func text(_ bytes: [UInt8], _ kind: ArgumentKind, _ rest: ByteText) -> ArgumentText {
    let isCut = rest.begins("...")
    let isText = kind == .path || kind == .string
    var told = ArgumentText(content: isText && !isCut ? bytes + [0] : bytes, isCut: isCut)
    told.isExact = rest.isEmpty || rest.isText("...")
    return told
  }

  /// Without ` /* remark */` and without what `-y` says of a descriptor.
  private static func withoutRemarks(_ text: ByteText) -> (ByteText, isBare: Bool) {
    var text = text
    var isBare = true
    if text.ends("*/"), let start = text.find("/*") {
      text = text[..<start].trimmed
      isBare = false
    }
    if text.last == 0x3e, let start = text.find("<"), start > text.startIndex {
      text = text[..<start]
      isBare = false
    }
    return (text, isBare)
  }

  // MARK: Values

  /// A number or names, as printers write a value of this kind; nil where it is neither.
  mutating func value(_ text: ByteText, _ kind: ArgumentKind) -> UInt64? {
    guard let first = text.first else { return nil }
    if isHexadecimal(kind, text), let value = Numbers.value(text, isHexadecimal: true) {
      return value
    }
    if 0x30...0x39 ~= first || first == 0x2d, text.firstIndex(of: 0x7c) == nil {
      return Numbers.value(text)
    }
    if text.begins("makedev(") { return Self.device(text) }
    if text.firstIndex(of: 0x7c) == nil { return bits(text.trimmed, kind) }
    var value: UInt64 = 0
    for part in text.split(separator: 0x7c, omittingEmptySubsequences: false) {
      guard let bits = bits(part.trimmed, kind) else { return nil }
      value |= bits
    }
    return value
  }

  /// One name, or what is left of a value in digits.
  private mutating func bits(_ name: ByteText, _ kind: ArgumentKind) -> UInt64? {
    if let first = name.first, 0x30...0x39 ~= first { return Numbers.value(name) }
    if let value = names.value(name, kind) { return value }
    switch kind {
    case .futexOperation:
      if name.ends("_PRIVATE"), let value = names.value(name.dropLast(8), kind) {
        return value | 0x80
      }
    case .socketProtocol: return Self.protocols.first { name.string == $0.0 }?.1
    case .hex where name.isText("FUTEX_BITSET_MATCH_ANY"): return 0xffff_ffff
    default: break
    }
    // A number under the name of its kind: CLOCK_0x7, AF_0x11.
    guard dialect == .unikraft, let mark = name.find("_0x") else { return nil }
    return Numbers.value(name[(mark + 3)...], radix: 16)
  }

  private static let protocols: [(String, UInt64)] = [
    ("IPPROTO_IP", 0), ("IPPROTO_ICMP", 1), ("IPPROTO_TCP", 6), ("IPPROTO_UDP", 17),
    ("IPPROTO_ICMPV6", 58), ("IPPROTO_RAW", 255),
  ]

  /// `makedev(0xfe, 0x1)`. Source: `sys/sysmacros.h`.
  private static func device(_ text: ByteText) -> UInt64? {
    let parts = text.dropFirst(8).dropLast().split(separator: 0x2c)
    guard parts.count == 2, let major = Numbers.value(parts[0].trimmed),
      let minor = Numbers.value(parts[1].trimmed)
    else { return nil }
    return (major & 0xfff) << 8 | (major & 0xffff_f000) << 32 | minor & 0xff
      | (minor & 0xffff_ff00) << 12
  }

  /// Whether it is hexadecimal without a sign of it: Unikraft's release 0.12 leaves out `0x`, also
  /// of codes that have no name.
  private func isHexadecimal(_ kind: ArgumentKind, _ text: ByteText) -> Bool {
    if dialect == .strace || text.first == 0x2d { return false }
    switch kind {
    case .hex, .unused, .device: return true
    case .mode, .integer, .longInteger, .unsigned, .descriptor, .directoryDescriptor, .processID,
      .userID, .length, .offset, .count, .milliseconds, .seconds, .socketProtocol:
      return false
    default: return !kind.isAddress && text.first.map { 0x30...0x39 ~= $0 } == true
    }
  }
}
