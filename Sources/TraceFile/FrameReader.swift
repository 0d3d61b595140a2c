// SPDX-License-Identifier: BSD-3-Clause

import CZstd
import Trace

/// Reads frames out of a source and unpacks them, within limits.
struct FrameReader: ~Copyable {
  let source: ByteSource
  private var decompressor = Decompressor()
  private var buffer: [UInt8] = []

  init(_ source: ByteSource) { self.source = source }

  /// Gives the content of the frame at `offset` to `body`; `byteCount` is how long the frame should
  /// be, if that is known.
  mutating func read<Result>(
    at offset: UInt64, byteCount: UInt64? = nil, contentLimit: Int,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(FrameFault) -> Result {
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
    if buffer.count < count { buffer = [UInt8](repeating: 0, count: max(count, buffer.count * 2)) }
    var fault: FrameFault?
    let decompressed = buffer.withUnsafeMutableBytes { room -> Decompressed<Result> in
      let room = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
      do throws(TraceError) {
        if try source.read(at: offset, into: room) < count { fault = .cutOff }
      } catch {
        fault = .unreadable(error)
      }
      if fault != nil { return .failed("") }
      return decompressor.decompress(
        UnsafeRawBufferPointer(room), contentByteCount: Int(frame.contentByteCount), body)
    }
    if let fault { throw fault }
    switch decompressed {
    case .content(let result): return result
    case .failed(let reason): throw .invalid("zstd: \(reason)")
    }
  }
}
