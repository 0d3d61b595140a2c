// SPDX-License-Identifier: BSD-3-Clause

/// Reads varints and bytes from memory that may hold anything; never past its end.
///
/// The memory must outlive the reader.
@safe
struct ColumnReader {
  private let bytes: UnsafeRawBufferPointer
  /// Where the memory begins in what errors count from.
  private let origin: Int
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer, origin: Int = 0) {
    unsafe self.bytes = bytes
    self.origin = origin
  }

  var isAtEnd: Bool { unsafe offset == bytes.count }

  /// Bytes not yet read.
  var remaining: Int { unsafe bytes.count - offset }

  /// Where the next byte is, in what errors count from.
  var position: UInt64 { UInt64(origin + offset) }

  @inline(__always)
  mutating func varint() throws(TraceError) -> UInt64 {
    if unsafe offset < bytes.count {
      let first = unsafe bytes[offset]
      if first < 0x80 {
        offset += 1
        return UInt64(first)
      }
    }
    if unsafe offset + 8 <= bytes.count {
      let word = unsafe UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let ends = ~word & 0x8080_8080_8080_8080
      if ends != 0 {
        let bitCount = UInt64(ends.trailingZeroBitCount + 1)
        offset += Int(bitCount / 8)
        return VarintBits.gather(word & ~0 >> (64 - bitCount))
      }
    }
    return try longVarint()
  }

  private mutating func longVarint() throws(TraceError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var at = offset
    while true {
      guard unsafe at < bytes.count else { throw TraceError("a number is cut off", at: position) }
      let byte = unsafe bytes[at]
      at += 1
      if shift == 63 && byte > 1 { throw TraceError("a number exceeds 64 bits", at: position) }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    offset = at
    return value
  }

  /// A varint that is at most `limit`.
  mutating func varint(
    upTo limit: UInt64, _ name: StaticString
  ) throws(TraceError) -> UInt64 {
    let start = position
    let value = try varint()
    if value > limit { throw TraceError("\(name) is \(value), at most \(limit)", at: start) }
    return value
  }

  /// The next `byteCount` bytes.
  mutating func take(_ byteCount: UInt64) throws(TraceError) -> UnsafeRawBufferPointer {
    guard byteCount <= UInt64(remaining) else {
      throw TraceError("\(byteCount) bytes are announced, \(remaining) are left", at: position)
    }
    let start = offset
    offset += Int(byteCount)
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
  }

  /// A reader for the next `byteCount` bytes alone.
  mutating func column(_ byteCount: UInt64) throws(TraceError) -> ColumnReader {
    let start = origin + offset
    return unsafe ColumnReader(try take(byteCount), origin: start)
  }

  /// Throws unless everything is read.
  func finish(_ name: StaticString) throws(TraceError) {
    if !isAtEnd { throw TraceError("\(name): \(remaining) bytes too many", at: position) }
  }
}
