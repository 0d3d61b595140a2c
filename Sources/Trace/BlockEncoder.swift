// SPDX-License-Identifier: BSD-3-Clause

/// Makes the bytes of one block after the other from events; see docs/trace-format.md.
///
/// A block stands alone: whatever is stored as a difference begins again at 0 in each, and a
/// payload is found again only within its block. The same events give the same bytes.
public struct BlockEncoder: ~Copyable {
  private let eventLimit: Int
  private let keepsTimes: Bool
  private var shapes = ShapeTable()
  private var payloads = PayloadTable()
  private var shapeIndexes: ColumnWriter
  private var tasks: ColumnWriter
  private var values: ColumnWriter
  private var payloadReferences: ColumnWriter
  private var times: ColumnWriter
  private var durations: ColumnWriter
  private var output = ByteStorage(capacity: 4096)
  private var previousTask: UInt64 = 0
  private var previousTime: UInt64 = 0
  private var anyTime: UInt64 = 0
  private var anyDuration: UInt64 = 0

  /// How many events the block holds so far.
  public private(set) var count = 0

  /// An encoder of blocks of up to `eventLimit` events, at most 65,536, with or without times.
  public init(keepsTimes: Bool, eventLimit: Int = BlockFormat.eventLimit) {
    let limit = min(max(eventLimit, 1), BlockFormat.eventLimit)
    self.eventLimit = limit
    self.keepsTimes = keepsTimes
    shapeIndexes = ColumnWriter(varintCount: limit)
    tasks = ColumnWriter(varintCount: limit)
    values = ColumnWriter(varintCount: limit * 7)
    payloadReferences = ColumnWriter(varintCount: limit)
    times = ColumnWriter(varintCount: keepsTimes ? limit : 0)
    durations = ColumnWriter(varintCount: keepsTimes ? limit : 0)
  }

  /// Takes one event; false, and nothing is taken, if the block must be finished first or if the
  /// payload is longer than `BlockFormat.payloadLimit`.
  public mutating func append(
    _ event: Event, payload: UnsafeRawBufferPointer
  ) -> Bool {
    if count == eventLimit { return false }
    var cursors = cursors(upTo: 1)
    let isTaken = unsafe take(event, payload, &cursors)
    move(to: cursors)
    return isTaken
  }

  /// Takes the events of a list from the index `start` on, up to one that must wait as `append`
  /// says. Returns the index of the first that was not taken.
  public mutating func append(_ list: EventList, from start: Int) -> Int {
    unsafe list.withContents { (events, payloadEnds, payloads) in
      let end = min(events.count, start + eventLimit - count)
      var cursors = cursors(upTo: end - start)
      var payloadStart = start == 0 ? 0 : unsafe payloadEnds[start - 1]
      var index = start
      while index < end {
        let payloadEnd = unsafe payloadEnds[index]
        let payload = unsafe UnsafeRawBufferPointer(rebasing: payloads[payloadStart..<payloadEnd])
        if unsafe !take(events[index], payload, &cursors) { break }
        payloadStart = payloadEnd
        index += 1
      }
      move(to: cursors)
      return index
    }
  }

  /// Where the next events go in the columns that every event has.
  private struct Cursors {
    var shapeIndexes: ColumnWriter.Cursor
    var tasks: ColumnWriter.Cursor
    var values: ColumnWriter.Cursor
  }

  @inline(__always)
  private func cursors(upTo eventCount: Int) -> Cursors {
    Cursors(
      shapeIndexes: shapeIndexes.cursor(upTo: eventCount), tasks: tasks.cursor(upTo: eventCount),
      values: values.cursor(upTo: eventCount * 7))
  }

  @inline(__always)
  private mutating func move(to cursors: Cursors) {
    shapeIndexes.move(to: cursors.shapeIndexes)
    tasks.move(to: cursors.tasks)
    values.move(to: cursors.values)
  }

