// SPDX-License-Identifier: BSD-3-Clause

/// Reads the bytes of a block, which may be anything, into events.
///
/// A block is read whole or not at all. Memory: its events, at most 65,536. Payloads are given from
/// where the block lies.
@safe public struct BlockDecoder: ~Copyable {
  private let skipsUnknownKinds: Bool
  private var events: [Event] = []
  /// Per event where its payload lies in `payloads`.
  private var places: [PayloadPlace] = []
  /// Per payload the same.
  private var payloadPlaces: [PayloadPlace] = []
  private var payloads = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  /// Which block of the file it is, from 0 on.
  public private(set) var blockNumber: UInt64 = 0
  /// The number of its first event, from 0 on.
  public private(set) var firstEvent: UInt64 = 0
  /// How many of its events are of a kind that this version does not know; each became a gap.
  public private(set) var unknownCount = 0

  /// A decoder for the blocks of a trace with these features.
  public init(features: TraceFeatures) {
    skipsUnknownKinds = features.compatible.contains(.skippableKinds)
  }

  /// How many events the block has.
  public var count: Int { events.count }

  /// The event at an index from 0 on.
  public subscript(index: Int) -> Event { events[index] }

  /// The bytes of the event at an index, in the block that was decoded.
  public func payload(at index: Int) -> UnsafeRawBufferPointer {
    let place = places[index]
    return unsafe UnsafeRawBufferPointer(
      rebasing: payloads[Int(place.start)..<Int(place.end)])
  }

  /// Whether the event at an index is this one, with these bytes.
  public func holds(_ event: Event, payload: UnsafeRawBufferPointer, at index: Int) -> Bool {
    unsafe events[index].isSame(as: event) && self.payload(at: index).isSame(as: payload)
  }

  /// Forgets the events of the last block, whose bytes may go then.
  public mutating func removeAll() {
    events.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    payloadPlaces.removeAll(keepingCapacity: true)
    unsafe payloads = UnsafeRawBufferPointer(start: nil, count: 0)
    unknownCount = 0
  }

  /// Reads a block, whose bytes must stay as they are until the next `decode` or `removeAll`; an
  /// error's position counts from the block's first byte.
  @unsafe public mutating func decode(_ block: UnsafeRawBufferPointer) throws(TraceError) {
    removeAll()
    do {
      var sections = try unsafe readSections(block)
      var shapes = try readShapes(&sections.shapes, eventCount: sections.eventCount)
      try readUnknowns(sections.unknowns, &shapes)
      try readPayloads(&sections)
      try readEvents(&sections, shapes)
    } catch {
      removeAll()
      throw error
    }
  }

  private struct Sections {
    var eventCount = 0
    var shapes: ColumnReader
    var shapeIndexes: ColumnReader
    var tasks: ColumnReader
    var values: ColumnReader
    var payloadLengths: ColumnReader?
    var payloadBytes: ColumnReader
    var payloadReferences: ColumnReader
    var times: ColumnReader?
    var durations: ColumnReader?
    var unknowns: ColumnReader?
    var seen: UInt64 = 0

    init(none: ColumnReader) {
      shapes = none
      shapeIndexes = none
      tasks = none
      values = none
      payloadBytes = none
      payloadReferences = none
    }
  }

  private mutating func readSections(
    _ block: UnsafeRawBufferPointer
  ) throws(TraceError) -> Sections {
    var reader = unsafe ColumnReader(block)
    guard block.count <= BlockFormat.byteLimit else {
      throw TraceError("a block of \(block.count) bytes, at most \(BlockFormat.byteLimit)", at: 0)
    }
    let head = try BlockHead(&reader)
    blockNumber = head.number
    firstEvent = head.firstEvent
    let none = unsafe ColumnReader(UnsafeRawBufferPointer(start: nil, count: 0))
    var sections = Sections(none: none)
    sections.eventCount = head.count
    while !reader.isAtEnd {
      let start = reader.position
      let number = try reader.varint()
      let column = try reader.column(try reader.varint())
      guard let section = BlockSection(rawValue: number) else { continue }
      let bit: UInt64 = 1 << section.rawValue
      if sections.seen & bit != 0 {
        throw TraceError("section \(number) is there twice", at: start)
      }
      sections.seen |= bit
      switch section {
      case .shapes: sections.shapes = column
      case .shapeIndexes: sections.shapeIndexes = column
      case .tasks: sections.tasks = column
      case .values: sections.values = column
      case .payloadLengths: sections.payloadLengths = column
      case .payloadBytes: sections.payloadBytes = column
      case .payloadReferences: sections.payloadReferences = column
      case .times: sections.times = column
      case .durations: sections.durations = column
      case .unknowns: sections.unknowns = column
      }
    }
    return sections
  }

  private func readShapes(
    _ reader: inout ColumnReader, eventCount: Int
  ) throws(TraceError) -> [EventShape] {
    var shapes: [EventShape] = []
    let count = try reader.varint(upTo: UInt64(eventCount), "the count of shapes")
    shapes.reserveCapacity(Int(count))
    for _ in 0..<count {
      let start = reader.position
      let kind = UInt8(try reader.varint(upTo: 255, "a kind"))
      if Event.Kind(rawValue: kind) == nil && !skipsUnknownKinds {
        throw TraceError("event kind \(kind) is not known to this version", at: start)
      }
      shapes.append(
        EventShape(
          kind: kind, flags: UInt8(try reader.varint(upTo: 255, "the flags of a shape")),
          code: UInt32(try reader.varint(upTo: UInt64(UInt32.max), "a code")),
          operandCount: UInt8(try reader.varint(upTo: 6, "a count of operands")),
          hasPayload: try reader.varint(upTo: 1, "the payload bit of a shape") == 1))
    }
    try reader.finish("shapes")
    return shapes
  }

