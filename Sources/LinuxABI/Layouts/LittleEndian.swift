// SPDX-License-Identifier: BSD-3-Clause

/// Numbers as x86-64 keeps them in memory: the lowest byte first.
public enum LittleEndian {
  /// The number of `byteCount` bytes, 1 to 8, at `offset`; nil if it is not all there.
  public static func load(
    _ bytes: Span<UInt8>, at offset: Int, byteCount: Int = 8
  ) -> UInt64? {
    precondition(byteCount > 0 && byteCount <= 8, "a number has 1 to 8 bytes")
    guard offset >= 0, bytes.count >= byteCount, offset <= bytes.count - byteCount else {
      return nil
    }
    if byteCount == 8 {
      return unsafe UInt64(
        littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    var value: UInt64 = 0
    for index in 0..<byteCount { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    return value
  }

  /// Appends the low `byteCount` bytes, 1 to 8, of a number.
  public static func append(_ value: UInt64, byteCount: Int = 8, to bytes: inout [UInt8]) {
    precondition(byteCount > 0 && byteCount <= 8, "a number has 1 to 8 bytes")
    var word = value.littleEndian
    unsafe withUnsafeBytes(of: &word) { word in
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: word[..<byteCount]))
    }
  }

  /// Replaces the bytes at `offset`, which lie within `bytes`, by the low `byteCount` of a number.
  public static func store(
    _ value: UInt64, byteCount: Int = 8, at offset: Int, in bytes: inout [UInt8]
  ) {
    precondition(byteCount > 0 && byteCount <= 8, "a number has 1 to 8 bytes")
    for index in 0..<byteCount {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }
}
