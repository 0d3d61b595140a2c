// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// A call as the events of a trace, in order: what was read and written, the source's own words,
/// the call.
struct AssembledCall {
  /// What stands before the call, with its bytes.
  var attachments: [(event: Event, bytes: [UInt8])] = []
  /// The call itself.
  var call: Event
  /// How many arguments are not known.
  var unknownArgumentCount = 0
}

/// Makes events of a line in its parts: the one place where text becomes a call, for strace(1) and
/// Unikraft alike.
struct CallAssembler {
  var reader: ArgumentReader
  private let dialect: Dialect

  init(_ dialect: Dialect) {
    self.dialect = dialect
    reader = ArgumentReader(dialect)
  }

  /// The events of a call, or nil where its result is none that the format knows.
  mutating func assemble(_ line: CallLine, task: UInt32) -> AssembledCall? {
    var event = Event(.systemCall, task: task, code: line.number.rawValue)
    // Which sub-command it is decides what its arguments are; where that is not told, the call's
    // own row does.
    let row = SystemCallTable.description(of: line.number)
    let first = read(line, row, &event)
    let refined = refine(row, line, first, event.operands)
    let told: Told
    if let refined, !Self.areSame(refined, row) {
      told = read(line, refined, &event)
    } else {
      told = first
    }
    guard let result = result(of: line, refined, &event) else { return nil }
    var assembled = AssembledCall(call: event)
    let count = refined?.argumentCount ?? 6
    for index in 0..<count {
      let argument = refined?.arguments[index] ?? SystemCallArgument(.hex)
      let text = told.arguments[index]
      if text?.value == nil, text != nil || argument.kind != .unused {
        assembled.call.unknown.insert(.operand(index))
        assembled.unknownArgumentCount += text?.content == nil ? 1 : 0
      }
    }
    event = assembled.call
    var isExact = told.isExact
    for index in 0..<count {
      guard let text = told.arguments[index], text.value == nil else { continue }
      let argument = refined?.arguments[index] ?? SystemCallArgument(.hex)
      if text.content != nil || !text.fields.isEmpty {
        assembled.call.operands[index] = Self.label(index)
      }
      attach(text, argument, index, event, result, &assembled)
      isExact = isExact && text.isExact && Self.isWhole(text, argument, event, result)
    }
    for index in 0..<count { isExact = isExact && told.arguments[index]?.isExact != false }
    if !isExact { say(line.inside, .arguments, task, &assembled) }
    if !result.isExact, let text = line.result { say(text, .result, task, &assembled) }
    return assembled
  }

  /// Whether both rows read the same of a text.
  private static func areSame(
    _ one: SystemCallDescription, _ other: SystemCallDescription?
  ) -> Bool {
    guard let other, one.argumentCount == other.argumentCount else { return false }
    return (0..<6).allSatisfy { one.arguments[$0] == other.arguments[$0] }
  }

  /// The row for these operands, if those that are not told cannot change it; else the call's own.
  private func refine(
    _ row: SystemCallDescription?, _ line: CallLine, _ told: Told,
    _ operands: InlineArray<6, UInt64>
  ) -> SystemCallDescription? {
    guard let row, let refined = SystemCallTable.description(of: line.number, operands: operands)
    else { return row }
    var others = operands
    for index in 0..<row.argumentCount where told.arguments[index]?.value == nil {
      // What strace leaves out at the end the call does not look at.
      let isLeftOut = dialect == .strace && line.result != nil && index >= line.arguments.count
      if !isLeftOut { others[index] = .max }
    }
    guard let other = SystemCallTable.description(of: line.number, operands: others) else {
      return row
    }
    let isSame = (0..<6).allSatisfy { refined.arguments[$0].kind == other.arguments[$0].kind }
    return isSame ? refined : row
  }

  /// The number in the place of an address that is not known, where bytes behind it are.
  private static func label(_ index: Int) -> UInt64 { 1 << 63 | UInt64(index) << 32 }

  // MARK: Arguments

  private struct Told {
    /// By the number of the operand.
    var arguments: [6 of ArgumentText?] = InlineArray(repeating: nil)
    /// Whether every text has an operand.
    var isExact = true
  }

  private mutating func read(
    _ line: CallLine, _ row: SystemCallDescription?, _ event: inout Event
  ) -> Told {
    var told = Told()
    let order = Self.order(line, row, dialect)
    event.operands = InlineArray(repeating: 0)
    for (place, text) in line.arguments.enumerated() {
      var text = text
      var index = place < order.count ? order[place] : 6
      if dialect == .strace, line.number == .clone, let named = Self.cloneArgument(&text) {
        index = named
      } else if dialect == .strace {
        Self.dropName(&text)
      }
      guard index < 6 else {
        told.isExact = told.isExact && dialect == .unikraft && text.isText("...")
        continue
      }
      if dialect == .unikraft, text.isText("...") { continue }
      if dialect == .strace, let row, index >= row.argumentCount {
        told.isExact = false
        continue
      }
      let argument = row?.arguments[index] ?? SystemCallArgument(.hex)
      var value: ArgumentText
      if argument.kind == .socketOption,
        let option = reader.names.socketOption(text, level: event.operands[1])
      {
        value = ArgumentText(value: option)
      } else if dialect == .unikraft, line.number == .socketpair, index == 3 {
        value = .untold
      } else if dialect == .unikraft, line.number == .futex, index == 2 || index == 5 {
        // In hexadecimal, before release 0.17 without a sign of it.
        value = reader.read(text, SystemCallArgument(.hex))
      } else {
        value = reader.read(text, argument)
      }
      if argument.kind == .unused, value.value == nil { value = .untold }
      told.arguments[index] = value
      if let number = value.value { event.operands[index] = number }
    }
    return told
  }

