// SPDX-License-Identifier: BSD-3-Clause

import CZstd

/// Makes zstd frames with a content checksum and the content's size, on one thread.
struct Compressor: ~Copyable {
  private let context: OpaquePointer
  private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(level: Int) {
    guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for zstd") }
    self.context = context
    let clamped = min(max(level, Int(ZSTD_minCLevel())), Int(ZSTD_maxCLevel()))
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(clamped))
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
  }

  deinit {
    ZSTD_freeCCtx(context)
    room.deallocate()
  }

  /// The frame of `content`, valid until the next call.
  mutating func compress(_ content: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let bound = ZSTD_compressBound(content.count)
    room.grow(to: bound)
    let count = ZSTD_compress2(
      context, room.baseAddress, room.count, content.baseAddress, content.count)
    // With room for the bound nothing but memory can be short.
    precondition(ZSTD_isError(count) == 0, "no memory for zstd")
    return UnsafeRawBufferPointer(rebasing: room[..<count])
  }
}

/// Reads zstd frames, which may be anything.
struct Decompressor: ~Copyable {
  private let context: OpaquePointer
  private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init() {
    guard let context = ZSTD_createDCtx() else { preconditionFailure("no memory for zstd") }
    self.context = context
  }

  deinit {
    ZSTD_freeDCtx(context)
    room.deallocate()
  }

  /// The content of `frame`, which says that it has `contentByteCount` bytes, valid until the next
  /// call. The error has zstd's own words for what is wrong.
  mutating func decompress(
    _ frame: UnsafeRawBufferPointer, contentByteCount: Int
  ) throws(FrameFault) -> UnsafeRawBufferPointer {
    room.grow(to: contentByteCount)
    let count = ZSTD_decompressDCtx(
      context, room.baseAddress, contentByteCount, frame.baseAddress, frame.count)
    if ZSTD_isError(count) != 0 {
      throw .invalid("zstd: \(String(cString: ZSTD_getErrorName(count)))")
    }
    if count != contentByteCount { throw .invalid("the frame is shorter than it says") }
    return UnsafeRawBufferPointer(rebasing: room[..<count])
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Makes room for `byteCount` bytes and half as many more, so that blocks of about that size find
  /// it there; what was there is gone if there was less.
  mutating func grow(to byteCount: Int) {
    if count >= byteCount { return }
    deallocate()
    self = .allocate(byteCount: byteCount + byteCount / 2, alignment: 16)
  }
}
