// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// What the call table says of a call with these arguments.
struct CallRow {
  let number: SystemCallNumber
  let operands: InlineArray<6, UInt64>
  /// Which of the operands nobody knows.
  let unknown: Event.Unknown
  let row: SystemCallDescription?

  /// The row for a `.systemCall` event whose counterpart on the other side may know what it does
  /// not: the sub-command, say.
  init(_ event: Event, with other: Event) {
    var operands = event.operands
    for index in 0..<6 where event.unknown.contains(.operand(index)) {
      if !other.unknown.contains(.operand(index)) { operands[index] = other.operands[index] }
    }
    number = SystemCallNumber(rawValue: event.code)
    self.operands = operands
    unknown = event.unknown.intersection(other.unknown)
    row = SystemCallTable.description(of: number, operands: operands)
  }

  /// The row for a `.systemCall` event.
  init(_ event: Event) {
    number = SystemCallNumber(rawValue: event.code)
    operands = event.operands
    unknown = event.unknown
    row = SystemCallTable.description(of: number, operands: event.operands)
  }

  /// The name, or `syscall_N` for a number that Linux does not have.
  var name: String { row.map { "\($0.name)" } ?? "syscall_\(number.rawValue)" }

  /// A number for tables of calls: that of the call, or one for all numbers far beyond Linux's, so
  /// that a table stays small whatever a trace says.
  var key: UInt32 { number.rawValue < 4096 ? number.rawValue : .max }

  /// The name of the call with this key.
  static func name(ofKey key: UInt32) -> String {
    if key == .max { return "others" }
    return SystemCallTable.name(of: SystemCallNumber(rawValue: key)).map { "\($0)" }
      ?? "syscall_\(key)"
  }

  /// How many arguments it has.
  var argumentCount: Int { row?.argumentCount ?? 6 }

  /// What an argument means.
  func kind(_ index: Int) -> ArgumentKind { row?.arguments[index].kind ?? .hex }

  /// What RAX means after a success.
  var resultKind: ResultKind { row?.result ?? .none }

  /// The name of what an ioctl, fcntl, prctl, futex, madvise... is to do.
  var subcommand: String? {
    SystemCallTable.subcommandName(of: number, operands: operands).map { "\($0)" }
  }

  /// The first argument whose address this is.
  func kind(ofAddress address: UInt64) -> ArgumentKind? {
    for index in 0..<argumentCount where operands[index] == address && kind(index).isAddress {
      return kind(index)
    }
    return nil
  }

  /// A letter for each argument, with the value where it says what is asked: flags, codes and
  /// sub-commands, but no address, amount, descriptor or process id.
  var shape: String {
    var text = ""
    for index in 0..<argumentCount {
      let value = operands[index]
      if unknown.contains(.operand(index)) {
        text += "?,"
        continue
      }
      switch kind(index) {
      case .unused: text += "-"
      case .descriptor: text += Int32(truncatingIfNeeded: value) < 0 ? "n" : "d"
      case .directoryDescriptor: text += Int32(truncatingIfNeeded: value) == -100 ? "c" : "d"
      case .processID, .userID: text += value == 0 ? "0" : "i"
      case .integer, .longInteger, .unsigned, .hex, .length, .offset, .count, .milliseconds,
        .seconds:
        text += value == 0 ? "0" : "v"
      case let kind where kind.isAddress: text += value == 0 ? "0" : "a"
      default: text += "=" + String(value, radix: 16)
      }
      text += ","
    }
    return text
  }
}
