// SPDX-License-Identifier: BSD-3-Clause

/// One column of a block while it is written: varints one after the other in memory of fixed size.
@safe
struct ColumnWriter: ~Copyable {
  private let base: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  private(set) var count = 0

  /// An empty column with room for `varintCount` varints of any size.
  init(varintCount: Int) {
    capacity = varintCount * BlockFormat.varintLimit
    unsafe base = .allocate(capacity: capacity)
  }

  deinit {
    unsafe base.deallocate()
  }

  /// The bytes written, valid until the next change.
  var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: count)
  }

  @inline(__always)
  mutating func append(_ value: UInt64) {
    var cursor = cursor(upTo: 1)
    cursor.put(value)
    move(to: cursor)
  }

  /// Where at most `varintCount` varints can be put; `move` then counts them.
  @inline(__always)
  func cursor(upTo varintCount: Int) -> Cursor {
    precondition(count <= capacity &- varintCount &* BlockFormat.varintLimit, "a column is full")
    return unsafe Cursor(next: base + count)
  }

  /// Takes what was put at a cursor.
  @inline(__always)
  mutating func move(to cursor: Cursor) {
    count = unsafe cursor.next - base
  }

  /// The place of the next varint, in a register and not in memory that a byte might alias.
  @safe
  struct Cursor {
    fileprivate var next: UnsafeMutablePointer<UInt8>

    /// Writes one varint. From two to eight bytes there is no branch to mispredict: the groups of
    /// seven bits are moved apart all at once. Each write may touch ten bytes.
    @inline(__always)
    mutating func put(_ value: UInt64) {
      if value < 0x80 {
        unsafe next.pointee = UInt8(truncatingIfNeeded: value)
        unsafe next += 1
      } else if value < 1 << 56 {
        let byteCount = (70 &- value.leadingZeroBitCount) / 7
        let bits =
          VarintBits.spread(value) | 0x8080_8080_8080_8080
          &>> UInt64(truncatingIfNeeded: 72 &- 8 &* byteCount)
        unsafe UnsafeMutableRawPointer(next).storeBytes(
          of: bits.littleEndian, toByteOffset: 0, as: UInt64.self)
        unsafe next += byteCount
      } else {
        putLong(value)
      }
    }

    private mutating func putLong(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        unsafe next.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
        unsafe next += 1
        rest >>= 7
      }
      unsafe next.pointee = UInt8(truncatingIfNeeded: rest)
      unsafe next += 1
    }
  }

  mutating func removeAll() { count = 0 }
}

extension ByteStorage {
  /// Adds one varint at the end.
  mutating func append(varint value: UInt64) {
    var buffer: InlineArray<10, UInt8> = InlineArray(repeating: 0)
    var rest = value
    var byteCount = 0
    while rest >= 0x80 {
      buffer[byteCount] = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
      byteCount += 1
    }
    buffer[byteCount] = UInt8(truncatingIfNeeded: rest)
    byteCount += 1
    for index in 0..<byteCount { append(byte: buffer[index]) }
  }

  /// Adds four bytes, the lowest first.
  mutating func append(littleEndian value: UInt32) {
    var value = value.littleEndian
    unsafe withUnsafeBytes(of: &value) { unsafe append($0) }
  }

  /// Adds one byte at the end.
  mutating func append(byte: UInt8) {
    var byte = byte
    unsafe withUnsafeBytes(of: &byte) { unsafe append($0) }
  }
}
