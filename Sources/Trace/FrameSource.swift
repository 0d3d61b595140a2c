// SPDX-License-Identifier: BSD-3-Clause

/// Reads a trace that stands in memory as bare frames: each frame of the file decompressed, after
/// its length as a 64-bit number, the lowest byte first. The first is the header, the others are
/// blocks. It is how a machine without a decompressor is given a trace.
@safe public final class FrameSource: EventSource {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0
  private var decoder: BlockDecoder
  private var index = 0
  /// The header.
  public let header: TraceHeader
  /// What the trace uses of the format.
  public let features: TraceFeatures

  /// A source of the trace in `bytes`, which must stay as they are while it is used.
  @unsafe public init(_ bytes: UnsafeRawBufferPointer) throws(TraceError) {
    unsafe self.bytes = bytes
    var offset = 0
    let decoded = try unsafe TraceHeader.decode(Self.frame(of: bytes, at: &offset))
    header = decoded.header
    features = decoded.features
    decoder = BlockDecoder(features: decoded.features)
    self.offset = offset
  }

  /// The frame at `offset`, which moves behind it; empty at the end.
  private static func frame(
    of bytes: UnsafeRawBufferPointer, at offset: inout Int
  ) throws(TraceError) -> UnsafeRawBufferPointer {
    if offset == bytes.count { return unsafe UnsafeRawBufferPointer(rebasing: bytes[0..<0]) }
    guard bytes.count - offset >= 8 else {
      throw TraceError("a length is cut off", at: UInt64(offset))
    }
    var length: UInt64 = 0
    for byte in 0..<8 { length |= unsafe UInt64(bytes[offset + byte]) << UInt64(8 * byte) }
    guard length <= UInt64(bytes.count - offset - 8) else {
      throw TraceError("a frame is cut off", at: UInt64(offset))
    }
    let start = offset + 8
    offset = start + Int(length)
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
  }

  /// The next event, nil at the end.
  public func next() throws(TraceError) -> Event? {
    while index >= decoder.count {
      let block = try unsafe Self.frame(of: bytes, at: &offset)
      if unsafe block.isEmpty { return nil }
      try unsafe decoder.decode(block)
      index = 0
    }
    index += 1
    return decoder[index - 1]
  }

  /// The bytes of the event that `next` gave last.
  public var payload: UnsafeRawBufferPointer {
    if index == 0 { return unsafe UnsafeRawBufferPointer(rebasing: bytes[0..<0]) }
    return unsafe decoder.payload(at: index - 1)
  }
}