  private static let inOrder = [0, 1, 2, 3, 4, 5]

  /// Which operand each text is. futex(2) leaves out what its command does not look at.
  private static func order(
    _ line: CallLine, _ row: SystemCallDescription?, _ dialect: Dialect
  ) -> [Int] {
    guard line.number == .futex, let row else { return inOrder }
    return (0..<row.argumentCount).filter {
      row.arguments[$0].kind != .unused && !(dialect == .unikraft && $0 == 3 && hasPair(row))
    }
  }

  /// FUTEX_CMP_REQUEUE, of which Unikraft leaves out how many to move.
  private static func hasPair(_ row: SystemCallDescription) -> Bool {
    row.arguments[3].kind == .count && row.arguments[4].kind == .address
  }

  /// Takes off the name that `strace -N` writes before an argument: `flags=O_RDONLY`.
  private static func dropName(_ text: inout ByteText) {
    var end = text.startIndex
    while end < text.endIndex, isNamePart(text[end]) { end += 1 }
    guard end > text.startIndex, end + 1 < text.endIndex, text[end] == UInt8(ascii: "="),
      text[text.startIndex] >= UInt8(ascii: "_"), text[end + 1] != UInt8(ascii: "=")
    else { return }
    text = text[(end + 1)...]
  }

  /// Lower-case letters, digits and `_`.
  private static func isNamePart(_ byte: UInt8) -> Bool {
    byte == 0x5f || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39)
  }

  /// Takes the name off an argument of clone(2): `child_stack=NULL`.
  private static func cloneArgument(_ text: inout ByteText) -> Int? {
    let names: [(StaticString, Int)] = [
      ("child_stack=", 1), ("flags=", 0), ("parent_tid=", 2), ("parent_tidptr=", 2), ("pidfd=", 2),
      ("tls=", 4), ("child_tidptr=", 3), ("child_tid=", 3),
    ]
    for (name, index) in names where text.accept(name) { return index }
    return nil
  }

  // MARK: Result

  private func result(
    of line: CallLine, _ row: SystemCallDescription?, _ event: inout Event
  ) -> ResultText? {
    guard let text = line.result else {
      event.unknown.insert(.result)
      return ResultText()
    }
    let told: ResultText
    switch dialect {
    case .strace: told = reader.straceResult(text)
    case .unikraft:
      let isDefault = line.arguments.last?.isText("...") ?? false
      guard
        let known = reader.unikraftResult(text, isDefault ? .hex : row?.result ?? .hex)
      else { return nil }
      told = known
    }
    event.duration = told.duration
    if !told.returned {
      event.flags.insert(.didNotReturn)
    } else if let value = told.value {
      event.result = value
    } else {
      event.unknown.insert(.result)
    }
    return told
  }

  // MARK: What stands before the call

  private mutating func attach(
    _ text: ArgumentText, _ argument: SystemCallArgument, _ index: Int, _ event: Event,
    _ result: ResultText, _ assembled: inout AssembledCall
  ) {
    let isOutput = argument.memory.direction == .write && result.returned && event.result >= 0
    func note(_ bytes: [UInt8], at offset: Int, total: UInt64?) {
      var memory = Event(isOutput ? .guestWrite : .guestRead, task: event.task)
      if isOutput, argument.memory.content == .data { memory.code = 1 }
      memory.unknown.insert(.operand(0))
      memory.operands[0] = Self.label(index) + UInt64(offset)
      if let total {
        memory.operands[1] = max(total, UInt64(bytes.count))
      } else {
        memory.unknown.insert(.operand(1))
        memory.operands[1] = UInt64(bytes.count) + 1
      }
      assembled.attachments.append((memory, bytes))
    }
    if let content = text.content {
      let total = Self.total(argument, event, result)
      note(content, at: 0, total: total ?? (text.isCut ? nil : UInt64(content.count)))
    }
    for field in text.fields {
      note(field.bytes, at: field.offset, total: UInt64(field.bytes.count))
    }
  }

  /// How many bytes the call reads or writes there, where the registers that are known tell it.
  private static func total(
    _ argument: SystemCallArgument, _ event: Event, _ result: ResultText
  ) -> UInt64? {
    switch argument.memory.extent {
    case .argument(let index) where event.unknown.contains(.operand(Int(index))): return nil
    case .elements(let index, _) where event.unknown.contains(.operand(Int(index))): return nil
    case .result where event.result < 0 || result.value == nil: return nil
    default:
      return argument.memory.byteCount(
        operands: event.operands, result: result.value)
    }
  }

  /// Whether the bytes are as many as the call tells, so that a printer writes the same of them.
  private static func isWhole(
    _ text: ArgumentText, _ argument: SystemCallArgument, _ event: Event, _ result: ResultText
  ) -> Bool {
    guard let content = text.content, !text.isCut,
      let total = total(argument, event, result)
    else { return true }
    return total == UInt64(content.count)
  }

  private func say(
    _ text: ByteText, _ kind: WordingKind, _ task: UInt32, _ assembled: inout AssembledCall
  ) {
    let event = Event(.wording, task: task, code: UInt32(kind.rawValue))
    assembled.attachments.append((event, [UInt8](text.prefix(Self.wordingLimit))))
  }

  /// Bytes of the source's words that are kept of one call.
  private static var wordingLimit: Int { 1 << 20 }
}
