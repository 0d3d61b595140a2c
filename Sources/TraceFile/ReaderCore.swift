// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// What a reader holds and does. `TraceReader` keeps it behind a pointer, as `TraceWriter` does.
struct ReaderCore: ~Copyable {
  /// For what is not at one of `blocks`.
  private var frames: FrameReader
  private var block: BlockReader
  private var blocks: [Frame] = []
  private var isReported: [Bool]
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
  private var falseStarts = 0
  /// The blocks that were begun last, the oldest first, where somebody is going to take them.
  private var begun: [HeldBlock]?
  /// So many are kept: a replay writes an event when it has read a few more.
  private static var begunLimit: Int { 3 }

  private let readsAhead: Bool
  let opened: OpenedTrace
  private(set) var problems: [TraceProblem] = []
  private(set) var problemCount = 0
  private(set) var damagedBlockCount = 0
  private(set) var eventNumber: UInt64 = 0

  init(_ source: ByteSource, readsAhead: Bool) throws(TraceError) {
    self.readsAhead = readsAhead
    opened = try OpenedTrace(source)
    blocks = opened.blocks
    isReported = [Bool](repeating: false, count: blocks.count)
    block = BlockReader(source, features: opened.header.features)
    frames = FrameReader(source)
    for problem in opened.problems { report(problem) }
  }

  var byteCount: UInt64 { frames.source.byteCount }
  var blockCount: Int { blocks.count }

  /// The next event; nil at the end.
  mutating func next() throws(TraceError) -> Event? {
    while index >= block.count {
      if nextBlock >= blocks.count { return endGap() }
      if try loadNextBlock(), let gap = startOfBlock() { return gap }
    }
    isAtGap = false
    eventNumber = block.firstEvent + UInt64(index)
    index += 1
    expectedEvent = eventNumber + 1
    return block[index - 1]
  }

  /// The bytes of the event that `next` gave last, until the next call.
  var payload: UnsafeRawBufferPointer {
    if isAtGap || index == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return block.payload(at: index - 1)
  }

  /// Makes `next` give the event of this number, or the first after it that can be read.
  mutating func seek(toEvent number: UInt64) throws(TraceError) {
    var low = 0
    var high = blocks.count
    while high - low > 1 {
      var middle = low + (high - low) / 2
      while middle < high, !(try loadBlock(middle)) { middle += 1 }
      if middle == high || block.firstEvent > number {
        high = low + (high - low) / 2
      } else {
        low = middle
      }
    }
    resetPosition()
    nextBlock = low
    while nextBlock < blocks.count {
      if try loadNextBlock(), block.firstEvent + UInt64(block.count) > number {
        if number > block.firstEvent { index = Int(number - block.firstEvent) }
        expectedEvent = max(number, block.firstEvent)
        return
      }
    }
    block.removeAll()
  }

  /// From here on the blocks that are read are kept for `takeBegun`.
  mutating func keepBegun() { begun = begun ?? [] }

  /// The block of this number with this first event, if it was begun and is among those that are
  /// kept; those before it are not kept any more.
  mutating func takeBegun(_ number: UInt64, firstEvent: UInt64) -> HeldBlock? {
    while let first = begun?.first {
      if first.room.pointee.decoder.blockNumber > number { return nil }
      begun!.removeFirst()
      if first.room.pointee.decoder.blockNumber == number,
        first.room.pointee.decoder.firstEvent == firstEvent
      {
        return first
      }
    }
    return nil
  }

  mutating func countEvents() throws(TraceError) -> UInt64 {
    var count: UInt64 = 0
    for number in blocks.indices.reversed() where try loadBlock(number) {
      count = block.firstEvent + UInt64(block.count)
      break
    }
    rewind()
    return count
  }

  /// Makes `next` begin again at the first event.
  mutating func rewind() {
    resetPosition()
    nextBlock = 0
    expectedEvent = 0
  }

  private mutating func resetPosition() {
    block.removeAll()
    index = 0
    isAtGap = true
    hasToldEnd = false
    isLastDamaged = false
  }

