// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// What a writer holds and does. `TraceWriter` keeps it behind a pointer: checking access to each
/// property of a class took as long as encoding an event.
///
/// It makes blocks itself, or hands events in batches to a second thread that does.
struct WriterCore: ~Copyable {
  /// Where events become blocks; a thread of `aside` may be at it until `settle`.
  private let blocks: UnsafeMutablePointer<BlockWriter>
  private let writesAside: Bool
  private let aside = Aside()
  /// So many events go to the second thread at once: enough that the caller has something to do
  /// while a block is compressed.
  private static var batchLimit: Int { BlockFormat.eventLimit / 2 }
  /// Events for the second thread.
  private var batch = EventList()
  /// The batch that the second thread is at.
  private let handed: UnsafeMutablePointer<EventList>
  private var isFinished = false
  /// Events that went into a batch.
  private var collectedCount: UInt64 = 0
  /// What went wrong first on the second thread, as far as it is known.
  private var settledFailure: TraceFileError?

  init(
    _ destination: ByteDestination, path: String, header: TraceHeader,
    options: TraceWriter.Options
  ) {
    blocks = .allocate(capacity: 1)
    blocks.initialize(to: BlockWriter(destination, path: path, header: header, options: options))
    handed = .allocate(capacity: 1)
    handed.initialize(to: EventList())
    writesAside = options.writesAside
    settledFailure = blocks.pointee.failure
  }

  deinit {
    // The thread must not outlive what it works on.
    aside.wait()
    blocks.deinitialize(count: 1)
    blocks.deallocate()
    handed.deinitialize(count: 1)
    handed.deallocate()
  }

  /// Waits until the second thread is done.
  private mutating func settle() {
    aside.wait()
    settledFailure = blocks.pointee.failure
  }

  /// Events taken so far.
  var eventCount: UInt64 { writesAside ? collectedCount : blocks.pointee.eventCount }

  /// What went wrong first, as far as it is known.
  var failure: TraceFileError? { writesAside ? settledFailure : blocks.pointee.failure }

  /// Bytes written so far.
  var byteCount: UInt64 {
    mutating get {
      settle()
      return blocks.pointee.byteCount
    }
  }

  /// Blocks written so far.
  var blockCount: UInt64 {
    mutating get {
      settle()
      return blocks.pointee.blockCount
    }
  }

  /// The bytes of a trace that is written to memory; empty for a file.
  var bytes: [UInt8] {
    mutating get {
      settle()
      return blocks.pointee.bytes
    }
  }

  @inline(__always)
  mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    if writesAside {
      if settledFailure != nil { return }
      collectedCount += 1
      batch.append(event, payload: payload)
      if batch.count == Self.batchLimit
        || batch.payloadByteCount >= BlockFormat.payloadLimit
      {
        hand()
      }
    } else {
      blocks.pointee.append(event, payload: payload)
    }
  }

  mutating func append(contentsOf list: EventList) {
    if writesAside {
      for index in 0..<list.count { append(list[index], payload: list.payload(at: index)) }
    } else {
      blocks.pointee.append(contentsOf: list)
    }
  }

  /// Gives the batch to the second thread, when that is done with the one before.
  @inline(never)
  private mutating func hand() {
    settle()
    if batch.count == 0 { return }
    let (blocks, handed) = (blocks, handed)
    swap(&batch, &handed.pointee)
    batch.removeAll()
    aside.start { handed.pointee.emit(into: &blocks.pointee) }
  }

  mutating func flush() {
    hand()
    aside.wait()
    blocks.pointee.writeBlock()
    settle()
  }

  mutating func keep() {
    if isFinished { return }
    hand()
    aside.wait()
    blocks.pointee.keep()
    settle()
  }

  mutating func finish() {
    if isFinished { return }
    isFinished = true
    hand()
    aside.wait()
    blocks.pointee.finish()
    settle()
  }
}
