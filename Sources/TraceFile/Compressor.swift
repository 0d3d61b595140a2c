// SPDX-License-Identifier: BSD-3-Clause

import CZstd

/// Makes zstd frames with a content checksum and the content's size, on one thread.
struct Compressor: ~Copyable {
  private let context: OpaquePointer
  private var buffer: [UInt8] = []

  init(level: Int) {
    guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for zstd") }
    self.context = context
    let clamped = min(max(level, Int(ZSTD_minCLevel())), Int(ZSTD_maxCLevel()))
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(clamped))
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
  }

  deinit { ZSTD_freeCCtx(context) }

  /// Gives the frame of `content` to `body`; it is valid only there.
  mutating func compress<Result>(
    _ content: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let bound = ZSTD_compressBound(content.count)
    if buffer.count < bound { buffer = [UInt8](repeating: 0, count: bound) }
    return buffer.withUnsafeMutableBytes { room in
      let count = ZSTD_compress2(
        context, room.baseAddress, room.count, content.baseAddress, content.count)
      // With room for the bound nothing but memory can be short.
      precondition(ZSTD_isError(count) == 0, "no memory for zstd")
      return body(UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
  }
}

/// Reads zstd frames, which may be anything.
struct Decompressor: ~Copyable {
  private let context: OpaquePointer
  private var buffer: [UInt8] = []

  init() {
    guard let context = ZSTD_createDCtx() else { preconditionFailure("no memory for zstd") }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Gives the content of `frame`, which says that it has `contentByteCount` bytes, to `body`; it
  /// is valid only there. Gives zstd's own words for what is wrong instead, if something is.
  mutating func decompress<Result>(
    _ frame: UnsafeRawBufferPointer, contentByteCount: Int,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Decompressed<Result> {
    if buffer.count < contentByteCount {
      buffer = [UInt8](repeating: 0, count: max(contentByteCount, buffer.count * 2))
    }
    return buffer.withUnsafeMutableBytes { room in
      let count = ZSTD_decompressDCtx(
        context, room.baseAddress, contentByteCount, frame.baseAddress, frame.count)
      if ZSTD_isError(count) != 0 {
        return .failed(String(cString: ZSTD_getErrorName(count)))
      }
      if count != contentByteCount { return .failed("the frame is shorter than it says") }
      return .content(body(UnsafeRawBufferPointer(rebasing: room[..<count])))
    }
  }
}

/// What became of a frame.
enum Decompressed<Result> {
  case content(Result)
  case failed(String)
}
