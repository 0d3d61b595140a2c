// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// What a writer holds and does. `TraceWriter` keeps it behind a pointer: checking access to each
/// property of a class took as long as encoding an event.
struct WriterCore: ~Copyable {
  private var encoder: BlockEncoder
  /// Where blocks go; a thread of `aside` may be at it until `settle`.
  private let frames: UnsafeMutablePointer<FrameWriter>
  private let compressesAside: Bool
  private let aside = Aside()
  private var isFinished = false
  private(set) var eventCount: UInt64 = 0
  private(set) var blockCount: UInt64 = 0
  /// What went wrong first, as far as it is known.
  private(set) var failure: TraceFileError?

  init(
    _ destination: ByteDestination, path: String, header: TraceHeader,
    options: TraceWriter.Options
  ) {
    frames = .allocate(capacity: 1)
    frames.initialize(to: FrameWriter(destination, path: path, level: options.level))
    compressesAside = options.compressesAside
    encoder = BlockEncoder(
      keepsTimes: !header.unseen.contains(.times), eventLimit: options.eventsPerBlock)
    let bytes = header.encoded()
    if bytes.count > HeaderFormat.byteLimit {
      failure = .format(
        TraceError("the header has \(bytes.count) bytes, at most \(HeaderFormat.byteLimit)", at: 0),
        path: path)
    } else {
      bytes.withUnsafeBytes { frames.pointee.write(frameOf: $0) }
      failure = frames.pointee.failure
    }
  }

  deinit {
    // The thread must not outlive what it works on.
    aside.wait()
    frames.deinitialize(count: 1)
    frames.deallocate()
  }

  /// Waits until all finished blocks are written.
  private mutating func settle() {
    aside.wait()
    if failure == nil { failure = frames.pointee.failure }
  }

  /// Bytes written so far.
  var byteCount: UInt64 {
    mutating get {
      settle()
      return frames.pointee.byteCount
    }
  }

  /// The bytes of a trace that is written to memory; empty for a file.
  var bytes: [UInt8] {
    mutating get {
      settle()
      if case .memory(let bytes) = frames.pointee.destination { return bytes }
      return []
    }
  }

  @inline(__always)
  mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    if failure == nil, encoder.append(event, payload: payload) {
      eventCount += 1
    } else {
      appendToNextBlock(event, payload: payload)
    }
  }

  @inline(never)
  private mutating func appendToNextBlock(_ event: Event, payload: UnsafeRawBufferPointer) {
    writeBlock()
    if failure != nil { return }
    if encoder.append(event, payload: payload) {
      eventCount += 1
    } else {
      failure = .format(
        TraceError(
          "event \(eventCount) has \(payload.count) bytes of payload, at most "
            + "\(BlockFormat.payloadLimit)", at: byteCount), path: frames.pointee.path)
    }
  }

  /// Ends the block at hand; it is in the file after `flush`.
  private mutating func writeBlock() {
    if failure != nil || encoder.count == 0 { return }
    let first = eventCount - UInt64(encoder.count)
    // Valid until the block after the next is finished, and `start` waits for the one before.
    let block = encoder.finish(blockNumber: blockCount, firstEvent: first)
    blockCount += 1
    let frames = frames
    if compressesAside {
      aside.start { frames.pointee.write(frameOf: block) }
    } else {
      frames.pointee.write(frameOf: block)
      failure = frames.pointee.failure
    }
  }

  mutating func flush() {
    writeBlock()
    settle()
  }

  mutating func finish() {
    if isFinished { return }
    isFinished = true
    flush()
    frames.pointee.finish(isWhole: failure == nil)
    settle()
  }
}
