// SPDX-License-Identifier: BSD-3-Clause

import CZstd
import Trace

/// Reads frames out of a source and unpacks them, within limits; on demand the one after on a
/// thread of its own, while the caller is at the one before.
struct FrameReader: ~Copyable {
  let source: ByteSource
  private var current: UnsafeMutablePointer<FrameUnpacker>
  /// Reads ahead; a thread of `aside` may be at it.
  private var other: UnsafeMutablePointer<FrameUnpacker>
  private let aside = Aside()
  /// Which frame `other` reads, if any.
  private var ahead: Frame?

  init(_ source: ByteSource) {
    self.source = source
    current = .allocate(capacity: 1)
    other = .allocate(capacity: 1)
    current.initialize(to: FrameUnpacker())
    other.initialize(to: FrameUnpacker())
  }

  deinit {
    aside.wait()
    for unpacker in [current, other] {
      unpacker.deinitialize(count: 1)
      unpacker.deallocate()
    }
  }

  /// The content of the frame at `offset`, valid until the next call; `byteCount` is how long the
  /// frame should be, if that is known.
  mutating func read(
    at offset: UInt64, byteCount: UInt64? = nil, contentLimit: Int
  ) throws(FrameFault) -> UnsafeRawBufferPointer {
    if let ahead {
      aside.wait()
      self.ahead = nil
      if ahead.offset == offset, ahead.byteCount == byteCount,
        other.pointee.contentLimit == contentLimit
      {
        swap(&current, &other)
        return try current.pointee.content.get()
      }
    }
    current.pointee.read(source, at: offset, byteCount: byteCount, contentLimit: contentLimit)
    return try current.pointee.content.get()
  }

  /// Begins with a frame that is going to be asked for next.
  mutating func readAhead(_ frame: Frame, contentLimit: Int) {
    aside.wait()
    ahead = frame
    let (source, other) = (source, other)
    aside.start {
      other.pointee.read(
        source, at: frame.offset, byteCount: frame.byteCount, contentLimit: contentLimit)
    }
  }
}

/// Room for a frame and its content.
private struct FrameUnpacker: ~Copyable {
  private var decompressor = Decompressor()
  private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// What the last frame holds, or why it cannot be read.
  private(set) var content: Result<UnsafeRawBufferPointer, FrameFault> = .failure(.cutOff)
  private(set) var contentLimit = 0

  deinit { room.deallocate() }

  mutating func read(
    _ source: ByteSource, at offset: UInt64, byteCount: UInt64?, contentLimit: Int
  ) {
    self.contentLimit = contentLimit
    do throws(FrameFault) {
      content = .success(
        try unpack(source, at: offset, byteCount: byteCount, contentLimit: contentLimit))
    } catch {
      content = .failure(error)
    }
  }

  private mutating func unpack(
    _ source: ByteSource, at offset: UInt64, byteCount: UInt64?, contentLimit: Int
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
    return try decompressor.decompress(
      UnsafeRawBufferPointer(bytes), contentByteCount: Int(frame.contentByteCount))
  }
}
