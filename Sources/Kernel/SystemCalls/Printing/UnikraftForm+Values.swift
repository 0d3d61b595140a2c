// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Arguments by their kinds.
extension UnikraftForm {
  mutating func put(kind index: Int) {
    let argument = call.argument(index)
    if argument.kind.isAddress {
      put(pointer: index, argument)
    } else {
      put(value: call.operand(index), as: argument.kind)
    }
  }

  private mutating func put(value: UInt64, as kind: ArgumentKind) {
    let small = Int64(Int32(truncatingIfNeeded: value))
    switch kind {
    case .descriptor: put(signed: value, typed: "fd")
    case .directoryDescriptor:
      if small == -100 {
        put(constant: "AT_FDCWD")
      } else {
        put(signed: value, typed: "dirfd")
      }
    case .processID: put(signed: value, typed: "pid")
    case .integer, .userID, .milliseconds, .seconds:
      paint(.value) { out in out.append(signed: small) }
    case .longInteger: paint(.value) { out in out.append(signed: Int64(bitPattern: value)) }
    case .unsigned, .length, .offset, .count, .socketProtocol: put(decimal: value)
    case .hex, .unused: put(hex: value)
    case .mode: put(octal: value & 0xffff_ffff)
    case .device: put(hex: value)
    default: put(names: value, as: kind)
    }
  }

  // MARK: Behind an address

  private mutating func put(pointer index: Int, _ argument: SystemCallArgument) {
    let address = call.operand(index)
    let isOutput = argument.memory.direction == .write
    switch argument.kind {
    case .buffer: put(buffer: index, argument)
    case .string, .path:
      if isOutput { return put(buffer: index, argument) }
      put(text: address)
    case .stat where isNewer: put(structure: index, "stat", StructStat.byteCount, isOutput)
    case .socketAddress where isNewer: put(structure: index, "sockaddr", 2, isOutput)
    case let kind:
      if isNewer, let outline = StructureShape.outline(kind) {
        put(structure: index, outline.name, outline.byteCount, isOutput)
      } else {
        put(address: address)
      }
    }
  }

  mutating func putOutputMark() {
    paint(.plain) { out in out.append("<out>") }
  }

  /// Text as it is, to its NUL; the address where it was not seen.
  private mutating func put(text address: UInt64) {
    guard address != 0, let memory = call.seen(.read, at: address), !memory.kept.isEmpty else {
      return put(address: address)
    }
    let call = call
    paint(.string) { out in
      out.append("\"")
      for index in memory.kept {
        let byte = UInt8(truncatingIfNeeded: call.number(at: index, 1))
        if byte == 0 { break }
        out.append(byte)
      }
      out.append("\"")
    }
  }

  /// Bytes of a buffer. One that the kernel was to fill and did not is an address for release
  /// 0.17; release 0.12 shows what lay there before, where that was seen.
  private mutating func put(buffer index: Int, _ argument: SystemCallArgument) {
    let address = call.operand(index)
    let isOutput = argument.memory.direction == .write
    if isOutput, isNewer || succeeded { putOutputMark() }
    if address == 0 { return put(constant: "NULL") }
    if isOutput, isNewer, !succeeded {
      return put(address: address, typed: argument.kind == .buffer ? "buf" : "charp")
    }
    let memory =
      isOutput && succeeded
      ? call.seen(.write, at: address)
      : call.seen(.read, at: address) ?? call.seen(.write, at: address)
    let count =
      (succeeded || !isOutput
        ? argument.memory.byteCount(operands: call.call.operands, result: call.call.result) : nil)
      ?? memory?.byteCount ?? 0
    guard count == 0 || memory.map({ !$0.kept.isEmpty }) == true else {
      return put(address: address)
    }
    let isLong = min(count, 0xffff) > UInt64(Self.bufferLimit)
    let shown = min(Int(min(count, UInt64(Self.bufferLimit))), memory?.kept.count ?? 0)
    let start = memory?.kept.lowerBound ?? 0
    let call = call
    paint(.string) { out in
      out.append("\"")
      for at in start..<start + shown {
        Self.append(UInt8(truncatingIfNeeded: call.number(at: at, 1)), to: &out)
      }
      out.append("\"")
    }
    if isLong { out.append("...") }
  }

  private static func append(_ byte: UInt8, to out: inout StreamBuffer) {
    if (0x20...0x7e).contains(byte) {
      out.append(byte)
      return
    }
    out.append("\\x")
    for digit in [byte >> 4, byte & 0xf] { out.append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
  }

  // MARK: Structures

  private mutating func put(
    structure index: Int, _ name: StaticString, _ byteCount: Int, _ isOutput: Bool
  ) {
    let address = call.operand(index)
    let kind = call.argument(index).kind
    if isOutput { putOutputMark() }
    put(type: name)
    if address == 0 { return put(constant: "NULL") }
    guard !isOutput || succeeded,
      let offset = call.offset(of: address, isOutput ? .write : .read, byteCount: byteCount)
    else {
      return paint(.value) { out in out.append(hex: address) }
    }
    switch kind {
    case .stat:
      out.append("{st_size=")
      put(decimal: call.number(at: offset + 48, 8))
      out.append(", st_mode=")
      put(octal: call.number(at: offset + 24, 4))
      out.append(", ...}")
    case .socketAddress:
      out.append("{sa_family=")
      put(names: call.number(at: offset, 2), as: .socketDomain)
      out.append(", ...}")
    default: put(fieldsOf: kind, at: offset)
    }
  }

  mutating func put(_ field: StructureField, at offset: Int) {
    switch field.form {
    case .signed, .unsigned, .limit: put(decimal: call.number(at: offset, field.byteCount))
    case .hex: put(hex: call.number(at: offset, field.byteCount))
    case .address: put(address: call.number(at: offset, 8))
    case .triple:
      out.append("[")
      for index in 0..<3 {
        if index > 0 { out.append(", ") }
        put(decimal: call.number(at: offset + 8 * index, 8))
      }
      out.append("]")
    case .nested(let kind): put(fieldsOf: kind, at: offset)
    case .text:
      let call = call
      paint(.string) { out in
        out.append("\"")
        for at in offset..<offset + field.byteCount {
          let byte = UInt8(truncatingIfNeeded: call.number(at: at, 1))
          if byte == 0 { break }
          out.append(byte)
        }
        out.append("\"")
      }
    }
  }
}