  private func readUnknowns(
    _ section: ColumnReader?, _ shapes: inout [EventShape]
  ) throws(TraceError) {
    guard var reader = section else { return }
    for index in shapes.indices {
      let bits = try reader.varint(
        upTo: UInt64(Event.Unknown.all.rawValue), "the unknown fields of a shape")
      shapes[index].unknown = Event.Unknown(rawValue: UInt8(bits))
    }
    try reader.finish("the unknown fields")
  }

  private mutating func readPayloads(_ sections: inout Sections) throws(TraceError) {
    guard var lengths = sections.payloadLengths else {
      return try sections.payloadBytes.finish("payload bytes without lengths")
    }
    let count = try lengths.varint(upTo: UInt64(sections.eventCount), "the count of payloads")
    payloadPlaces.reserveCapacity(Int(count))
    var end: UInt64 = 0
    for _ in 0..<count {
      let start = end
      end += try lengths.varint(upTo: UInt64(BlockFormat.payloadLimit), "a payload's length")
      payloadPlaces.append(PayloadPlace(start, end))
    }
    try lengths.finish("payload lengths")
    guard end <= UInt64(BlockFormat.payloadLimit), end == UInt64(sections.payloadBytes.remaining)
    else {
      throw TraceError(
        "\(end) bytes of payload are announced, \(sections.payloadBytes.remaining) are there",
        at: sections.payloadBytes.position)
    }
    unsafe payloads = try unsafe sections.payloadBytes.take(end)
  }

  private mutating func readEvents(
    _ sections: inout Sections, _ shapes: [EventShape]
  ) throws(TraceError) {
    events.reserveCapacity(sections.eventCount)
    places.reserveCapacity(sections.eventCount)
    var last = [UInt64](repeating: 0, count: shapes.count * 8)
    var shapeIndexes = sections.shapeIndexes
    var values = sections.values
    var tasks = sections.tasks
    var task: UInt64 = 0
    for _ in 0..<sections.eventCount {
      let start = shapeIndexes.position
      let index = Int(truncatingIfNeeded: try shapeIndexes.varint())
      guard index >= 0 && index < shapes.count else {
        throw TraceError("shape \(index) of \(shapes.count)", at: start)
      }
      let shape = shapes[index]
      var event = Event(Event.Kind(rawValue: shape.kind) ?? .gap)
      event.flags = Event.Flags(rawValue: shape.flags)
      event.code = shape.code
      event.unknown = shape.unknown
      task = task &+ unZigZag(try tasks.varint())
      guard task <= UInt64(UInt32.max) else {
        throw TraceError("a task number exceeds 32 bits", at: tasks.position)
      }
      event.task = UInt32(task)
      for operand in 0..<Int(shape.operandCount) {
        last[index * 8 + operand] &+= unZigZag(try values.varint())
      }
      for operand in 0..<6 where operand < Int(shape.operandCount) {
        event.operands[operand] = last[index * 8 + operand]
      }
      last[index * 8 + 6] &+= unZigZag(try values.varint())
      event.result = Int64(bitPattern: last[index * 8 + 6])
      places.append(
        shape.hasPayload ? try readReference(&sections.payloadReferences) : PayloadPlace(0, 0))
      if Event.Kind(rawValue: shape.kind) == nil { event = gap(insteadOf: event) }
      events.append(event)
    }
    try shapeIndexes.finish("shape indexes")
    try tasks.finish("tasks")
    try values.finish("values")
    try sections.payloadReferences.finish("payload references")
    try readTimes(&sections)
  }

  private mutating func readTimes(_ sections: inout Sections) throws(TraceError) {
    if var times = sections.times {
      var time: UInt64 = 0
      for index in events.indices {
        time = time &+ unZigZag(try times.varint())
        events[index].time = time
      }
      try times.finish("times")
    }
    if var durations = sections.durations {
      for index in events.indices { events[index].duration = try durations.varint() }
      try durations.finish("durations")
    }
  }

  private func readReference(_ reader: inout ColumnReader) throws(TraceError) -> PayloadPlace {
    let start = reader.position
    let reference = try reader.varint()
    guard reference < UInt64(payloadPlaces.count) else {
      throw TraceError("payload \(reference) of \(payloadPlaces.count)", at: start)
    }
    return payloadPlaces[Int(reference)]
  }

  private mutating func gap(insteadOf event: Event) -> Event {
    unknownCount += 1
    places[places.count - 1] = PayloadPlace(0, 0)
    var gap = Event(.gap, task: event.task)
    gap.operands[0] = 1
    return gap
  }
}

/// Where a payload lies among those of its block; a block's are shorter than 4 GiB together.
private struct PayloadPlace {
  var start: UInt32
  var end: UInt32

  init(_ start: UInt64, _ end: UInt64) {
    self.start = UInt32(truncatingIfNeeded: start)
    self.end = UInt32(truncatingIfNeeded: end)
  }
}
