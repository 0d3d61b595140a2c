// SPDX-License-Identifier: BSD-3-Clause

import CZstd
import Trace

/// Reads frames out of a source and unpacks them, within limits.
struct FrameReader: ~Copyable {
  let source: ByteSource
  private var decompressor = Decompressor()
  private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(_ source: ByteSource) {
    self.source = source
  }

  deinit { room.deallocate() }

  /// The frame that was read last, and its bytes, valid until the next call of `read`.
  private(set) var last = Frame(offset: 0, byteCount: 0, contentByteCount: 0)
  var lastBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: room[..<Int(last.byteCount)])
  }

  /// The content of the frame at `offset`, valid until the next call; `byteCount` is how long the
  /// frame should be, if that is known.
  mutating func read(
    at offset: UInt64, byteCount: UInt64? = nil, contentLimit: Int
  ) throws(FrameFault) -> UnsafeRawBufferPointer {
    let frame = try source.frame(at: offset)
    if frame.isSkippable { throw .invalid("a skippable frame instead of a zstd frame") }
    if let byteCount, byteCount != frame.byteCount {
      throw .invalid("the frame has \(frame.byteCount) bytes, the seek table says \(byteCount)")
    }
    guard frame.contentByteCount <= UInt64(contentLimit) else {
      throw .invalid("\(frame.contentByteCount) bytes of content, at most \(contentLimit)")
    }
    guard frame.byteCount <= UInt64(ZSTD_compressBound(contentLimit)) else {
      throw .invalid("\(frame.byteCount) bytes for \(frame.contentByteCount) bytes of content")
    }
    let count = Int(frame.byteCount)
    room.grow(to: count)
    let bytes = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
    let got: Int
    do throws(TraceError) {
      got = try source.read(at: offset, into: bytes)
    } catch {
      throw .unreadable(error)
    }
    if got < count { throw .cutOff }
    last = frame
    return try decompressor.decompress(
      UnsafeRawBufferPointer(bytes), contentByteCount: Int(frame.contentByteCount))
  }
}
