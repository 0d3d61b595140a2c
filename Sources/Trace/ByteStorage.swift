// SPDX-License-Identifier: BSD-3-Clause

/// Bytes at a fixed place that grow at their end; the place changes only when they grow.
///
/// Arrays of bytes were 12 times slower in the encoder, and give no address that stays.
@safe public struct ByteStorage: ~Copyable {
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  /// How many bytes there are.
  public private(set) var count = 0

  /// No bytes, with room for `capacity`.
  public init(capacity: Int) {
    self.capacity = capacity < 16 ? 16 : capacity
    unsafe self.base = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit {
    unsafe base.deallocate()
  }

  /// All bytes, valid until the next change.
  public var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: count)
  }

  /// Adds a copy of the bytes at the end.
  @inline(__always)
  public mutating func append(_ source: UnsafeRawBufferPointer) {
    if unsafe source.isEmpty { return }
    reserve(count + source.count)
    unsafe (base + count).copyMemory(from: source.baseAddress!, byteCount: source.count)
    count += source.count
  }

  /// Forgets all bytes and keeps the room.
  public mutating func removeAll() { count = 0 }

  func copy() -> ByteStorage {
    var other = ByteStorage(capacity: count)
    unsafe other.append(bytes)
    return other
  }

  @inline(__always)
  private mutating func reserve(_ needed: Int) {
    if needed > capacity { grow(to: needed) }
  }

  private mutating func grow(to needed: Int) {
    let grown = max(needed, capacity * 2)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
    unsafe moved.copyMemory(from: base, byteCount: count)
    unsafe base.deallocate()
    unsafe base = moved
    capacity = grown
  }
}
