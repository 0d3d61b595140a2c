// SPDX-License-Identifier: BSD-3-Clause

import Glibc
public import Trace

/// Writes a trace to a file or to memory, block by block, so that what is written stays readable
/// whatever happens to the writer.
///
/// `append` cannot throw; an error is kept, later events are dropped, and `flush` and `finish`
/// throw it. The same header, events and level give the same bytes (with the same libzstd).
public final class TraceWriter: EventSink {
  /// How to write.
  public struct Options: Sendable {
    /// The level of zstd, 1 (fast) to 19 (small).
    public var level = 3
    /// The most events in a block, 1 to 65,536. A crash of the writer loses at most one block.
    public var eventsPerBlock = BlockFormat.eventLimit
    /// Level 3, full blocks.
    public init() {}
  }

  private var destination: ByteDestination
  private var compressor: Compressor
  private var encoder: BlockEncoder
  private var frames: [Frame] = []
  private var isFinished = false
  private let path: String

  /// The header that was written.
  public let header: TraceHeader
  /// Events taken so far.
  public private(set) var eventCount: UInt64 = 0
  /// Bytes written so far.
  public private(set) var byteCount: UInt64 = 0
  /// Blocks written so far.
  public private(set) var blockCount: UInt64 = 0
  /// What went wrong first; nothing is written any more.
  public private(set) var failure: TraceFileError?

  /// Makes or empties the file at `path` and writes the header. Times are kept unless `header`
  /// says that they were not seen.
  public convenience init(
    path: String, header: TraceHeader, options: Options = Options()
  ) throws(TraceFileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw .system(call: "open", path: path, errno: errno) }
    try self.init(.file(descriptor: descriptor, path: path), path, header, options)
  }

  /// Writes to a descriptor that is open for writing, from its position on; closes it at the end.
  public convenience init(
    descriptor: Int32, name: String, header: TraceHeader, options: Options = Options()
  ) throws(TraceFileError) {
    try self.init(.file(descriptor: descriptor, path: name), name, header, options)
  }

  /// Writes to memory: see `bytes`.
  public convenience init(
    header: TraceHeader, options: Options = Options()
  ) throws(TraceFileError) {
    try self.init(.memory([]), "memory", header, options)
  }

  private init(
    _ destination: ByteDestination, _ path: String, _ header: TraceHeader, _ options: Options
  ) throws(TraceFileError) {
    self.destination = destination
    self.path = path
    self.header = header
    compressor = Compressor(level: options.level)
    encoder = BlockEncoder(
      keepsTimes: !header.unseen.contains(.times), eventLimit: options.eventsPerBlock)
    let bytes = header.encoded()
    if bytes.count > HeaderFormat.byteLimit {
      throw .format(
        TraceError("the header has \(bytes.count) bytes, at most \(HeaderFormat.byteLimit)", at: 0),
        path: path)
    }
    bytes.withUnsafeBytes { writeFrame($0) }
    if let failure { throw failure }
  }

  deinit {
    if case .file(let descriptor, _) = destination, !isFinished { close(descriptor) }
  }

  /// The bytes of a trace that is written to memory; empty for a file.
  public var bytes: [UInt8] {
    if case .memory(let bytes) = destination { return bytes }
    return []
  }

  /// Takes one event. A payload of more than 16 MiB is an error.
  public func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    if failure != nil { return }
    if !encoder.append(event, payload: payload) {
      writeBlock()
      if failure != nil { return }
      if !encoder.append(event, payload: payload) {
        failure = .format(
          TraceError(
            "event \(eventCount) has \(payload.count) bytes of payload, at most "
              + "\(BlockFormat.payloadLimit)", at: byteCount), path: path)
        return
      }
    }
    eventCount += 1
  }

  /// Takes one event and its bytes.
  public func append(_ event: Event, bytes: [UInt8] = []) {
    bytes.withUnsafeBytes { append(event, payload: $0) }
  }

  /// Ends the block at hand, so that all events so far are in the file.
  public func flush() throws(TraceFileError) {
    writeBlock()
    if let failure { throw failure }
  }

  /// Writes the last block and the seek table, which says that the trace is whole, and closes.
  public func finish() throws(TraceFileError) {
    if isFinished { return }
    writeBlock()
    if failure == nil { SeekTable.encode(frames).withUnsafeBytes { write($0) } }
    isFinished = true
    if case .file(let descriptor, let path) = destination, close(descriptor) != 0, failure == nil {
      failure = .system(call: "close", path: path, errno: errno)
    }
    if let failure { throw failure }
  }

  private func writeBlock() {
    if failure != nil || encoder.count == 0 { return }
    let first = eventCount - UInt64(encoder.count)
    writeFrame(encoder.finish(blockNumber: blockCount, firstEvent: first))
    blockCount += 1
  }

  private func writeFrame(_ content: UnsafeRawBufferPointer) {
    compressor.compress(content) { frame in
      let checksum = frame.loadUnaligned(fromByteOffset: frame.count - 4, as: UInt32.self)
      frames.append(
        Frame(
          offset: byteCount, byteCount: UInt64(frame.count),
          contentByteCount: UInt64(content.count), checksum: UInt32(littleEndian: checksum)))
      write(frame)
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) {
    if isFinished { return }
    do throws(TraceFileError) {
      try destination.append(bytes)
      byteCount += UInt64(bytes.count)
    } catch {
      failure = error
    }
  }
}
