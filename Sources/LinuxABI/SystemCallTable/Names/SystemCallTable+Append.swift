// SPDX-License-Identifier: BSD-3-Clause

extension SystemCallTable {
  /// Appends a value of a kind of argument by its names, such as `PROT_READ|PROT_WRITE`; bits
  /// without a name follow in hexadecimal. Returns false, and appends nothing, where the kind has
  /// no names or the value none.
  public static func append(
    _ value: UInt64, as kind: ArgumentKind, to bytes: inout [UInt8]
  ) -> Bool {
    if FlagName.at(0, of: kind) != nil {
      appendFlags(value, as: kind, to: &bytes)
      return true
    }
    guard let name = codeName(kind, value) else { return false }
    append(name, to: &bytes)
    return true
  }

  private static func appendFlags(
    _ value: UInt64, as kind: ArgumentKind, to bytes: inout [UInt8]
  ) {
    let start = bytes.count
    var rest = value
    if kind == .cloneFlags { rest &= ~0xff }
    var index = 0
    while let flag = FlagName.at(index, of: kind) {
      if flag.matches(rest), flag.value != 0 || flag.matches(value) {
        if bytes.count > start { bytes.append(0x7c) }
        append(flag.name, to: &bytes)
        rest &= ~flag.mask
      }
      index += 1
    }
    if kind == .cloneFlags, value & 0xff != 0 {
      if bytes.count > start { bytes.append(0x7c) }
      if let name = codeName(.signal, value & 0xff) {
        append(name, to: &bytes)
      } else {
        rest |= value & 0xff
      }
    }
    if bytes.count == start, rest == 0 {
      append(zeroName(kind), to: &bytes)
    } else if rest != 0 {
      if bytes.count > start, bytes.last != 0x7c { bytes.append(0x7c) }
      appendHexadecimal(rest, to: &bytes)
    }
  }

  private static func zeroName(_ kind: ArgumentKind) -> StaticString {
    switch kind {
    case .protection: "PROT_NONE"
    case .accessMode: "F_OK"
    default: "0"
    }
  }

  private static func append(_ name: StaticString, to bytes: inout [UInt8]) {
    for offset in 0..<name.utf8CodeUnitCount { unsafe bytes.append(name.utf8Start[offset]) }
  }

  private static func appendHexadecimal(_ value: UInt64, to bytes: inout [UInt8]) {
    bytes.append(0x30)
    bytes.append(0x78)
    var shift = (63 - value.leadingZeroBitCount) / 4 * 4
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 0xf
      bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      shift -= 4
    }
  }
}
