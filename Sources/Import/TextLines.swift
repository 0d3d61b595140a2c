// SPDX-License-Identifier: BSD-3-Clause

/// The lines of a text, one after the other, without their ends (LF, or CR and LF).
struct TextLines: Sequence, IteratorProtocol {
  private let text: [UInt8]
  private var offset = 0
  /// The number of the line that was given last, from 1 on.
  private(set) var number = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func next() -> ByteText? {
    if offset >= text.count { return nil }
    number += 1
    let start = offset
    var end = text.withUnsafeBufferPointer { bytes in
      var end = start
      while end < bytes.count, bytes[end] != 0x0a { end += 1 }
      return end
    }
    offset = end + 1
    while end > start, text[end - 1] == 0x0d { end -= 1 }
    return text[start..<end]
  }
}
