// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Codes and flags: those that the original knows in its order and with no other names, the others
/// by the call table.
extension UnikraftForm {
  mutating func put(names value: UInt64, as kind: ArgumentKind) {
    let value = value & 0xffff_ffff
    switch kind {
    case .openFlags: put(openFlags: value)
    case .protection where value == 0: put(constant: "PROT_NONE")
    case .mapFlags where value == 0: put(constant: "MAP_NONE")
    case .accessMode where value == 0: put(constant: "F_OK")
    case .protection, .mapFlags, .accessMode, .messageFlags, .cloneFlags:
      put(flags: value, of: kind, isFirst: true)
    case .socketType: put(socketType: value)
    case .futexOperation: put(futexOperation: value)
    case .clock: put(code: value, kind, prefix: "CLOCK_", isKnown: value <= 3)
    case .socketDomain:
      put(code: value, kind, prefix: "AF_", isKnown: [1, 2, 10, 16].contains(value))
    default: put(tableNames: value, as: kind)
    }
  }

  private mutating func put(
    code value: UInt64, _ kind: ArgumentKind, prefix: StaticString, isKnown: Bool
  ) {
    if isKnown, let name = SystemCallTable.codeName(kind, value) { return put(constant: name) }
    paint(.constant) { out in
      out.append(prefix)
      out.append(hex: value)
    }
  }

  private mutating func put(tableNames value: UInt64, as kind: ArgumentKind) {
    if value == 0, let flag = FlagName.at(0, of: kind), flag.value != 0 {
      return paint(.value) { out in out.append("0x0") }
    }
    var bytes: [UInt8] = []
    if SystemCallTable.append(value, as: kind, to: &bytes) {
      paint(.constant) { out in out.append(bytes.span) }
    } else {
      put(hex: value)
    }
  }

  // MARK: Flags

  /// The way of opening is not decoded: its bits are left over.
  private mutating func put(openFlags value: UInt64) {
    put(constant: "O_RDONLY")
    put(flags: value, of: .openFlags, isFirst: false)
  }

  /// The names in the original's order, then what is left; a name stands for any of its bits, and
  /// takes all of them away.
  private mutating func put(flags value: UInt64, of kind: ArgumentKind, isFirst: Bool) {
    var rest = value
    var isFirst = isFirst
    var index = 0
    while let bits = Self.order(index, of: kind) {
      index += 1
      if rest & bits == 0 { continue }
      rest &= ~bits
      if !isFirst { out.append("|") }
      isFirst = false
      put(constant: Self.name(of: bits, kind))
    }
    if rest != 0 {
      if !isFirst { out.append("|") }
      paint(.constant) { out in out.append(hex: rest) }
    } else if isFirst {
      paint(.value) { out in out.append("0x0") }
    }
  }

  private static func name(of bits: UInt64, _ kind: ArgumentKind) -> StaticString {
    // Within clone's flags the table has the signal in these bits.
    if kind == .cloneFlags, bits == 0x80 { return "CLONE_NEWTIME" }
    var index = 0
    while let flag = FlagName.at(index, of: kind) {
      if flag.value == bits { return flag.name }
      index += 1
    }
    return "?"
  }

  /// The bits that the original has a name for, in its order.
  private static func order(_ index: Int, of kind: ArgumentKind) -> UInt64? {
    switch kind {
    case .openFlags: element(index, openOrder)
    case .protection: element(index, [4, 1, 2])
    case .accessMode: element(index, [4, 2, 1])
    case .mapFlags:
      element(
        index,
        [
          0x1, 0x2, 0x20, 0x800, 0x1000, 0x10, 0x100, 0x40000, 0x2000, 0x10000, 0x8000, 0x20000,
        ])
    case .messageFlags: element(index, [0x800, 0x4, 0x40, 0x80, 0x8000, 0x4000, 0x1])
    case .cloneFlags:
      // NEWTIME, then from VM on by number.
      index == 0 ? 0x80 : index <= 24 ? 1 << UInt64(index + 7) : nil
    default: nil
    }
  }

  /// APPEND ASYNC CLOEXEC CREAT DIRECT DIRECTORY DSYNC EXCL LARGEFILE NOATIME NOCTTY NOFOLLOW
  /// NONBLOCK PATH SYNC TMPFILE TRUNC.
  private static var openOrder: [UInt64] {
    [
      0x400, 0x2000, 0x80000, 0x40, 0x4000, 0x10000, 0x1000, 0x80, 0x8000, 0x40000, 0x100, 0x20000,
      0x800, 0x200000, 0x101000, 0x410000, 0x200,
    ]
  }

  private static func element(_ index: Int, _ bits: [UInt64]) -> UInt64? {
    index < bits.count ? bits[index] : nil
  }

  // MARK: Codes with flags

  private mutating func put(socketType value: UInt64) {
    if value & 0x800 != 0 {
      put(constant: "SOCK_NONBLOCK")
      out.append("|")
    }
    if value & 0x80000 != 0 {
      put(constant: "SOCK_CLOEXEC")
      out.append("|")
    }
    let type = value & ~0x80800
    if (1...5).contains(type) {
      put(constant: Self.name(of: type, .socketType))
    } else {
      paint(.constant) { out in
        out.append("SOCK_")
        out.append(hex: type)
      }
    }
  }

  private mutating func put(futexOperation value: UInt64) {
    let command = value & ~0x180
    if command <= 13 {
      put(constant: Self.name(of: command, .futexOperation))
    } else {
      paint(.constant) { out in
        out.append("FUTEX_")
        out.append(hex: command)
      }
    }
    if value & 0x80 != 0 {
      out.append("|")
      put(constant: "FUTEX_PRIVATE_FLAG")
    }
    if value & 0x100 != 0 {
      out.append("|")
      put(constant: "FUTEX_CLOCK_REALTIME")
    }
  }
}
