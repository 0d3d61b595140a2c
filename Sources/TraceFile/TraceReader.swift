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

  private var frames: FrameReader
  private var decoder: BlockDecoder
  private var blocks: [Frame] = []
  private var isReported: [Bool]
  private let path: String
  /// The index in `blocks` of the block that is read next.
  private var nextBlock = 0
  /// The index in the block at hand of the event that is read next.
  private var index = 0
  private var expectedEvent: UInt64 = 0
  /// Whether what was lost at the end has been told as a gap.
  private var hasToldEnd = false
  private var isAtGap = true
  /// Whether the block that was loaded last could not be read.
  private var isLastDamaged = false

  /// What the trace says of itself.
  public let header: TraceHeader
  /// What it uses of the format.
  public let features: TraceFeatures
  /// Whether it has its end: its writer finished, and nothing is cut off.
  public let isComplete: Bool
  /// Bytes at the end of the file that belong to no whole block.
  public let droppedByteCount: UInt64
  /// What could not be read so far, the first `problemLimit`; blocks are looked at when their turn
  /// comes, so all are known at the end.
  public private(set) var problems: [TraceProblem] = []
  /// How many problems there were so far.
  public private(set) var problemCount = 0
  /// How many blocks could not be read so far.
  public private(set) var damagedBlockCount = 0
  /// The number of the event that `next` gave last, from 0 on; that of a gap is the number of the
  /// first event that it stands for.
  public private(set) var eventNumber: UInt64 = 0

  /// Opens the trace at `path`.
  public convenience init(path: String) throws(TraceFileError) {
    try self.init(ByteSource(path: path))
  }

  /// Opens a trace in memory.
  public convenience init(bytes: [UInt8]) throws(TraceFileError) {
    try self.init(ByteSource(bytes))
  }

  private init(_ source: ByteSource) throws(TraceFileError) {
    path = source.path
    do throws(TraceError) {
      let opened = try OpenedTrace(source)
      header = opened.header.header
      features = opened.header.features
      isComplete = opened.isComplete
      droppedByteCount = opened.droppedByteCount
      blocks = opened.blocks
      isReported = [Bool](repeating: false, count: blocks.count)
      decoder = BlockDecoder(features: features)
      frames = FrameReader(source)
      for problem in opened.problems { report(problem) }
    } catch {
      throw .format(error, path: source.path)
    }
  }

  /// Bytes of the file.
  public var byteCount: UInt64 { frames.source.byteCount }

  /// Blocks of the file, damaged ones too.
  public var blockCount: Int { blocks.count }

  /// The next event; nil at the end.
  public func next() throws(TraceError) -> Event? {
    while index >= decoder.count {
      if nextBlock >= blocks.count { return endGap() }
      let isReadable = try loadBlock(nextBlock)
      isLastDamaged = !isReadable
      nextBlock += 1
      if isReadable, let gap = startOfBlock() { return gap }
    }
    isAtGap = false
    eventNumber = decoder.firstEvent + UInt64(index)
    index += 1
    expectedEvent = eventNumber + 1
    return decoder[index - 1]
  }

  /// The bytes of the event that `next` gave last, until the next call.
  public var payload: UnsafeRawBufferPointer {
    if isAtGap || index == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return decoder.payload(at: index - 1)
  }

  /// Makes `next` give the event of this number, or the first after it that can be read.
  public func seek(toEvent number: UInt64) throws(TraceError) {
    var low = 0
    var high = blocks.count
    while high - low > 1 {
      var middle = low + (high - low) / 2
      while middle < high, !(try loadBlock(middle)) { middle += 1 }
      if middle == high || decoder.firstEvent > number {
        high = low + (high - low) / 2
      } else {
        low = middle
      }
    }
    resetPosition()
    nextBlock = low
    while nextBlock < blocks.count {
      let isReadable = try loadBlock(nextBlock)
      nextBlock += 1
      if isReadable && decoder.firstEvent + UInt64(decoder.count) > number {
        if number > decoder.firstEvent { index = Int(number - decoder.firstEvent) }
        expectedEvent = max(number, decoder.firstEvent)
        return
      }
    }
    decoder.removeAll()
  }

  /// Makes `next` begin again at the first event.
  public func rewind() {
    resetPosition()
    nextBlock = 0
    expectedEvent = 0
  }

  private func resetPosition() {
    decoder.removeAll()
    index = 0
    isAtGap = true
    hasToldEnd = false
    isLastDamaged = false
  }

  private func report(_ problem: TraceProblem) {
    problemCount += 1
    if problems.count < Self.problemLimit { problems.append(problem) }
  }
}

extension TraceReader {
  /// Unpacks a block into the decoder; false, and reported once, if it cannot be read.
  private func loadBlock(_ number: Int) throws(TraceError) -> Bool {
    let block = blocks[number]
    index = 0
    var reason: String
    do throws(FrameFault) {
      let error = try frames.read(
        at: block.offset, byteCount: block.byteCount, contentLimit: BlockFormat.byteLimit
      ) { content -> TraceError? in
        do throws(TraceError) { try decoder.decode(content) } catch { return error }
        return nil
      }
      if let error {
        reason = "\(error.message) (byte \(error.position) of its contents)"
      } else {
        if decoder.unknownCount > 0, !isReported[number] {
          isReported[number] = true
          reportUnknown(number)
        }
        return true
      }
    } catch {
      if case .unreadable(let error) = error { throw error }
      reason = error.message
    }
    decoder.removeAll()
    if !isReported[number] {
      isReported[number] = true
      damagedBlockCount += 1
      report(TraceProblem(block: UInt64(number), offset: block.offset, message: reason))
    }
    return false
  }

  private func reportUnknown(_ number: Int) {
    report(
      TraceProblem(
        block: UInt64(number), offset: blocks[number].offset,
        message: "\(decoder.unknownCount) events are of kinds that this version does not know"))
  }

  /// The gap before the block at hand, if events are missing there.
  private func startOfBlock() -> Event? {
    if decoder.firstEvent < expectedEvent {
      report(
        TraceProblem(
          block: UInt64(nextBlock - 1), offset: blocks[nextBlock - 1].offset,
          message: "begins with event \(decoder.firstEvent), \(expectedEvent) was expected"))
      damagedBlockCount += 1
      decoder.removeAll()
      return nil
    }
    if decoder.firstEvent == expectedEvent { return nil }
    report(
      TraceProblem(
        block: nil, offset: blocks[nextBlock - 1].offset,
        message: "events \(expectedEvent) to \(decoder.firstEvent - 1) are lost"))
    return gap(of: decoder.firstEvent - expectedEvent)
  }

  /// The gap at the end, if the last block cannot be read.
  private func endGap() -> Event? {
    decoder.removeAll()
    index = 0
    isAtGap = true
    guard !hasToldEnd, isComplete, isLastDamaged else {
      return nil
    }
    hasToldEnd = true
    return gap(of: 0)
  }

  private func gap(of count: UInt64) -> Event {
    isAtGap = true
    eventNumber = expectedEvent
    var event = Event(.gap)
    event.operands[0] = count
    return event
  }
}
