// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Trace

/// What a writer holds and does. `TraceWriter` keeps it behind a pointer: checking access to each
/// property of a class took as long as encoding an event.
struct WriterCore: ~Copyable {
  let path: String
  private(set) var destination: ByteDestination
  private var compressor: Compressor
  private var encoder: BlockEncoder
  private var frames: [Frame] = []
  private var isFinished = false
  private(set) var eventCount: UInt64 = 0
  private(set) var byteCount: UInt64 = 0
  private(set) var blockCount: UInt64 = 0
  private(set) var failure: TraceFileError?

  init(
    _ destination: ByteDestination, path: String, header: TraceHeader,
    options: TraceWriter.Options
  ) {
    self.destination = destination
    self.path = path
    compressor = Compressor(level: options.level)
    encoder = BlockEncoder(
      keepsTimes: !header.unseen.contains(.times), eventLimit: options.eventsPerBlock)
    let bytes = header.encoded()
    if bytes.count > HeaderFormat.byteLimit {
      failure = .format(
        TraceError("the header has \(bytes.count) bytes, at most \(HeaderFormat.byteLimit)", at: 0),
        path: path)
    } else {
      bytes.withUnsafeBytes { writeFrame($0) }
    }
  }

  deinit {
    if case .file(let descriptor, _) = destination, !isFinished { close(descriptor) }
  }

  @inline(__always)
  mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    if failure == nil, encoder.append(event, payload: payload) {
      eventCount += 1
    } else {
      appendToNextBlock(event, payload: payload)
    }
  }

  private mutating func appendToNextBlock(_ event: Event, payload: UnsafeRawBufferPointer) {
    writeBlock()
    if failure != nil { return }
    if encoder.append(event, payload: payload) {
      eventCount += 1
    } else {
      failure = .format(
        TraceError(
          "event \(eventCount) has \(payload.count) bytes of payload, at most "
            + "\(BlockFormat.payloadLimit)", at: byteCount), path: path)
    }
  }

  mutating func finish() {
    if isFinished { return }
    writeBlock()
    if failure == nil { SeekTable.encode(frames).withUnsafeBytes { write($0) } }
    isFinished = true
    if case .file(let descriptor, let path) = destination, close(descriptor) != 0, failure == nil {
      failure = .system(call: "close", path: path, errno: errno)
    }
  }

  mutating func writeBlock() {
    if failure != nil || encoder.count == 0 { return }
    let first = eventCount - UInt64(encoder.count)
    writeFrame(encoder.finish(blockNumber: blockCount, firstEvent: first))
    blockCount += 1
  }

  private mutating func writeFrame(_ content: UnsafeRawBufferPointer) {
    let frame = compressor.compress(content)
    let checksum = frame.loadUnaligned(fromByteOffset: frame.count - 4, as: UInt32.self)
    frames.append(
      Frame(
        offset: byteCount, byteCount: UInt64(frame.count),
        contentByteCount: UInt64(content.count), checksum: UInt32(littleEndian: checksum)))
    write(frame)
  }

  private mutating func write(_ bytes: UnsafeRawBufferPointer) {
    if isFinished { return }
    do throws(TraceFileError) {
      try destination.append(bytes)
      byteCount += UInt64(bytes.count)
    } catch {
      failure = error
    }
  }
}
