// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Trace

/// Compresses blocks to frames and writes them, and at the end the table of them all.
struct FrameWriter: ~Copyable {
  let path: String
  private(set) var destination: ByteDestination
  private var compressor: Compressor
  private var frames: [Frame] = []
  private var isClosed = false
  private(set) var byteCount: UInt64 = 0
  /// Where the trace begins in a file that can hold a provisional frame at its end.
  private let origin: UInt64?
  /// How long the provisional frame is that stands behind `byteCount`; 0 if there is none.
  private var tailByteCount: UInt64 = 0
  /// What went wrong first; nothing is written any more.
  private(set) var failure: TraceFileError?

  init(_ destination: ByteDestination, path: String, level: Int) {
    self.destination = destination
    self.path = path
    origin = destination.origin
    compressor = Compressor(level: level)
  }

  deinit {
    if case .file(let descriptor, _) = destination, !isClosed { close(descriptor) }
  }

  /// Writes the frame of this content, over the provisional one if there is any.
  mutating func write(frameOf content: UnsafeRawBufferPointer) {
    if failure != nil || isClosed { return }
    let frame = compressor.compress(content)
    let checksum = frame.loadUnaligned(fromByteOffset: frame.count - 4, as: UInt32.self)
    frames.append(
      Frame(
        offset: byteCount, byteCount: UInt64(frame.count),
        contentByteCount: UInt64(content.count), checksum: UInt32(littleEndian: checksum)))
    if tailByteCount == 0 {
      write(frame)
    } else {
      replaceTail(by: frame, isLast: true)
      byteCount += UInt64(frame.count)
      tailByteCount = 0
    }
  }

  /// Whether frames can be written provisionally.
  var canKeep: Bool { origin != nil && failure == nil && !isClosed }

  /// Writes the frame of this content provisionally, where the next one will stand.
  mutating func keep(frameOf content: UnsafeRawBufferPointer) {
    if !canKeep { return }
    let frame = compressor.compress(content)
    replaceTail(by: frame, isLast: false)
    tailByteCount = UInt64(frame.count)
  }

  private mutating func replaceTail(by frame: UnsafeRawBufferPointer, isLast: Bool) {
    guard let origin else { return }
    do throws(TraceFileError) {
      let tail = byteCount..<byteCount + tailByteCount
      for step in TailStep.steps(over: tail, byteCount: frame.count) {
        try destination.perform(step, frame, origin: origin)
      }
      if isLast { try destination.seek(to: origin + byteCount + UInt64(frame.count)) }
    } catch {
      failure = error
    }
  }

  /// Writes a frame of another file as it is.
  mutating func write(copyOf frame: Frame, _ bytes: UnsafeRawBufferPointer) {
    if failure != nil || isClosed { return }
    var copy = frame
    copy.offset = byteCount
    frames.append(copy)
    write(bytes)
  }

  /// Writes the seek table, unless `isWhole` is false, and closes.
  mutating func finish(isWhole: Bool) {
    if isClosed { return }
    if failure == nil, isWhole { SeekTable.encode(frames).withUnsafeBytes { write($0) } }
    isClosed = true
    if case .file(let descriptor, let path) = destination, close(descriptor) != 0, failure == nil {
      failure = .system(call: "close", path: path, errno: errno)
    }
  }

  private mutating func write(_ bytes: UnsafeRawBufferPointer) {
    do throws(TraceFileError) {
      try destination.append(bytes)
      byteCount += UInt64(bytes.count)
    } catch {
      failure = error
    }
  }
}
