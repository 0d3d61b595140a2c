// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Reads what a debugger at the stub of a Unikraft kernel wrote down, one JSON object a line:
/// `{"t": "pf", "va": "0x..", "type": 5, "rip": "0x.."}` for a call of the page-fault handler,
/// `{"t": "sys", "nr": 12, "args": ["0x0", ...]}` and `{"t": "ret", "val": "0x.."}` for calls.
struct StubImport {
  private let text: [UInt8]
  private var entered: Event?
  var summary = ImportSummary(.gdbFaults)

  init(_ text: [UInt8]) { self.text = text }

  /// What the trace's header says.
  var header: TraceHeader {
    var header = TraceHeader()
    header.origin = .imported
    header.personality = .unikraft
    header.kernel = [UInt8]("Unikraft, told by a debugger".utf8)
    header.unseen = [.payload, .vmas, .inputs, .times, .operands, .signals, .ends]
    return header
  }

  /// Gives the events of all lines to `sink`.
  mutating func run(into sink: inout some EventSink & ~Copyable) {
    var lines = TextLines(text)
    while let line = lines.next() {
      let text = line.trimmed
      if text.isEmpty {
        summary.blankLineCount += 1
      } else if text.first != 0x7b {
        summary.otherLineCount += 1
      } else if let reason = take(text, &sink) {
        summary.refuse(lines.number, reason, line)
      } else {
        summary.importedLineCount += 1
      }
    }
    summary.lineCount = lines.number
    leave(result: nil, &sink)
    summary.taskCount = summary.eventCount > 0 ? 1 : 0
  }

  /// Takes one object; why it cannot be read, if it cannot.
  private mutating func take(
    _ text: ByteText, _ sink: inout some EventSink & ~Copyable
  ) -> String? {
    switch FlatJSON.text("t", in: text)?.string {
    case "pf": return takeFault(text, &sink)
    case "sys":
      guard let number = FlatJSON.number("nr", in: text), number <= 0xffff,
        let arguments = FlatJSON.numbers("args", in: text), arguments.count == 6
      else { return "a call without nr and six args" }
      leave(result: nil, &sink)
      var event = Event(.systemCall, code: UInt32(number))
      let count = SystemCallTable.argumentCount(of: SystemCallNumber(rawValue: UInt32(number)))
      for index in 0..<count { event.operands[index] = arguments[index] }
      entered = event
      return nil
    case "ret":
      guard let value = FlatJSON.number("val", in: text) else { return "a return without val" }
      if entered == nil { return "a return without its call" }
      leave(result: Int64(bitPattern: value), &sink)
      return nil
    default: return "t is none of pf, sys and ret"
    }
  }

  private mutating func takeFault(
    _ text: ByteText, _ sink: inout some EventSink & ~Copyable
  ) -> String? {
    guard let address = FlatJSON.number("va", in: text),
      let type = FlatJSON.number("type", in: text),
      let pointer = FlatJSON.number("rip", in: text)
    else { return "a fault without va, type and rip" }
    // Unikraft: enum uk_vma fault types. Program and kernel run in the same ring, so that the
    // hardware's bit for user mode is never there; the event tells what the program sees.
    var code = FaultCode.user
    if type & 1 != 0 { code.insert(.write) }
    if type & 2 != 0 { code.insert(.fetch) }
    if type & 4 == 0 { code.insert(.present) }
    var event = Event(.pageFault, code: code.rawValue)
    event.operands[0] = address
    event.operands[1] = pointer
    event.unknown.insert(.result)
    emit(event, &sink)
    summary.faultCount += 1
    return nil
  }

  /// Ends the call that is under way, with its result if the source tells one.
  private mutating func leave(
    result: Int64?, _ sink: inout some EventSink & ~Copyable
  ) {
    guard var event = entered else { return }
    entered = nil
    let number = SystemCallNumber(rawValue: event.code)
    let row = SystemCallTable.description(of: number)
    if let result {
      event.result = result
    } else if row?.returns == false {
      event.flags.insert(.didNotReturn)
    } else {
      event.unknown.insert(.result)
      summary.unknownResultCount += 1
    }
    emit(event, &sink)
    summary.callCount += 1
  }

  private mutating func emit(_ event: Event, _ sink: inout some EventSink & ~Copyable) {
    sink.append(event, payload: UnsafeRawBufferPointer(start: nil, count: 0))
    summary.eventCount += 1
  }
}

/// Looks up members of a JSON object that has numbers, texts without escapes and lists of them.
enum FlatJSON {
  /// The text of a member.
  static func text(_ name: StaticString, in object: ByteText) -> ByteText? {
    guard let value = value(name, in: object), value.first == 0x22 else { return nil }
    return value.dropFirst().prefix { $0 != 0x22 }
  }

  /// A number, in quotes or not.
  static func number(_ name: StaticString, in object: ByteText) -> UInt64? {
    value(name, in: object).flatMap(number)
  }

  /// A list of numbers.
  static func numbers(_ name: StaticString, in object: ByteText) -> [UInt64]? {
    guard let value = value(name, in: object), value.first == 0x5b,
      let end = value.firstIndex(of: 0x5d)
    else { return nil }
    var numbers: [UInt64] = []
    for part in value[(value.startIndex + 1)..<end].split(separator: 0x2c) {
      guard numbers.count < 64, let next = number(part.trimmed) else { return nil }
      numbers.append(next)
    }
    return numbers
  }

  private static func number(_ text: ByteText) -> UInt64? {
    if text.first == 0x22 {
      let inside = text.dropFirst().prefix { $0 != 0x22 }
      return Numbers.value(inside)
    }
    return Numbers.value(text.prefix { $0 == 0x2d || 0x30...0x39 ~= $0 })
  }

  /// What stands behind `"name":`.
  private static func value(_ name: StaticString, in object: ByteText) -> ByteText? {
    var rest = object
    while let at = rest.find(name) {
      let end = at + name.utf8CodeUnitCount
      if at > object.startIndex, object[at - 1] == 0x22, end < object.endIndex,
        object[end] == 0x22
      {
        let behind = object[(end + 1)...].trimmed
        if behind.first == 0x3a { return behind.dropFirst().trimmed }
      }
      rest = object[end...]
    }
    return nil
  }
}
