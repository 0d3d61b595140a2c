// SPDX-License-Identifier: BSD-3-Clause

extension UnsafeRawBufferPointer {
  /// The offset of the first byte from `start` on that is 0 or `other`; the count where there is
  /// none. Eight bytes at a time.
  @inline(__always)
  public func firstNUL(or other: UInt8 = 0, from start: Int = 0) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = ones &* UInt64(other)
    var at = start
    while at &+ 8 <= count {
      let word = unsafe UInt64(
        littleEndian: loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let rest = word ^ pattern
      // The highest bit of each byte that is 0, and perhaps of some above the lowest such byte.
      let found = ((word &- ones) & ~word | (rest &- ones) & ~rest) & ones << 7
      if found != 0 { return at &+ found.trailingZeroBitCount / 8 }
      at &+= 8
    }
    while at < count {
      let byte = unsafe self[at]
      if byte == 0 || byte == other { return at }
      at &+= 1
    }
    return at
  }
}
