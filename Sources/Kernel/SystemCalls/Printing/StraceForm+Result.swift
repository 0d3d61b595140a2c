// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What stands behind `=`.
extension StraceForm {
  mutating func putResult() {
    if !call.call.resultWording.isEmpty {
      let words = call.call.resultWording
      out.append(words.span)
    } else if !call.call.returned {
      out.append("?")
    } else if call.call.unknown & 64 != 0 {
      out.append("? <unavailable>")
    } else if let errno = call.errno {
      put(errno)
    } else {
      put(success: call.call.result)
    }
  }

  private mutating func put(_ errno: Errno) {
    guard let name = errno.name else {
      out.append("-1 (errno ")
      out.append(decimal: UInt64(errno.rawValue))
      out.append(")")
      return
    }
    out.append(errno.rawValue >= 512 ? "? " : "-1 ")
    out.append(name)
    if let message = errno.message {
      out.append(" (")
      out.append(message)
      out.append(")")
    }
  }

  private mutating func put(success result: Int64) {
    let bits = UInt64(bitPattern: result)
    switch call.row?.result ?? .hex {
    case _ where call.call.number == .fcntl && call.operand(1) & 0xffff_ffff == 1: put(hex: bits)
    case .hex, .address: put(hex: bits)
    case .mode: put(mode: bits)
    default: out.append(signed: result)
    }
    switch call.call.number {
    case .poll, .ppoll: putReady(result)
    case .select, .pselect6: putSets(result)
    case .fcntl:
      let command = call.operand(1) & 0xffff_ffff
      if command == 1, bits & 1 != 0 {
        out.append(" (flags FD_CLOEXEC)")
      } else if command == 3 {
        out.append(" (flags ")
        put(openFlags: bits)
        out.append(")")
      }
    default: break
    }
  }

  private mutating func putReady(_ result: Int64) {
    if result == 0 {
      out.append(" (Timeout)")
      return
    }
    let address = call.operand(0)
    out.append(" ([")
    var isFirst = true
    for index in 0..<min(call.operand(1), Self.elementLimit) {
      guard let offset = call.offset(of: address &+ 8 &* index, .write, byteCount: 8) else { break }
      if call.number(at: offset + 6, 2) == 0 { continue }
      if !isFirst { out.append(", ") }
      isFirst = false
      out.append("{fd=")
      out.append(signed: Int64(Int32(truncatingIfNeeded: call.number(at: offset, 4))))
      out.append(", revents=")
      put(flags: call.number(at: offset + 6, 2), of: .pollEvents)
      out.append("}")
    }
    out.append("]")
    if call.call.number == .ppoll { putTimeLeft(2, .timespec, isFirst: false) }
    out.append(")")
  }

  /// What was left of the time when something came.
  private mutating func putTimeLeft(_ index: Int, _ kind: ArgumentKind, isFirst: Bool) {
    guard let offset = call.offset(of: call.operand(index), .write, byteCount: 16) else { return }
    out.append(isFirst ? " (left " : ", left ")
    put(fieldsOf: kind, at: offset)
    if isFirst { out.append(")") }
  }

  private mutating func putSets(_ result: Int64) {
    if result == 0 {
      out.append(" (Timeout)")
      return
    }
    let names: InlineArray<3, StaticString> = ["in ", "out ", "except "]
    var isFirst = true
    for index in 0..<3 {
      let address = call.operand(1 + index)
      let byteCount = Int((min(call.operand(0), 65536) + 63) / 64 * 8)
      guard let offset = call.offset(of: address, .write, byteCount: byteCount) else { continue }
      var isEmpty = true
      for at in 0..<byteCount where call.number(at: offset + at, 1) != 0 { isEmpty = false }
      if isEmpty { continue }
      out.append(isFirst ? " (" : ", ")
      isFirst = false
      out.append(names[index])
      putBits(at: offset, byteCount: byteCount)
    }
    putTimeLeft(4, call.call.number == .select ? .timeval : .timespec, isFirst: isFirst)
    if !isFirst { out.append(")") }
  }
}
