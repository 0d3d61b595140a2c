// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Bytes of the guest in quotes.
extension StraceForm {
  /// Text with a NUL at its end, of which `limit` characters are shown; the address where it was
  /// not seen.
  mutating func put(string address: UInt64, limit: Int) {
    guard address != 0, let memory = call.seen(.read, at: address) ?? call.seen(.write, at: address)
    else { return put(address: address) }
    var end = memory.kept.lowerBound
    while end < memory.kept.upperBound, call.number(at: end, 1) != 0 { end += 1 }
    let isWhole = end < memory.kept.upperBound
    let count = end - memory.kept.lowerBound
    if count == 0, !isWhole { return put(address: address) }
    let shown = min(count, limit)
    putQuoted(memory.kept.lowerBound..<memory.kept.lowerBound + shown)
    if shown < count || !isWhole { out.append("...") }
  }

  /// Bytes of a known number; the address where they were not seen.
  mutating func put(
    data address: UInt64, byteCount: UInt64, _ direction: Journal.Direction, inHex: Bool = false
  ) {
    if address == 0 { return put(address: address) }
    if byteCount == 0 {
      out.append("\"\"")
      return
    }
    guard let memory = call.seen(direction, at: address), !memory.kept.isEmpty else {
      return put(address: address)
    }
    let wanted = Int(min(byteCount, UInt64(Self.stringLimit)))
    let shown = min(wanted, memory.kept.count)
    putQuoted(memory.kept.lowerBound..<memory.kept.lowerBound + shown, inHex: inHex)
    if UInt64(shown) < byteCount { out.append("...") }
  }

  /// Bytes in quotes; what is no text as `\` and an octal number, the shortest that cannot be
  /// misread.
  mutating func putQuoted(_ range: Range<Int>, inHex: Bool = false) {
    out.append("\"")
    for index in range {
      let byte = UInt8(truncatingIfNeeded: call.number(at: index, 1))
      if inHex {
        out.append("\\x")
        out.append(UInt64(byte), base: 16, width: 2)
        continue
      }
      switch byte {
      case 0x22: out.append("\\\"")
      case 0x5c: out.append("\\\\")
      case 0x0c: out.append("\\f")
      case 0x0a: out.append("\\n")
      case 0x0d: out.append("\\r")
      case 0x09: out.append("\\t")
      case 0x0b: out.append("\\v")
      case 0x20...0x7e: out.append(byte)
      default:
        let next = index + 1 < range.upperBound ? call.number(at: index + 1, 1) : 0
        out.append("\\")
        out.append(UInt64(byte), base: 8, width: (0x30...0x39).contains(next) ? 3 : 1)
      }
    }
    out.append("\"")
  }

  /// argv: the strings in brackets.
  mutating func put(strings address: UInt64) {
    guard let memory = call.seen(.read, at: address), memory.kept.count >= 8 else {
      return put(address: address)
    }
    out.append("[")
    var index: UInt64 = 0
    while let string = call.number(of: address &+ 8 &* index, .read, 8), string != 0 {
      if index > 0 { out.append(", ") }
      if index == Self.elementLimit {
        out.append("...")
        break
      }
      put(string: string, limit: Self.stringLimit)
      index += 1
    }
    out.append("]")
  }

  /// envp: how many there are.
  mutating func put(countOfStrings address: UInt64) {
    put(address: address)
    var count: UInt64 = 0
    while let string = call.number(of: address &+ 8 &* count, .read, 8), string != 0 { count += 1 }
    out.append(" /* ")
    out.append(decimal: count)
    out.append(count == 1 ? " var */" : " vars */")
  }
}
