// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension ArgumentReader {
  /// The bytes of a text that begins with a quote, as C and strace(1) write them, and what stands
  /// behind the closing one; nil where there is none.
  static func quoted(_ text: ByteText) -> ([UInt8], rest: ByteText)? {
    var bytes: [UInt8] = []
    var at = text.startIndex + 1
    while at < text.endIndex {
      let byte = text[at]
      at += 1
      if byte == 0x22 { return (bytes, text[at...]) }
      if byte != 0x5c {
        bytes.append(byte)
        continue
      }
      guard at < text.endIndex else { return nil }
      let escape = text[at]
      at += 1
      switch escape {
      case 0x6e: bytes.append(0x0a)
      case 0x74: bytes.append(0x09)
      case 0x72: bytes.append(0x0d)
      case 0x66: bytes.append(0x0c)
      case 0x76: bytes.append(0x0b)
      case 0x61: bytes.append(0x07)
      case 0x62: bytes.append(0x08)
      case 0x65: bytes.append(0x1b)
      case 0x78: bytes.append(number(text, &at, radix: 16, limit: 2))
      case 0x30...0x37:
        at -= 1
        bytes.append(number(text, &at, radix: 8, limit: 3))
      default: bytes.append(escape)
      }
    }
    return nil
  }

  /// Digits of a base, at most `limit`.
  private static func number(
    _ text: ByteText, _ at: inout Int, radix: UInt64, limit: Int
  ) -> UInt8 {
    var value: UInt64 = 0
    var count = 0
    while count < limit, at < text.endIndex, let digit = Numbers.digit(text[at]), digit < radix {
      value = value * radix + digit
      at += 1
      count += 1
    }
    return UInt8(truncatingIfNeeded: value)
  }

  /// The bytes of a buffer as Unikraft writes them: what is no text as `\x` and two digits, quotes
  /// and backslashes as they are.
  static func unikraftBuffer(_ text: ByteText) -> [UInt8] {
    var bytes: [UInt8] = []
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == 0x5c, at + 3 < text.endIndex, text[at + 1] == 0x78,
        let high = Numbers.digit(text[at + 2]), let low = Numbers.digit(text[at + 3])
      {
        bytes.append(UInt8(high << 4 | low))
        at += 4
      } else {
        bytes.append(text[at])
        at += 1
      }
    }
    return bytes
  }
}
