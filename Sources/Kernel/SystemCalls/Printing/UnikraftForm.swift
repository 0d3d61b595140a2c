// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A call as Unikraft's system-call shim writes it to the console, in the format of release 0.12
/// or 0.17. The calls that the original decodes look as they do there; the others follow the call
/// table in the same forms. Unikraft: uk_prsyscall.c.
struct UnikraftForm: CallForm {
  /// Bytes of a buffer that are shown. Unikraft: __PR_BUFP_MAXLEN.
  static var bufferLimit: Int { 24 }
  /// Results from minus this on are errors. Unikraft: MAXERRNO.
  static var highestErrno: Int64 { 512 }

  let call: DecodedCall
  let style: CallStyle
  /// Where it goes: the caller's buffer, swapped in for the time of `printCall`.
  var out = StreamBuffer(byteCount: 1)

  init(_ call: DecodedCall, _ style: CallStyle) {
    self.call = call
    self.style = style
  }

  /// Whether the format is that of release 0.17.
  var isNewer: Bool { style.format == .unikraft0_17 }

  /// Whether the call did what it was asked for.
  var succeeded: Bool { call.call.returned && !isError }

  private var isError: Bool { (-Self.highestErrno ... -1).contains(call.call.result) }

  mutating func printCall() {
    if let row = call.row {
      paint(.name) { out in out.append(row.name) }
    }
    out.append("(")
    if !call.call.argumentsWording.isEmpty {
      let words = call.call.argumentsWording
      out.append(words.span)
      out.append(") = ")
      putResult(style.isAsReleased && !isDecodedByRelease ? .hex : resultKind)
    } else if call.row == nil || (style.isAsReleased && !isDecodedByRelease) {
      putDefaultArguments()
      out.append(") = ")
      putResult(.hex)
    } else {
      putArguments()
      out.append(") = ")
      putResult(resultKind)
    }
  }

  /// The form of a call that the original does not know.
  private mutating func putDefaultArguments() {
    for index in 0..<2 {
      let value = call.operand(index)
      paint(.value) { out in out.append(hex: value) }
      out.append(", ")
    }
    out.append("...")
  }

  private mutating func putArguments() {
    var isFirst = true
    for index in 0..<shownArgumentCount {
      if !isFirst { out.append(", ") }
      isFirst = false
      if call.isUnknown(index) { out.append("?") } else { putArgument(index) }
    }
  }

  private mutating func putResult(_ kind: ResultKind) {
    let result = call.call.result
    if !call.call.returned || call.call.unknown & 64 != 0 {
      out.append("?")
    } else if isError {
      let message = Errno(rawValue: UInt16(-result)).message
      paint(.error) { out in
        if let message {
          out.append(message)
        } else {
          out.append("Unknown error ")
          out.append(signed: -result)
        }
        out.append(" (")
        out.append(signed: result)
        out.append(")")
      }
    } else {
      put(success: UInt64(bitPattern: result), kind)
    }
  }

  private mutating func put(success value: UInt64, _ kind: ResultKind) {
    switch kind {
    case .zeroOrError: paint(.plain) { out in out.append("OK") }
    case .descriptor: put(signed: value, typed: "fd")
    case .processID: put(signed: value, typed: "pid")
    case .address: put(address: value)
    case .none, .hex: put(hex: value)
    case .mode: put(octal: value)
    case .integer: paint(.value) { out in out.append(signed: Int64(bitPattern: value)) }
    case .byteCount, .count, .offset, .userID, .time:
      paint(.value) { out in out.append(decimal: value) }
    }
  }
}

// MARK: Colours

extension UnikraftForm {
  /// What a piece of text is. Unikraft: __SHCC_ANSI_*.
  enum Part {
    case name
    case string
    case value
    case constant
    case error
    /// Types, `<out>` and `OK`: the colour of the terminal.
    case plain

    var escape: StaticString {
      switch self {
      case .name: "\u{1b}[34m"
      case .string: "\u{1b}[32m"
      case .value: "\u{1b}[36m"
      case .constant: "\u{1b}[33m"
      case .error: "\u{1b}[31m"
      case .plain: "\u{1b}[0m"
      }
    }
  }

  /// Writes a piece of text in its colour.
  mutating func paint(_ part: Part, _ write: (inout StreamBuffer) -> Void) {
    if style.isColored { out.append(part.escape) }
    write(&out)
    if style.isColored { out.append(Part.plain.escape) }
  }

  mutating func put(constant name: StaticString) {
    paint(.constant) { out in out.append(name) }
  }

  /// The type of a value, such as `fd:`.
  mutating func put(type name: StaticString) {
    if !style.hasTypePrefixes { return }
    paint(.plain) { out in out.append(name) }
    out.append(":")
  }

  mutating func put(signed value: UInt64, typed name: StaticString) {
    put(type: name)
    paint(.value) { out in out.append(signed: Int64(Int32(truncatingIfNeeded: value))) }
  }

  /// An address, which is NULL where it is 0.
  mutating func put(address value: UInt64, typed name: StaticString = "va") {
    if value == 0 { return put(constant: "NULL") }
    put(type: name)
    paint(.value) { out in out.append(hex: value) }
  }

  /// Release 0.12 has no `0x` before it.
  mutating func put(hex value: UInt64) {
    let hasPrefix = isNewer
    paint(.value) { out in
      if hasPrefix { out.append("0x") }
      out.append(value, base: 16)
    }
  }

  mutating func put(octal value: UInt64) {
    paint(.value) { out in
      out.append("0")
      out.append(value, base: 8)
    }
  }

  mutating func put(decimal value: UInt64) {
    paint(.value) { out in out.append(decimal: value) }
  }
}
