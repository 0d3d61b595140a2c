// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A call as strace(1) writes it, version 6.1 without options. Source: its man page, its output.
struct StraceForm: CallForm {
  /// Characters of a string that are shown.
  static var stringLimit: Int { 32 }
  /// Elements of an array that are shown.
  static var elementLimit: UInt64 { 32 }
  /// Where the result begins in a short line.
  static var resultColumn: Int { 40 }

  let call: DecodedCall
  /// Where it goes: the caller's buffer, swapped in for the time of `printCall`.
  var out = StreamBuffer(byteCount: 1)

  init(_ call: DecodedCall) { self.call = call }

  mutating func printCall() {
    let start = out.position
    if let row = call.row {
      out.append(row.name)
    } else {
      out.append("syscall_")
      out.append(hex: UInt64(call.call.number.rawValue))
    }
    out.append("(")
    putArguments()
    out.append(") ")
    while out.position - start < Self.resultColumn, out.left > 1 { out.append(" ") }
    out.append("= ")
    putResult()
  }

  private mutating func putArguments() {
    if !call.call.argumentsWording.isEmpty {
      let words = call.call.argumentsWording
      out.append(words.span)
      return
    }
    if (0..<call.argumentCount).allSatisfy({ !call.isUnknown($0) }), putUnusual() { return }
    for index in 0..<call.argumentCount {
      if index > 0 { out.append(", ") }
      put(argument: index)
    }
  }

  /// One argument by its kind.
  mutating func put(argument index: Int) {
    if call.isUnknown(index) {
      out.append("?")
      return
    }
    let argument = call.argument(index)
    if argument.kind.isAddress {
      put(pointer: index, argument)
    } else {
      put(value: call.operand(index), as: argument.kind)
    }
  }

  /// A value that is no address.
  mutating func put(value: UInt64, as kind: ArgumentKind) {
    let small = Int64(Int32(truncatingIfNeeded: value))
    switch kind {
    case .integer, .descriptor, .processID, .userID, .milliseconds, .socketProtocol:
      out.append(signed: small)
    case .longInteger, .offset: out.append(signed: Int64(bitPattern: value))
    case .unsigned, .length, .count: out.append(decimal: value)
    case .seconds: out.append(decimal: value & 0xffff_ffff)
    case .hex, .unused: put(hex: value)
    case .mode: put(mode: value & 0xffff_ffff)
    case .device: put(device: value)
    case .signal: put(signal: value & 0xffff_ffff)
    case .directoryDescriptor:
      if let name = SystemCallTable.codeName(kind, value) {
        out.append(name)
      } else {
        out.append(signed: small)
      }
    default: put(names: value, as: kind)
    }
  }

  // MARK: Numbers

  /// As `%#x`: 0 is `0`.
  mutating func put(hex value: UInt64) {
    if value == 0 { out.append("0") } else { out.append(hex: value) }
  }

  mutating func put(address value: UInt64) {
    if value == 0 { out.append("NULL") } else { out.append(hex: value) }
  }

  /// At least three digits, the first 0.
  mutating func put(mode value: UInt64) {
    if value >= 0o100 { out.append("0") }
    out.append(value, base: 8, width: 3)
  }

  mutating func put(device value: UInt64) {
    out.append("makedev(")
    put(hex: value >> 8 & 0xfff | value >> 32 & 0xffff_f000)
    out.append(", ")
    put(hex: value & 0xff | value >> 12 & 0xffff_ff00)
    out.append(")")
  }

  mutating func put(signal value: UInt64) {
    if let name = SystemCallTable.codeName(.signal, value) {
      out.append(name)
    } else if (32...64).contains(value) {
      out.append(value == 32 ? "SIGRTMIN" : "SIGRT_")
      if value > 32 { out.append(decimal: value - 32) }
    } else {
      out.append(signed: Int64(Int32(truncatingIfNeeded: value)))
    }
  }
}
