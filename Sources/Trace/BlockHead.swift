// SPDX-License-Identifier: BSD-3-Clause

/// What the first bytes of a block say: which one it is, and which events it holds.
public struct BlockHead {
  /// Which block of the file it is, from 0 on.
  public let number: UInt64
  /// The number of its first event, from 0 on.
  public let firstEvent: UInt64
  /// How many events it has.
  public let count: Int

  /// The number of the event behind its last.
  public var endEvent: UInt64 { firstEvent + UInt64(count) }

  /// Reads the head of a block; an error's position counts from the block's first byte.
  @unsafe public init(_ block: UnsafeRawBufferPointer) throws(TraceError) {
    var reader = unsafe ColumnReader(block)
    try self.init(&reader)
  }

  init(_ reader: inout ColumnReader) throws(TraceError) {
    let magic = try unsafe reader.take(4)
    guard unsafe UInt32(littleEndian: magic.loadUnaligned(as: UInt32.self)) == BlockFormat.magic
    else { throw TraceError("not a block: it does not begin with EPIB", at: 0) }
    number = try reader.varint()
    firstEvent = try reader.varint(upTo: 1 << 62, "the number of the first event")
    count = Int(try reader.varint(upTo: UInt64(BlockFormat.eventLimit), "the count of events"))
  }
}
