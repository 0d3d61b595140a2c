// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// What stands behind the `=` of a call.
struct ResultText {
  /// RAX; nil where the text does not tell it.
  var value: Int64?
  /// Whether the program went on after the call.
  var returned = true
  /// Whether the value is all that the text says.
  var isExact = true
  /// How long the call took, in nanoseconds, where strace's `-T` tells it.
  var duration: UInt64 = 0
}

extension ArgumentReader {
  /// The result as strace(1) writes it: `3`, `0x7f00`, `-1 ENOENT (No such file or directory)`,
  /// `? ERESTARTSYS (...)`, `3</path>`, `1 ([{fd=3, revents=POLLIN}])`, each perhaps with ` <0.1>`.
  func straceResult(_ text: ByteText) -> ResultText {
    var (text, duration) = Self.withoutDuration(text.trimmed)
    var told = ResultText(duration: duration)
    if text.isText("?") {
      told.returned = false
      return told
    }
    if text.accept("? ") || text.begins("-1 E") {
      _ = text.accept("-1 ")
      let name = text.prefix { $0 != 0x20 }
      told.value = names.error(name)
      told.isExact = Self.isUsual(told.value, text[name.endIndex...])
      return told
    }
    if text.accept("-1 (errno ") {
      told.value = text.takeDecimal().flatMap { (1...4095).contains($0) ? -Int64($0) : nil }
      told.isExact = text.isText(")")
      return told
    }
    let number = text.prefix { $0 == 0x2d || $0 == 0x78 || Numbers.digit($0) != nil }
    told.value = Numbers.value(number).map { Int64(bitPattern: $0) }
    told.isExact = told.value != nil && number.endIndex == text.endIndex
    return told
  }

  /// Whether what follows the name of an error is what strace(1) says of it.
  private static func isUsual(_ value: Int64?, _ rest: ByteText) -> Bool {
    guard let value, let message = Errno(rawValue: UInt16(-value)).message else {
      return value != nil && rest.isEmpty
    }
    return rest.count == message.utf8CodeUnitCount + 3 && rest.begins(" (")
      && rest.dropFirst(2).begins(message) && rest.last == 0x29
  }

  /// Takes ` <0.000012>` off.
  private static func withoutDuration(_ text: ByteText) -> (ByteText, UInt64) {
    guard text.last == 0x3e, let start = text.lastIndex(of: 0x3c), start > text.startIndex,
      text[start - 1] == 0x20, let duration = TimeText.seconds(text[(start + 1)...].dropLast())
    else { return (text, 0) }
    return (text[..<start].trimmed, duration)
  }

  /// The result as Unikraft writes it: `OK`, `fd:3`, `va:0x1000`, `26`, `No such file or directory
  /// (-2)`. Nil where it is none of them.
  func unikraftResult(_ text: ByteText, _ kind: ResultKind) -> ResultText? {
    var text = text
    if text.isText("OK") || text.isText("NULL") { return ResultText(value: 0) }
    if text.isText("?") { return ResultText(value: nil, returned: false) }
    if text.last == 0x29, let start = text.lastIndex(of: 0x28), start > text.startIndex,
      let value = Numbers.value(text[(start + 1)...].dropLast()),
      (-512...(-1)).contains(Int64(bitPattern: value))
    {
      return ResultText(value: Int64(bitPattern: value))
    }
    for type: StaticString in ["fd:", "va:", "pid:"] { if text.accept(type) { break } }
    if text.isText("NULL") { return ResultText(value: 0) }
    let isHexadecimal = kind == .hex || kind == .none
    guard let value = Numbers.value(text, isHexadecimal: isHexadecimal && text.first != 0x2d)
    else { return nil }
    return ResultText(value: Int64(bitPattern: value))
  }
}

/// Times as tracers write them.
enum TimeText {
  /// `12.000345` as nanoseconds; nil where it is no such number.
  static func seconds(_ text: ByteText) -> UInt64? {
    guard let point = text.firstIndex(of: 0x2e),
      let whole = Numbers.value(text[..<point], radix: 10)
    else { return nil }
    let digits = text[(point + 1)...]
    guard (1...9).contains(digits.count), var part = Numbers.value(digits, radix: 10),
      whole < 1 << 33
    else { return nil }
    for _ in digits.count..<9 { part *= 10 }
    return whole * 1_000_000_000 + part
  }

  /// `23:59:59`, with or without a fraction, as nanoseconds since midnight.
  static func clock(_ text: ByteText) -> UInt64? {
    guard text.firstIndex(of: 0x3a) != nil else { return nil }
    let parts = text.split(separator: 0x3a, omittingEmptySubsequences: false)
    guard parts.count == 3, let hours = Numbers.value(parts[0], radix: 10), hours < 24,
      let minutes = Numbers.value(parts[1], radix: 10), minutes < 60
    else { return nil }
    let rest =
      parts[2].firstIndex(of: 0x2e) == nil
      ? Numbers.value(parts[2], radix: 10).map { $0 < 61 ? $0 * 1_000_000_000 : 0 }
      : seconds(parts[2])
    return rest.map { (hours * 3600 + minutes * 60) * 1_000_000_000 + $0 }
  }
}
