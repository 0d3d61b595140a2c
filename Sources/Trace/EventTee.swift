// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Turns what a kernel is asked, is told and does into events, in the order that `Event.Kind` lays
/// down. Every machine that records holds one and forwards to it; so a run on the CPU and its
/// replay write the same bytes.
public struct EventTee<Sink: EventSink & ~Copyable>: ~Copyable {
  /// Where the events go.
  public var sink: Sink
  /// The task that the trap at hand belongs to.
  public var task: UInt32 = 1
  /// Events so far.
  public private(set) var eventCount: UInt64 = 0

  /// The arguments that each call has, by its number: the call table is too slow to ask each time.
  let argumentCounts: [UInt8]

  /// A tee into `sink`.
  public init(into sink: consuming Sink) {
    self.sink = sink
    argumentCounts = (0...SystemCallTable.highestNumber.rawValue).map { number in
      UInt8(SystemCallTable.argumentCount(of: SystemCallNumber(rawValue: number)))
    }
  }

  /// Gives the sink back.
  public consuming func finish() -> Sink { sink }

  /// Takes any event as it is.
  public mutating func emit(_ event: Event, payload: UnsafeRawBufferPointer) {
    unsafe sink.append(event, payload: payload)
    eventCount += 1
  }

  /// Takes an event that has no bytes.
  public mutating func emit(_ event: Event) {
    unsafe emit(event, payload: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// Takes an event with the bytes of an array.
  public mutating func emit(_ event: Event, payload: [UInt8]) {
    unsafe payload.withUnsafeBytes { bytes in
      unsafe sink.append(event, payload: bytes)
    }
    eventCount += 1
  }
}

extension EventTee where Sink: ~Copyable {
  /// The kernel read `byteCount` bytes of guest memory; `bytes` are those to keep.
  public mutating func didRead(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer
  ) {
    var event = Event(.guestRead, task: task)
    event.operands[0] = address.rawValue
    event.operands[1] = byteCount
    unsafe emit(event, payload: bytes)
  }

  /// The kernel wrote `byteCount` bytes of guest memory; `isData`: they came from outside.
  public mutating func didWrite(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer, isData: Bool
  ) {
    var event = Event(.guestWrite, task: task, code: isData ? 1 : 0)
    event.operands[0] = address.rawValue
    event.operands[1] = byteCount
    unsafe emit(event, payload: bytes)
  }

  /// The call that follows is made by the instruction at the address.
  public mutating func didCall(from instruction: VirtualAddress) {
    var event = Event(.callSite, task: task)
    event.operands[0] = instruction.rawValue
    emit(event)
  }

  /// No VMA stands in the range any more.
  public mutating func didUnmap(_ range: AddressRange) {
    var event = Event(.vmaUnmapped, task: task)
    event.operands[0] = range.lowerBound.rawValue
    event.operands[1] = range.upperBound.rawValue
    emit(event)
  }

  /// This VMA stands in its range.
  public mutating func didMap(_ vma: VMADescription) {
    let event = Event(mapping: vma, task: task)
    emit(event, payload: vma.name)
  }

  /// An answer from outside.
  public mutating func input(
    _ kind: InputKind, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0,
    result: Int64, payload: [UInt8] = []
  ) {
    var event = Event(.input, task: task, code: UInt32(kind.rawValue), result: result)
    event.operands[0] = first
    event.operands[1] = second
    event.operands[2] = third
    emit(event, payload: payload)
  }
}

extension Event {
  /// The event that says that `vma` stands in its range. Its payload is the name.
  public init(mapping vma: VMADescription, task: UInt32) {
    self.init(.vmaMapped, task: task, code: UInt32(vma.backing.rawValue))
    operands[0] = vma.range.lowerBound.rawValue
    operands[1] = vma.range.upperBound.rawValue
    operands[2] = UInt64(vma.protection.rawValue) | (vma.isShared ? 8 : 0)
    operands[3] = vma.offset
  }

  /// The VMA that a `.vmaMapped` event with this payload tells of; nil where it makes no sense.
  public func mappedVMA(name: [UInt8]) -> VMADescription? {
    guard kind == .vmaMapped, operands[0] < operands[1], code <= 0xff,
      let backing = BackingKind(rawValue: UInt8(code))
    else { return nil }
    return VMADescription(
      range: VirtualAddress(operands[0])..<VirtualAddress(operands[1]),
      protection: Protection(rawValue: UInt8(operands[2] & 7)), isShared: operands[2] & 8 != 0,
      backing: backing, offset: operands[3], name: name)
  }
}
