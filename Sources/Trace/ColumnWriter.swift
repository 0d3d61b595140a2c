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
    precondition(count + BlockFormat.varintLimit <= capacity, "a column is full")
    var rest = value
    var at = count
    while rest >= 0x80 {
      unsafe base[at] = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
      at += 1
    }
    unsafe base[at] = UInt8(truncatingIfNeeded: rest)
    count = at + 1
  }

  mutating func removeAll() { count = 0 }
}

extension ByteStorage {
  /// Adds one varint at the end.
  func append(varint value: UInt64) {
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
  func append(littleEndian value: UInt32) {
    var value = value.littleEndian
    unsafe withUnsafeBytes(of: &value) { unsafe append($0) }
  }

  /// Adds one byte at the end.
  func append(byte: UInt8) {
    var byte = byte
    unsafe withUnsafeBytes(of: &byte) { unsafe append($0) }
  }
}
