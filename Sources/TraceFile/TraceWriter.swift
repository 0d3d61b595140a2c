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
    /// The most events in a block, 1 to 65,536. A crash of the writer loses at most one block,
    /// and of that only what came after the last `keep`.
    public var eventsPerBlock = BlockFormat.eventLimit
    /// Make and write blocks on a second thread, while the next events are collected. The bytes are
    /// the same; an error shows up to 65,536 events later.
    public var writesAside = false
    /// Level 3, full blocks, one thread.
    public init() {}
  }

  private let core: UnsafeMutablePointer<WriterCore>

  /// The header that was written.
  public let header: TraceHeader

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
    self.header = header
    core = .allocate(capacity: 1)
    core.initialize(
      to: WriterCore(destination, path: path, header: header, options: options))
    if let failure { throw failure }
  }

  deinit {
    core.deinitialize(count: 1)
    core.deallocate()
  }

  /// Says, before the first event, that the events that come are probably those that `original`
  /// gives meanwhile, as in a replay. As long as they are, they are compared and whole blocks are
  /// copied as they lie in its file; from the first other one on they are written as always.
  public func expectRepetition(of original: TraceReader) {
    // What the original has beyond what this trace says it has must not get into it.
    if original.features == header.features { core.pointee.beginRepetition(of: original) }
  }

  /// Events taken so far.
  public var eventCount: UInt64 { core.pointee.eventCount }
  /// Bytes written so far.
  public var byteCount: UInt64 { core.pointee.byteCount }
  /// Blocks written so far.
  public var blockCount: UInt64 { core.pointee.blockCount }
  /// What went wrong first; nothing is written any more.
  public var failure: TraceFileError? { core.pointee.failure }

  /// The bytes of a trace that is written to memory; empty for a file.
  public var bytes: [UInt8] { core.pointee.bytes }

  /// Takes one event. A payload of more than 16 MiB is an error.
  public func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    core.pointee.append(event, payload: payload)
  }

  /// Takes all events of a list, in order.
  public func append(contentsOf list: EventList) { core.pointee.append(contentsOf: list) }

  /// Takes one event and its bytes.
  public func append(_ event: Event, bytes: [UInt8] = []) {
    bytes.withUnsafeBytes { append(event, payload: $0) }
  }

  /// Puts all events so far into the file, where it is a regular one. The block at hand stays open
  /// and takes this place when it is full, so the bytes at the end are the same as without.
  public func keep() { core.pointee.keep() }

  /// Ends the block at hand, so that all events so far are in the file.
  public func flush() throws(TraceFileError) {
    core.pointee.flush()
    if let failure { throw failure }
  }

  /// Writes the last block and the seek table, which says that the trace is whole, and closes.
  public func finish() throws(TraceFileError) {
    core.pointee.finish()
    if let failure { throw failure }
  }
}
