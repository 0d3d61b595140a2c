// SPDX-License-Identifier: BSD-3-Clause

/// The shapes of the block that is written, found by content, with the last values of each.
@safe
struct ShapeTable: ~Copyable {
  /// Values kept per shape: six operands, the result, one unused.
  private static var stride: Int { 8 }
  /// After so many steps a shape is added again rather than searched on: a guest chooses the codes.
  private static var probeLimit: Int { 32 }

  private(set) var shapes: [EventShape] = []
  /// Whether any shape has an operand or a result that is not known.
  private(set) var hasUnknown = false
  private var slots: UnsafeMutablePointer<Slot>
  private var slotCount = 512
  private var previous: UnsafeMutablePointer<UInt64>
  private var previousCapacity = 128

  private struct Slot {
    var key: UInt64
    /// The index of the shape, -1 if the slot is free.
    var index: Int32
    var operandCount: Int32
  }

  init() {
    unsafe slots = .allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: Slot(key: 0, index: -1, operandCount: 0), count: slotCount)
    unsafe previous = .allocate(capacity: previousCapacity * Self.stride)
  }

  deinit {
    unsafe slots.deallocate()
    unsafe previous.deallocate()
  }

  mutating func removeAll() {
    shapes.removeAll(keepingCapacity: true)
    hasUnknown = false
    unsafe slots.update(
      repeating: Slot(key: 0, index: -1, operandCount: 0), count: slotCount)
  }

  /// The index of the event's shape and how many operands it has; added if it is not there.
  @inline(__always)
  mutating func find(_ event: Event, hasPayload: Bool) -> (index: Int, operandCount: Int) {
    let key = Self.key(event, hasPayload: hasPayload)
    let mask = slotCount - 1
    let slot = unsafe slots[Self.hash(key) & mask]
    if slot.key == key && slot.index >= 0
      && event.operandCount(atLeast: Int(slot.operandCount)) == Int(slot.operandCount)
    {
      return (Int(slot.index), Int(slot.operandCount))
    }
    return search(event, key: key, hasPayload: hasPayload)
  }

  private mutating func search(
    _ event: Event, key plainKey: UInt64, hasPayload: Bool
  ) -> (index: Int, operandCount: Int) {
    let regular = Event.operandCount(event.kind, code: event.code)
    let operandCount = event.operandCount(atLeast: regular)
    let key = operandCount == regular ? plainKey : plainKey | UInt64(operandCount) << 24
    var at = Self.hash(key) & (slotCount - 1)
    for _ in 0..<Self.probeLimit {
      let slot = unsafe slots[at]
      if slot.index < 0 {
        let index = add(event, operandCount: operandCount, hasPayload: hasPayload)
        unsafe slots[at] = Slot(
          key: key, index: Int32(index), operandCount: Int32(operandCount))
        if shapes.count * 2 > slotCount { growSlots() }
        return (index, operandCount)
      }
      if slot.key == key { return (Int(slot.index), operandCount) }
      at = (at + 1) & (slotCount - 1)
    }
    return (add(event, operandCount: operandCount, hasPayload: hasPayload), operandCount)
  }

  private mutating func add(
    _ event: Event, operandCount: Int, hasPayload: Bool
  ) -> Int {
    let index = shapes.count
    shapes.append(
      EventShape(
        kind: event.kind.rawValue, flags: event.flags.rawValue, code: event.code,
        operandCount: UInt8(operandCount), hasPayload: hasPayload, unknown: event.unknown))
    if !event.unknown.isEmpty { hasUnknown = true }
    if index == previousCapacity {
      let grown = UnsafeMutablePointer<UInt64>.allocate(capacity: index * 2 * Self.stride)
      unsafe grown.update(from: previous, count: index * Self.stride)
      unsafe previous.deallocate()
      unsafe previous = grown
      previousCapacity = index * 2
    }
    unsafe (previous + index * Self.stride).update(repeating: 0, count: Self.stride)
    return index
  }

  /// The last values of a shape, six operands and the result, until a shape is added.
  @inline(__always)
  func lastValues(_ shape: Int) -> LastValues {
    precondition(shape < previousCapacity)
    return unsafe LastValues(values: previous + shape * Self.stride)
  }

  /// The last values of one shape.
  @safe
  struct LastValues {
    fileprivate let values: UnsafeMutablePointer<UInt64>

    /// The difference to the last value of operand `operand`, 0 to 5, or 6 for the result.
    @inline(__always)
    func difference(_ value: UInt64, _ operand: Int) -> UInt64 {
      let difference = unsafe value &- values[operand & 7]
      unsafe values[operand & 7] = value
      return difference
    }
  }

  /// Kind, flags, payload and what is not known from the low end, bits 24 to 26 for a count that is
  /// not the regular.
  @inline(__always)
  private static func key(_ event: Event, hasPayload: Bool) -> UInt64 {
    UInt64(event.kind.rawValue) | UInt64(event.flags.rawValue) << 8 | (hasPayload ? 1 << 16 : 0)
      | UInt64(event.unknown.rawValue & 127) << 17 | UInt64(event.code) << 32
  }

  @inline(__always)
  private static func hash(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 40)
  }

  private mutating func growSlots() {
    let old = unsafe slots
    let oldCount = slotCount
    slotCount *= 2
    unsafe slots = .allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: Slot(key: 0, index: -1, operandCount: 0), count: slotCount)
    for index in 0..<oldCount where unsafe old[index].index >= 0 {
      let slot = unsafe old[index]
      var at = Self.hash(slot.key) & (slotCount - 1)
      while unsafe slots[at].index >= 0 { at = (at + 1) & (slotCount - 1) }
      unsafe slots[at] = slot
    }
    unsafe old.deallocate()
  }
}
