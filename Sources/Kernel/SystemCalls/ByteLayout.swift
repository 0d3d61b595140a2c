// SPDX-License-Identifier: BSD-3-Clause

// Structures of the ABI are laid out byte by byte: little-endian, padding written as zeros, so that
// the same call always writes the same bytes.

extension [UInt8] {
  /// Appends an integer, lowest byte first.
  mutating func put(_ value: some FixedWidthInteger) {
    var rest = value
    for _ in 0..<value.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Appends zeros until there are `count` bytes.
  mutating func pad(to count: Int) {
    while self.count < count { append(0) }
  }

  /// The integer of `byteCount` bytes at `offset`, which must lie inside.
  func integer(at offset: Int, byteCount: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<byteCount).reversed() { value = value << 8 | UInt64(self[offset + index]) }
    return value
  }

  /// The u16 at `offset`.
  func u16(at offset: Int) -> UInt16 { UInt16(integer(at: offset, byteCount: 2)) }
  /// The u32 at `offset`.
  func u32(at offset: Int) -> UInt32 { UInt32(integer(at: offset, byteCount: 4)) }
  /// The u64 at `offset`.
  func u64(at offset: Int) -> UInt64 { integer(at: offset, byteCount: 8) }
}