  private mutating func report(_ problem: TraceProblem) {
    problemCount += 1
    if problems.count < TraceReader.problemLimit { problems.append(problem) }
  }
}

extension ReaderCore {
  /// Makes a block the one at hand; false, and reported once, if it cannot be read.
  private mutating func loadBlock(
    _ number: Int, beginningWithNext: Bool = false
  ) throws(TraceError) -> Bool {
    index = 0
    do throws(FrameFault) {
      try block.read(blocks[number])
      if beginningWithNext, number + 1 < blocks.count { block.readAhead(blocks[number + 1]) }
      if block.unknownCount > 0 { reportUnknown(number) }
      return true
    } catch {
      if case .unreadable(let error) = error { throw error }
      if !isReported[number] {
        isReported[number] = true
        damagedBlockCount += 1
        report(
          TraceProblem(
            block: UInt64(number), offset: blocks[number].offset, message: error.message))
      }
    }
    block.removeAll()
    return false
  }

  private mutating func loadNextBlock() throws(TraceError) -> Bool {
    let isReadable = try loadBlock(nextBlock, beginningWithNext: readsAhead)
    if !isReadable && !opened.isComplete { try searchInside(nextBlock) }
    isLastDamaged = !isReadable
    nextBlock += 1
    if begun != nil, let held = block.held {
      if begun!.count == Self.begunLimit { begun!.removeFirst() }
      begun!.append(held)
    }
    return isReadable
  }

  /// Looks for whole blocks within a damaged one whose end was found by its lengths alone: where a
  /// length is damaged, the blocks after it may seem to be part of it.
  private mutating func searchInside(_ number: Int) throws(TraceError) {
    let frame = blocks[number]
    let first = try FrameScan.nextBlock(
      &frames, after: frame.offset, before: frame.end, &falseStarts)
    guard var at = first else { return }
    var found = [Frame(offset: frame.offset, byteCount: at - frame.offset, contentByteCount: 0)]
    var rest = number + 1
    while true {
      while rest < blocks.count && blocks[rest].offset < at { rest += 1 }
      if rest < blocks.count && blocks[rest].offset == at { break }
      guard let frame = try? frames.source.frame(at: at) else { break }
      if !frame.isSkippable { found.append(frame) }
      at = frame.end
    }
    blocks.replaceSubrange(number..<rest, with: found)
    isReported.replaceSubrange(
      number..<rest, with: [true] + [Bool](repeating: false, count: found.count - 1))
  }

  private mutating func reportUnknown(_ number: Int) {
    if isReported[number] { return }
    isReported[number] = true
    report(
      TraceProblem(
        block: UInt64(number), offset: blocks[number].offset,
        message: "\(block.unknownCount) events are of kinds that this version does not know"))
  }

  /// The gap before the block at hand, if events are missing there.
  private mutating func startOfBlock() -> Event? {
    if block.firstEvent < expectedEvent {
      report(
        TraceProblem(
          block: UInt64(nextBlock - 1), offset: blocks[nextBlock - 1].offset,
          message: "begins with event \(block.firstEvent), \(expectedEvent) was expected"))
      damagedBlockCount += 1
      block.removeAll()
      return nil
    }
    if block.firstEvent == expectedEvent { return nil }
    report(
      TraceProblem(
        block: nil, offset: blocks[nextBlock - 1].offset,
        message: "events \(expectedEvent) to \(block.firstEvent - 1) are lost"))
    return gap(of: block.firstEvent - expectedEvent)
  }

  /// The gap at the end, if the last block cannot be read.
  private mutating func endGap() -> Event? {
    block.removeAll()
    index = 0
    isAtGap = true
    guard !hasToldEnd, opened.isComplete, isLastDamaged else {
      return nil
    }
    hasToldEnd = true
    return gap(of: 0)
  }

  private mutating func gap(of count: UInt64) -> Event {
    isAtGap = true
    eventNumber = expectedEvent
    var event = Event(.gap)
    event.operands[0] = count
    return event
  }
}
