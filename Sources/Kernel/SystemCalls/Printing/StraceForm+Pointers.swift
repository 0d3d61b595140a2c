// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What an argument points to.
extension StraceForm {
  /// The memory behind an argument; the address where the call did not get to it or where it was
  /// not seen.
  mutating func put(pointer index: Int, _ argument: SystemCallArgument) {
    let address = call.operand(index)
    let isOutput = argument.memory.direction == .write
    if address == 0 || (isOutput && !call.succeeded) { return put(address: address) }
    let direction: Journal.Direction = isOutput ? .write : .read
    switch argument.kind {
    case .path:
      put(string: address, limit: 4096)
    case .string: put(string: address, limit: Self.stringLimit)
    case .buffer where call.call.number == .prctl:
      put(string: address, limit: Self.stringLimit)
    case .buffer: put(buffer: index, argument, direction)
    case .stringVector: put(strings: address)
    case .ioVector: put(vectors: address, count: call.operand(index + 1), argument)
    case .messageHeader: put(message: address, argument)
    case .directoryEntries: put(entries: address)
    case .pollDescriptors: put(polled: address, count: call.operand(1))
    case .descriptorSet: put(descriptors: address)
    case .epollEvent: put(events: index, address, direction)
    case .signalSet, .signalAction, .signalStack, .signalInformation:
      put(signalStructure: address, argument.kind, direction)
    case .lengthPointer: put(length: address)
    case .integerPointer, .processIDPointer, .futexWord, .offsetPointer:
      put(number: address, argument, direction)
    case .descriptorPair: put(pair: address)
    case .waitStatus: put(waitStatus: address)
    case .stat, .statx, .statfs, .fileLock, .terminalSettings, .socketAddress, .cloneArguments,
      .openHow:
      put(special: index, argument.kind, direction)
    case .timespec where call.call.number == .utimensat:
      put(two: argument.kind, address, direction)
    default:
      put(structure: argument.kind, address, direction)
    }
  }

  private mutating func put(
    buffer index: Int, _ argument: SystemCallArgument, _ direction: Journal.Direction
  ) {
    let address = call.operand(index)
    let count =
      argument.memory.byteCount(operands: call.call.operands, result: call.call.result)
      ?? call.seen(direction, at: address)?.byteCount ?? 0
    put(data: address, byteCount: count, direction)
  }

  /// A structure whose fields stand in a row; the address for others.
  mutating func put(
    structure kind: ArgumentKind, _ address: UInt64, _ direction: Journal.Direction
  ) {
    guard let outline = StructureShape.outline(kind),
      let offset = call.offset(of: address, direction, byteCount: outline.byteCount)
    else { return put(address: address) }
    put(fieldsOf: kind, at: offset)
  }

  mutating func put(
    two kind: ArgumentKind, _ address: UInt64, _ direction: Journal.Direction
  ) {
    guard let offset = call.offset(of: address, direction, byteCount: 32) else {
      return put(address: address)
    }
    out.append("[")
    put(fieldsOf: kind, at: offset)
    out.append(", ")
    put(fieldsOf: kind, at: offset + 16)
    out.append("]")
  }

  mutating func put(_ field: StructureField, at offset: Int) {
    let value = call.number(at: offset, min(field.byteCount, 8))
    switch field.form {
    case .signed:
      out.append(
        signed: field.byteCount == 4
          ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value))
    case .unsigned: out.append(decimal: value)
    case .hex:
      if call.argument(0).kind == .capabilityHeader, value == 0x2008_0522 {
        out.append("_LINUX_CAPABILITY_VERSION_3")
      } else {
        put(hex: value)
      }
    case .address: put(address: value)
    case .text:
      var end = offset
      while end < offset + field.byteCount, call.number(at: end, 1) != 0 { end += 1 }
      putQuoted(offset..<end)
    case .limit: put(limit: value)
    case .triple:
      out.append("[")
      for index in 0..<3 {
        if index > 0 { out.append(", ") }
        out.append(decimal: call.number(at: offset + 8 * index, 8))
      }
      out.append("]")
    case .nested(let kind): put(fieldsOf: kind, at: offset)
    }
  }

  private mutating func put(limit value: UInt64) {
    if value == .max {
      out.append("RLIM64_INFINITY")
    } else if value > 1024, value % 1024 == 0 {
      out.append(decimal: value / 1024)
      out.append("*1024")
    } else {
      out.append(decimal: value)
    }
  }

  // MARK: Numbers behind an address

  private mutating func put(
    number address: UInt64, _ argument: SystemCallArgument, _ direction: Journal.Direction
  ) {
    // strace does not look at the futex, nor at an offset's address beyond its number.
    if argument.kind == .futexWord { return put(address: address) }
    let byteCount = argument.kind == .offsetPointer ? 8 : 4
    guard let value = call.number(of: address, direction, byteCount) else {
      return put(address: address)
    }
    out.append("[")
    if byteCount == 4 {
      out.append(signed: Int64(Int32(truncatingIfNeeded: value)))
    } else {
      out.append(decimal: value)
    }
    if byteCount == 8, let after = call.number(of: address, .write, 8), after != value {
      out.append("] => [")
      out.append(decimal: after)
    }
    out.append("]")
  }

  /// A length that the kernel changes: before and after.
  private mutating func put(length address: UInt64) {
    guard let before = call.number(of: address, .read, 4) else { return put(address: address) }
    out.append("[")
    out.append(decimal: before)
    if let after = call.number(of: address, .write, 4), after != before, call.succeeded {
      out.append(" => ")
      out.append(decimal: after)
    }
    out.append("]")
  }

  private mutating func put(pair address: UInt64) {
    guard let offset = call.offset(of: address, .write, byteCount: 8) else {
      return put(address: address)
    }
    out.append("[")
    out.append(decimal: call.number(at: offset, 4))
    out.append(", ")
    out.append(decimal: call.number(at: offset + 4, 4))
    out.append("]")
  }

  private mutating func put(waitStatus address: UInt64) {
    guard call.call.result > 0, let status = call.number(of: address, .write, 4) else {
      return put(address: address)
    }
    out.append("[{")
    if status & 0x7f == 0 {
      out.append("WIFEXITED(s) && WEXITSTATUS(s) == ")
      out.append(decimal: status >> 8 & 0xff)
    } else if status & 0xff == 0x7f {
      out.append("WIFSTOPPED(s) && WSTOPSIG(s) == ")
      put(signal: status >> 8 & 0xff)
    } else {
      out.append("WIFSIGNALED(s) && WTERMSIG(s) == ")
      put(signal: status & 0x7f)
      if status & 0x80 != 0 { out.append(" && WCOREDUMP(s)") }
    }
    out.append("}]")
  }
}
