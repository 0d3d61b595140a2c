// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FilePath {
  /// Whether a text is names with a slash between each two, perhaps with one before the first: most
  /// texts are. Says no of some that are, with a name that begins with a dot or many bytes.
  static func isNormal(_ text: UnsafeRawBufferPointer) -> Bool {
    let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
    let count = text.count
    guard count > 0, count <= nameByteLimit, unsafe text[count - 1] != slash else { return false }
    // Eight bytes at a time; the mark of a slash goes one byte up, to the byte behind it.
    var behindSlash: UInt64 = unsafe text[0] == slash ? 0 : 0x80
    var at = 0
    while at + 8 <= count {
      let word = unsafe UInt64(
        littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let slashes = word.marks(of: slash)
      let odd = word.marks(of: 0) | (slashes << 8 | behindSlash) & (slashes | word.marks(of: dot))
      if odd != 0 { return false }
      behindSlash = slashes >> 56
      at += 8
    }
    var isBehindSlash = behindSlash != 0
    while at < count {
      let byte = unsafe text[at]
      if byte == 0 || isBehindSlash && (byte == slash || byte == dot) { return false }
      isBehindSlash = byte == slash
      at += 1
    }
    return true
  }
}

extension UInt64 {
  /// The highest bit of each byte that is `byte`, and no other.
  fileprivate func marks(of byte: UInt8) -> UInt64 {
    let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    let difference = self ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
    return ~((difference & low &+ low) | difference | low)
  }
}
