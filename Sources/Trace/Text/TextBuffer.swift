// SPDX-License-Identifier: BSD-3-Clause

/// Text that grows at its end, as the printer writes it.
struct TextBuffer {
  var bytes: [UInt8]

  mutating func put(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { bytes.append(unsafe text.utf8Start[index]) }
  }

  mutating func put(decimal value: UInt64) {
    var digits: InlineArray<20, UInt8> = InlineArray(repeating: 0)
    var rest = value
    var count = 0
    repeat {
      digits[count] = 0x30 + UInt8(rest % 10)
      rest /= 10
      count += 1
    } while rest > 0
    while count > 0 {
      count -= 1
      bytes.append(digits[count])
    }
  }

  mutating func put(hex value: UInt64) {
    put("0x")
    var shift = UInt64(max(0, (63 - value.leadingZeroBitCount) / 4 * 4))
    while true {
      bytes.append(Self.digit(UInt8(value >> shift & 0xf)))
      if shift == 0 { break }
      shift -= 4
    }
  }

  /// A number that is signed where it is decimal.
  mutating func put(_ value: UInt64, _ style: NumberStyle) {
    let signed = Int64(bitPattern: value)
    let limit: Int64 =
      switch style {
      case .hex: -1
      case .small: Int64(1) << 31
      case .amount: Int64(1) << 62
      }
    if signed >= limit || signed < -4096 || limit < 0 {
      put(hex: value)
    } else {
      if signed < 0 { bytes.append(0x2d) }
      put(decimal: signed.magnitude)
    }
  }

  /// A space and the words of the bits that are set, `separator` between them, and what has no word
  /// as a number; `none` if no bit is set.
  mutating func put(
    _ bits: UInt32, _ words: TextBits, separator: UInt8, none: StaticString
  ) {
    var rest = bits
    var isFirst = true
    var index = 0
    while let word = words.word(index) {
      if bits >> UInt32(index) & 1 != 0 {
        if !isFirst { bytes.append(separator) }
        put(word)
        isFirst = false
        rest &= ~(1 << UInt32(index))
      }
      index += 1
    }
    if rest != 0 {
      if !isFirst { bytes.append(separator) }
      put(hex: UInt64(rest))
    } else if isFirst {
      put(none)
    }
  }

  /// Bytes in quotes, or as hexadecimal where more than a quarter of them is no text.
  mutating func put(payload: UnsafeRawBufferPointer) {
    var unreadable = 0
    for index in 0..<payload.count where !Self.isText(unsafe payload[index]) { unreadable += 1 }
    if unreadable * 4 > payload.count && payload.count > 4 {
      put("hex:")
      for index in 0..<payload.count {
        bytes.append(Self.digit(unsafe payload[index] >> 4))
        bytes.append(Self.digit(unsafe payload[index] & 0xf))
      }
    } else {
      bytes.append(0x22)
      for index in 0..<payload.count { put(escaped: unsafe payload[index]) }
      bytes.append(0x22)
    }
  }

  private static func isText(_ byte: UInt8) -> Bool {
    0x20...0x7e ~= byte || 9...10 ~= byte || byte == 13
  }

  /// Bytes of an array in quotes or as hexadecimal.
  mutating func put(payload array: [UInt8]) {
    unsafe array.withUnsafeBytes { unsafe put(payload: $0) }
  }

  private mutating func put(escaped byte: UInt8) {
    switch byte {
    case 0x22: put("\\\"")
    case 0x5c: put("\\\\")
    case 0x0a: put("\\n")
    case 0x09: put("\\t")
    case 0x0d: put("\\r")
    case 0: put("\\0")
    case 0x20...0x7e: bytes.append(byte)
    default:
      put("\\x")
      bytes.append(Self.digit(byte >> 4))
      bytes.append(Self.digit(byte & 0xf))
    }
  }

  static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
  }
}
