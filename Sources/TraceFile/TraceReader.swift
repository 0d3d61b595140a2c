// SPDX-License-Identifier: BSD-3-Clause

public import Trace

/// Reads a trace from a file or from memory, which may hold anything.
///
/// What cannot be read is named in `problems` and passed over; a gap event stands in its place.
/// A trace that is cut off is read up to its last whole block, and `isComplete` is false. Memory:
/// one block, and a few bytes for each.
public final class TraceReader: EventSource {
  /// So many problems are kept; all are counted.
  public static let problemLimit = 100

  private let core: UnsafeMutablePointer<ReaderCore>

  /// Opens the trace at `path`. `readsAhead`: a second thread unpacks the next block while the
  /// events of one are read.
  public convenience init(path: String, readsAhead: Bool = false) throws(TraceFileError) {
    try self.init(ByteSource(path: path), readsAhead: readsAhead)
  }

  /// Opens a trace in memory.
  public convenience init(bytes: [UInt8]) throws(TraceFileError) {
    try self.init(ByteSource(bytes), readsAhead: false)
  }

  private init(_ source: ByteSource, readsAhead: Bool) throws(TraceFileError) {
    let opened: ReaderCore
    do throws(TraceError) {
      opened = try ReaderCore(source, readsAhead: readsAhead)
    } catch {
      throw .format(error, path: source.path)
    }
    core = .allocate(capacity: 1)
    core.initialize(to: opened)
  }

  deinit {
    core.deinitialize(count: 1)
    core.deallocate()
  }

  /// For a writer that repeats this trace: see `ReaderCore`.
  func keepBegun() { core.pointee.keepBegun() }
  func takeBegun(_ number: UInt64, firstEvent: UInt64) -> HeldBlock? {
    core.pointee.takeBegun(number, firstEvent: firstEvent)
  }

  /// What the trace says of itself.
  public var header: TraceHeader { core.pointee.opened.header.header }
  /// What it uses of the format.
  public var features: TraceFeatures { core.pointee.opened.header.features }
  /// Whether it has its end: its writer finished, and nothing is cut off.
  public var isComplete: Bool { core.pointee.opened.isComplete }
  /// Bytes at the end of the file that belong to no whole block.
  public var droppedByteCount: UInt64 { core.pointee.opened.droppedByteCount }
  /// What could not be read so far, the first `problemLimit`; blocks are looked at when their turn
  /// comes, so all are known at the end.
  public var problems: [TraceProblem] { core.pointee.problems }
  /// How many problems there were so far.
  public var problemCount: Int { core.pointee.problemCount }
  /// How many blocks could not be read so far.
  public var damagedBlockCount: Int { core.pointee.damagedBlockCount }
  /// The number of the event that `next` gave last, from 0 on; that of a gap is the number of the
  /// first event that it stands for.
  public var eventNumber: UInt64 { core.pointee.eventNumber }
  /// Bytes of the file.
  public var byteCount: UInt64 { core.pointee.byteCount }
  /// Blocks of the file, damaged ones too.
  public var blockCount: Int { core.pointee.blockCount }

  /// The next event; nil at the end.
  public func next() throws(TraceError) -> Event? { try core.pointee.next() }

  /// The bytes of the event that `next` gave last, until the next call.
  public var payload: UnsafeRawBufferPointer { core.pointee.payload }

  /// Makes `next` give the event of this number, or the first after it that can be read.
  public func seek(toEvent number: UInt64) throws(TraceError) {
    try core.pointee.seek(toEvent: number)
  }

  /// Makes `next` begin again at the first event.
  public func rewind() { core.pointee.rewind() }

  /// How many events there are up to the end of the last block that can be read; unpacks only
  /// blocks from the end on, and begins again at the first event.
  public func countEvents() throws(TraceError) -> UInt64 { try core.pointee.countEvents() }
}