  /// Takes one event, for which there is room at the cursors; false as `append` says.
  @inline(__always)
  private mutating func take(
    _ event: Event, _ payload: UnsafeRawBufferPointer, _ cursors: inout Cursors
  ) -> Bool {
    let hasPayload = unsafe !payload.isEmpty
    if hasPayload, payload.count > BlockFormat.payloadLimit - payloads.byteCount { return false }
    let shape = shapes.find(event, hasPayload: hasPayload)
    cursors.shapeIndexes.put(UInt64(shape.index))
    let task = UInt64(event.task)
    cursors.tasks.put(zigZag(task &- previousTask))
    previousTask = task
    let last = shapes.lastValues(shape.index)
    let operandCount = shape.operandCount
    // Spelled out, since an index that is not constant makes the compiler copy all six.
    var values = cursors.values
    if operandCount > 0 { values.put(zigZag(last.difference(event.operands[0], 0))) }
    if operandCount > 1 { values.put(zigZag(last.difference(event.operands[1], 1))) }
    if operandCount > 2 { values.put(zigZag(last.difference(event.operands[2], 2))) }
    if operandCount > 3 { values.put(zigZag(last.difference(event.operands[3], 3))) }
    if operandCount > 4 { values.put(zigZag(last.difference(event.operands[4], 4))) }
    if operandCount > 5 { values.put(zigZag(last.difference(event.operands[5], 5))) }
    values.put(zigZag(last.difference(UInt64(bitPattern: event.result), 6)))
    cursors.values = values
    if hasPayload {
      unsafe payloadReferences.append(UInt64(payloads.find(payload)))
    }
    if keepsTimes {
      times.append(zigZag(event.time &- previousTime))
      previousTime = event.time
      durations.append(event.duration)
      anyTime |= event.time
      anyDuration |= event.duration
    }
    count &+= 1
    return true
  }

  /// The bytes of the block, valid until the next one is finished; the encoder begins that one.
  public mutating func finish(blockNumber: UInt64, firstEvent: UInt64) -> UnsafeRawBufferPointer {
    let bytes = unsafe draft(blockNumber: blockNumber, firstEvent: firstEvent)
    reset()
    return unsafe bytes
  }

  /// The bytes of the block if it ended here, valid until the next are made; it goes on.
  public mutating func draft(blockNumber: UInt64, firstEvent: UInt64) -> UnsafeRawBufferPointer {
    output.removeAll()
    output.append(littleEndian: BlockFormat.magic)
    output.append(varint: blockNumber)
    output.append(varint: firstEvent)
    output.append(varint: UInt64(count))
    appendShapes()
    unsafe append(.shapeIndexes, shapeIndexes.bytes)
    unsafe append(.tasks, tasks.bytes)
    unsafe append(.values, values.bytes)
    if payloads.count > 0 { appendPayloads() }
    if anyTime != 0 { unsafe append(.times, times.bytes) }
    if anyDuration != 0 { unsafe append(.durations, durations.bytes) }
    return unsafe output.bytes
  }

  private mutating func reset() {
    shapes.removeAll()
    payloads.removeAll()
    shapeIndexes.removeAll()
    tasks.removeAll()
    values.removeAll()
    payloadReferences.removeAll()
    times.removeAll()
    durations.removeAll()
    previousTask = 0
    previousTime = 0
    anyTime = 0
    anyDuration = 0
    count = 0
  }

  private mutating func append(_ section: BlockSection, _ bytes: UnsafeRawBufferPointer) {
    output.append(varint: section.rawValue)
    output.append(varint: UInt64(bytes.count))
    unsafe output.append(bytes)
  }

  private mutating func appendShapes() {
    var section = ByteStorage(capacity: shapes.shapes.count * 8)
    section.append(varint: UInt64(shapes.shapes.count))
    for shape in shapes.shapes {
      section.append(varint: UInt64(shape.kind))
      section.append(varint: UInt64(shape.flags))
      section.append(varint: UInt64(shape.code))
      section.append(varint: UInt64(shape.operandCount))
      section.append(varint: shape.hasPayload ? 1 : 0)
    }
    unsafe append(.shapes, section.bytes)
    if shapes.hasUnknown { appendUnknowns() }
  }

  private mutating func appendUnknowns() {
    var section = ByteStorage(capacity: shapes.shapes.count)
    for shape in shapes.shapes {
      section.append(varint: UInt64(shape.unknown.intersection(.all).rawValue))
    }
    unsafe append(.unknowns, section.bytes)
  }

  private mutating func appendPayloads() {
    var lengths = ByteStorage(capacity: payloads.count * 2)
    lengths.append(varint: UInt64(payloads.count))
    for index in 0..<payloads.count { lengths.append(varint: UInt64(payloads.length(at: index))) }
    unsafe append(.payloadLengths, lengths.bytes)
    unsafe append(.payloadBytes, payloads.bytes)
    unsafe append(.payloadReferences, payloadReferences.bytes)
  }
}
