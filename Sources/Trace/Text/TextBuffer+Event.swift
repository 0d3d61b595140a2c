// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension TextBuffer {
  /// The word of the kind with what belongs to it; gives how many operands that were.
  mutating func put(bodyOf event: Event) -> Int {
    if event.kind == .systemCall { return put(call: event) }
    put(event.kind.word)
    switch event.kind {
    case .systemCall, .end, .taskEnded, .taskStarted, .input, .wording: break
    case .pageFault, .exception, .guestRead, .guestWrite, .gap, .signal, .vmaMapped, .vmaUnmapped,
      .callSite, .mappedFile:
      put(" ")
    }
    switch event.kind {
    case .systemCall: return 0
    case .pageFault:
      mark(event, 0)
      put(hex: event.operands[0])
      put(" ip ")
      mark(event, 1)
      put(hex: event.operands[1])
      put(" ")
      if event.operands[2] == 0 { mark(event, 2) }
      put(event.code, .fault, separator: 0x7c, none: "0")
      return event.operands[2] == 0 ? 3 : 2
    case .exception:
      put(decimal: UInt64(event.code))
      put(" error ")
      mark(event, 0)
      put(hex: event.operands[0])
      put(" ip ")
      mark(event, 1)
      put(hex: event.operands[1])
      return 2
    case .guestRead, .guestWrite:
      mark(event, 0)
      put(hex: event.operands[0])
      put(" ")
      mark(event, 1)
      put(event.operands[1], .amount)
      if event.kind == .guestWrite && event.code == 1 {
        put(" outside")
      } else {
        put(codeOf: event)
      }
      return 2
    case .input: return put(input: event)
    case .vmaUnmapped:
      put(rangeOf: event)
      put(codeOf: event)
      return 2
    case .vmaMapped:
      put(rangeOf: event)
      put(" ")
      mark(event, 2)
      put(protectionBits: event.operands[2])
      put(" ")
      mark(event, 3)
      put(hex: event.operands[3])
      put(BackingKind.word(ofCode: event.code), orCode: event.code)
      return 4
    case .taskStarted:
      put(TaskStart.word(ofCode: event.code), orCode: event.code)
      put(" ")
      mark(event, 0)
      put(event.operands[0], .amount)
      return 1
    case .wording:
      put(WordingKind.word(ofCode: event.code), orCode: event.code)
      return 0
    case .callSite:
      mark(event, 0)
      put(hex: event.operands[0])
      put(codeOf: event)
      return 1
    case .gap, .mappedFile:
      mark(event, 0)
      put(event.operands[0], .amount)
      put(codeOf: event)
      return 1
    case .taskEnded:
      put(TaskEnd.word(ofCode: event.code), orCode: event.code)
      return 0
    case .end:
      put(EndKind.word(ofCode: event.code), orCode: event.code)
      return 0
    case .signal:
      if let name = Signal(code: event.code)?.name {
        put(name)
      } else {
        put(decimal: UInt64(event.code))
      }
      put(" ")
      mark(event, 0)
      put(event.operands[0], .small)
      put(" ")
      mark(event, 1)
      put(hex: event.operands[1])
      return 2
    }
  }

  private mutating func put(call event: Event) -> Int {
    let row = SystemCallTable.description(of: SystemCallNumber(rawValue: event.code))
    if let row {
      put(row.name)
    } else {
      put("call_")
      put(decimal: UInt64(event.code))
    }
    put("(")
    let count = event.printedOperandCount(atLeast: row?.argumentCount ?? 6)
    for index in 0..<count {
      if index > 0 { put(", ") }
      mark(event, index)
      put(event.operands[index], row.map { NumberStyle($0.arguments[index].kind) } ?? .hex)
    }
    put(")")
    return count
  }

  private mutating func put(input event: Event) -> Int {
    put(InputKind.word(ofCode: event.code), orCode: event.code)
    let count = InputKind(code: event.code)?.operandCount ?? 0
    for index in 0..<count {
      put(" ")
      mark(event, index)
      put(event.operands[index], .amount)
    }
    return count
  }

  private mutating func put(rangeOf event: Event) {
    mark(event, 0)
    put(hex: event.operands[0])
    put("-")
    mark(event, 1)
    put(hex: event.operands[1])
  }

  /// A `?` before an operand that is not known.
  mutating func mark(_ event: Event, _ operand: Int) {
    if event.unknown.contains(.operand(operand)) { put("?") }
  }

  /// As in `/proc/PID/maps`; a number if there are more bits than that shows.
  private mutating func put(protectionBits bits: UInt64) {
    if bits > 15 { return put(hex: bits) }
    put(bits & 1 != 0 ? "r" : "-")
    put(bits & 2 != 0 ? "w" : "-")
    put(bits & 4 != 0 ? "x" : "-")
    put(bits & 8 != 0 ? "s" : "p")
  }

  private mutating func put(_ word: StaticString?, orCode code: UInt32) {
    put(" ")
    if let word { put(word) } else { put(decimal: UInt64(code)) }
  }

  /// The code of a kind that has none, if it is not 0.
  private mutating func put(codeOf event: Event) {
    if event.code == 0 { return }
    put(" code:")
    put(decimal: UInt64(event.code))
  }

  /// ` = ` with the result, and the flags in brackets, where there are any.
  mutating func put(resultOf event: Event) {
    var flags = event.flags
    let isUnknown = event.unknown.contains(.result)
    if event.alwaysHasResult || event.result != 0 || isUnknown {
      put(" = ")
      if isUnknown {
        put("?")
        put(UInt64(bitPattern: event.result), .amount)
      } else if event.kind == .systemCall && event.result == 0 && flags.contains(.didNotReturn) {
        put("?")
        flags.remove(.didNotReturn)
      } else {
        put(valueOf: event)
      }
    }
    if flags.isEmpty { return }
    put(" [")
    put(UInt32(flags.rawValue), .flags, separator: 0x20, none: "")
    put("]")
  }

  private mutating func put(valueOf event: Event) {
    let bits = UInt64(bitPattern: event.result)
    switch event.kind {
    case .pageFault
    where !FaultCode(rawValue: event.code).contains(.user)
      && event.result == -Int64(Errno.badAddress.rawValue):
      return put("-EFAULT")
    case .pageFault, .exception:
      if let name = Signal(code: UInt32(clamping: -max(event.result, -64)))?.name {
        put("-")
        return put(name)
      }
    case .systemCall, .input:
      if let name = Errno(result: event.result)?.name {
        put("-")
        return put(name)
      }
      if event.kind == .systemCall {
        let row = SystemCallTable.description(of: SystemCallNumber(rawValue: event.code))
        return put(bits, NumberStyle(row?.result ?? .none))
      }
    default: break
    }
    put(bits, .amount)
  }
}

extension Signal {
  /// The signal with the number that an event has; nil if there is none.
  init?(code: UInt32) {
    guard (1...64).contains(code) else { return nil }
    self.init(rawValue: UInt8(code))
  }
}

extension Errno {
  /// The error that a result tells; nil if it is none.
  init?(result: Int64) {
    guard (-4095...(-1)).contains(result) else { return nil }
    self.init(rawValue: UInt16(-result))
  }
}
