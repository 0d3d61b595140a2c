// SPDX-License-Identifier: BSD-3-Clause

extension StreamBuffer {
  /// A number in a base from 2 to 16, lower-case digits, at least `width` of them.
  mutating func append(_ value: UInt64, base: UInt64, width: Int = 1) {
    var digits: InlineArray<64, UInt8> = InlineArray(repeating: 0x30)
    var start = 64
    var rest = value
    while rest > 0 || 64 - start < width {
      start -= 1
      let digit = UInt8(rest % base)
      digits[start] = digit < 10 ? 0x30 + digit : 0x57 + digit
      rest /= base
    }
    append(digits.span.extracting(start..<64))
  }

  /// A number in decimal.
  mutating func append(decimal value: UInt64) { append(value, base: 10) }

  /// A signed number in decimal.
  mutating func append(signed value: Int64) {
    if value < 0 { append(0x2d) }
    append(value.magnitude, base: 10)
  }

  /// A number in hexadecimal, `0x` before it.
  mutating func append(hex value: UInt64) {
    append("0x")
    append(value, base: 16)
  }
}
