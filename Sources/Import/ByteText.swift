// SPDX-License-Identifier: BSD-3-Clause

/// A part of the source's text, which may hold anything.
typealias ByteText = ArraySlice<UInt8>

extension ArraySlice where Element == UInt8 {
  /// Whether it begins with these characters.
  func begins(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    if count < length { return false }
    return withUnsafeBufferPointer { bytes in
      var same = 0
      while same < length, bytes[same] == text.utf8Start[same] { same += 1 }
      return same == length
    }
  }

  /// Whether it is these characters and no others.
  func isText(_ text: StaticString) -> Bool { count == text.utf8CodeUnitCount && begins(text) }

  /// Whether it ends with these characters.
  func ends(_ text: StaticString) -> Bool {
    count >= text.utf8CodeUnitCount && suffix(text.utf8CodeUnitCount).begins(text)
  }

  /// Goes past these characters if it begins with them.
  mutating func accept(_ text: StaticString) -> Bool {
    if !begins(text) { return false }
    removeFirst(text.utf8CodeUnitCount)
    return true
  }

  /// Where these characters begin for the first time; nil if they do not stand in it.
  func find(_ text: StaticString) -> Int? {
    let length = text.utf8CodeUnitCount
    if length == 0 { return startIndex }
    let start = startIndex
    return withUnsafeBufferPointer { bytes in
      let first = text.utf8Start[0]
      var at = 0
      while at + length <= bytes.count {
        if bytes[at] == first {
          var same = 1
          while same < length, bytes[at + same] == text.utf8Start[same] { same += 1 }
          if same == length { return start + at }
        }
        at += 1
      }
      return nil
    }
  }

  /// Without spaces and tabs at its ends.
  var trimmed: ByteText {
    var start = startIndex
    var end = endIndex
    while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
    while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
    return self[start..<end]
  }

  /// As a string, whatever the bytes are.
  var string: String { String(decoding: self, as: UTF8.self) }

  /// Takes the decimal digits at its front as a number; nil, and nothing is taken, if there are
  /// none or too many.
  mutating func takeDecimal() -> UInt64? {
    let digits = prefix { 0x30...0x39 ~= $0 }
    guard !digits.isEmpty, let value = Numbers.value(digits, radix: 10) else { return nil }
    self = self[digits.endIndex...]
    return value
  }
}

/// Numbers as C writes them.
enum Numbers {
  /// The digit's value; nil for what is none.
  static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case 0x30...0x39: UInt64(byte - 0x30)
    case 0x61...0x66: UInt64(byte - 0x57)
    case 0x41...0x46: UInt64(byte - 0x37)
    default: nil
    }
  }

  /// All of `text` in one base; nil if it has other characters, none, or more than 64 bits.
  static func value(_ text: ByteText, radix: UInt64) -> UInt64? {
    if text.isEmpty { return nil }
    var value: UInt64 = 0
    for byte in text {
      guard let digit = digit(byte), digit < radix else { return nil }
      let (product, isLong) = value.multipliedReportingOverflow(by: radix)
      let (sum, isLonger) = product.addingReportingOverflow(digit)
      if isLong || isLonger { return nil }
      value = sum
    }
    return value
  }

  /// A number as C writes it: decimal, `0x` and hexadecimal, `0` and octal; a sign makes two's
  /// complement. `isHexadecimal`: without `0x` it is hexadecimal, too.
  static func value(_ text: ByteText, isHexadecimal: Bool = false) -> UInt64? {
    var text = text
    let isNegative = text.accept("-")
    let magnitude: UInt64?
    if text.accept("0x") || isHexadecimal {
      magnitude = value(text, radix: 16)
    } else if text.count > 1, text.first == 0x30 {
      magnitude = value(text, radix: 8)
    } else {
      magnitude = value(text, radix: 10)
    }
    return magnitude.map { isNegative ? 0 &- $0 : $0 }
  }
}
