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
  /// The trace that is repeated so far, if any; nothing goes to the second thread meanwhile.
  private var repetition = Repetition()
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
  var eventCount: UInt64 {
    if repetition.isOn { return blocks.pointee.eventCount + UInt64(repetition.count) }
    return writesAside ? collectedCount : blocks.pointee.eventCount
  }

  /// The events that come are probably those of `original`, which is read meanwhile.
  mutating func beginRepetition(of original: TraceReader) {
    if eventCount == 0 { repetition = Repetition(of: original) }
  }

  /// Takes an event that the trace that is repeated has; false where it has another, and from there
  /// on all events are written.
  @inline(never)
  private mutating func repeats(_ event: Event, _ payload: UnsafeRawBufferPointer) -> Bool {
    let step = repetition.step(
      event, payload: payload, blockNumber: blocks.pointee.blockCount,
      eventNumber: blocks.pointee.eventCount)
    switch step {
    case .repeated: return true
    case .completed:
      blocks.pointee.write(copyOf: repetition.block!)
      repetition.nextBlock()
      return true
    case .differs:
      endRepetition()
      return false
    }
  }

  /// Writes the events of the block at hand that were repeated, and repeats no more.
  private mutating func endRepetition() {
    if !repetition.isOn { return }
    let ended = repetition
    repetition = Repetition()
    collectedCount = blocks.pointee.eventCount
    settledFailure = blocks.pointee.failure
    guard let room = ended.block?.room else { return }
    for index in 0..<ended.count {
      append(room.pointee.decoder[index], payload: room.pointee.decoder.payload(at: index))
    }
  }

  /// What went wrong first, as far as it is known.
  var failure: TraceFileError? {
    writesAside && !repetition.isOn ? settledFailure : blocks.pointee.failure
  }

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
    if repetition.isOn, repeats(event, payload) { return }
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
    if writesAside || repetition.isOn {
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
    endRepetition()
    hand()
    aside.wait()
    blocks.pointee.writeBlock()
    settle()
  }

  mutating func keep() {
    if isFinished { return }
    endRepetition()
    hand()
    aside.wait()
    blocks.pointee.keep()
    settle()
  }

  mutating func finish() {
    if isFinished { return }
    isFinished = true
    endRepetition()
    hand()
    aside.wait()
    blocks.pointee.finish()
    settle()
  }
}
