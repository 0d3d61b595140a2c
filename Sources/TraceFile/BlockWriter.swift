// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// Makes blocks of events, compresses and writes them.
struct BlockWriter: EventSink, ~Copyable {
  private var encoder: BlockEncoder
  private var frames: FrameWriter
  private(set) var eventCount: UInt64 = 0
  private(set) var blockCount: UInt64 = 0
  /// Events that were in the file when `keep` was done last.
  private var keptCount: UInt64 = 0
  /// What went wrong first; nothing is written any more.
  private(set) var failure: TraceFileError?

  init(
    _ destination: ByteDestination, path: String, header: TraceHeader,
    options: TraceWriter.Options
  ) {
    frames = FrameWriter(destination, path: path, level: options.level)
    encoder = BlockEncoder(
      keepsTimes: !header.unseen.contains(.times), eventLimit: options.eventsPerBlock)
    let bytes = header.encoded()
    if bytes.count > HeaderFormat.byteLimit {
      failure = .format(
        TraceError("the header has \(bytes.count) bytes, at most \(HeaderFormat.byteLimit)", at: 0),
        path: path)
    } else {
      bytes.withUnsafeBytes { frames.write(frameOf: $0) }
      failure = frames.failure
    }
  }

  /// Bytes written so far.
  var byteCount: UInt64 { frames.byteCount }

  /// The bytes of a trace that is written to memory; empty for a file.
  var bytes: [UInt8] {
    if case .memory(let bytes) = frames.destination { return bytes }
    return []
  }

  @inline(__always)
  mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    if failure == nil, encoder.append(event, payload: payload) {
      eventCount += 1
    } else {
      appendToNextBlock(event, payload: payload)
    }
  }

  mutating func append(contentsOf list: EventList) {
    var index = 0
    while failure == nil {
      let next = encoder.append(list, from: index)
      eventCount += UInt64(next - index)
      if next == list.count { return }
      appendToNextBlock(list[next], payload: list.payload(at: next))
      index = next + 1
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
            + "\(BlockFormat.payloadLimit)", at: byteCount), path: frames.path)
    }
  }

  /// Ends the block at hand, so that all events so far are in the file.
  mutating func writeBlock() {
    if failure != nil || encoder.count == 0 { return }
    let first = eventCount - UInt64(encoder.count)
    frames.write(frameOf: encoder.finish(blockNumber: blockCount, firstEvent: first))
    blockCount += 1
    failure = frames.failure
  }

  /// Puts what the block at hand has so far into the file, provisionally: the block itself will
  /// stand in its place.
  mutating func keep() {
    if failure != nil || encoder.count == 0 || keptCount == eventCount || !frames.canKeep { return }
    let first = eventCount - UInt64(encoder.count)
    frames.keep(frameOf: encoder.draft(blockNumber: blockCount, firstEvent: first))
    keptCount = eventCount
    failure = frames.failure
  }

  /// Writes a block of another trace, whose events come next, as it is there. None is at hand.
  mutating func write(copyOf block: HeldBlock) {
    if failure != nil { return }
    frames.write(
      copyOf: block.room.pointee.frames.last, block.room.pointee.frames.lastBytes)
    eventCount += UInt64(block.room.pointee.decoder.count)
    blockCount += 1
    failure = frames.failure
  }

  /// Writes the last block and the seek table, and closes.
  mutating func finish() {
    writeBlock()
    frames.finish(isWhole: failure == nil)
    if failure == nil { failure = frames.failure }
  }
}
