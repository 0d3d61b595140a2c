// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Codes and flags.
extension StraceForm {
  /// A code or flags by their names; what has none in hexadecimal, with a remark.
  mutating func put(names value: UInt64, as kind: ArgumentKind) {
    switch kind {
    case .openFlags: return put(openFlags: value & 0xffff_ffff)
    case .futexOperation: return put(futexOperation: value & 0xffff_ffff)
    case .statxMask: return put(statxMask: value & 0xffff_ffff)
    case .atFlags where value & 0x6000 != 0 || call.call.number == .statx:
      return put(statxFlags: value & 0xffff_ffff)
    default: break
    }
    var bytes: [UInt8] = []
    let value = kind == .cloneFlags || kind == .protection ? value : value & 0xffff_ffff
    guard SystemCallTable.append(value, as: kind, to: &bytes) else {
      put(hex: value)
      if let prefix = Self.prefix(kind) { put(remark: prefix) }
      return
    }
    out.append(bytes.span)
    // Nothing but a number: flags without any name.
    if bytes.count > 1, bytes[0] == 0x30, let prefix = Self.prefix(kind) { put(remark: prefix) }
  }

  private mutating func put(remark prefix: StaticString) {
    out.append(" /* ")
    out.append(prefix)
    out.append("??? */")
  }

  /// What the names of a kind begin with.
  private static func prefix(_ kind: ArgumentKind) -> StaticString? {
    switch kind {
    case .protection: "PROT_"
    case .mapFlags: "MAP_"
    case .remapFlags: "MREMAP_"
    case .syncFlags: "MS_"
    case .advice: "MADV_"
    case .atFlags: "AT_"
    case .accessMode: "?_OK"
    case .whence: "SEEK_"
    case .fcntlCommand: "F_"
    case .prctlCode: "PR_"
    case .archPrctlCode: "ARCH_"
    case .signalHow: "SIG_"
    case .clock: "CLOCK_"
    case .resource: "RLIMIT_"
    case .randomFlags: "GRND_"
    case .socketDomain: "AF_"
    case .socketType: "SOCK_"
    case .socketLevel: "SOL_"
    case .socketOption: "SO_"
    case .messageFlags: "MSG_"
    case .shutdownHow: "SHUT_"
    case .epollOperation: "EPOLL_CTL_"
    case .fileAdvice: "POSIX_FADV_"
    default: nil
    }
  }

  /// The way of opening, always, then the others.
  mutating func put(openFlags value: UInt64) {
    switch value & 3 {
    case 0: out.append("O_RDONLY")
    case 1: out.append("O_WRONLY")
    case 2: out.append("O_RDWR")
    default: out.append("O_ACCMODE")
    }
    var bytes: [UInt8] = []
    let rest = value & ~3
    if rest != 0, SystemCallTable.append(rest, as: .openFlags, to: &bytes) {
      // The table names the way of opening too, which is O_RDONLY for the rest.
      let own: StaticString = "O_RDONLY|"
      let skipped = bytes.count > own.utf8CodeUnitCount ? own.utf8CodeUnitCount : 0
      out.append("|")
      out.append(bytes.span.extracting(skipped..<bytes.count))
    }
  }

  /// The private commands have names of their own.
  private mutating func put(futexOperation value: UInt64) {
    var bytes: [UInt8] = []
    _ = SystemCallTable.append(value & 0x7f, as: .futexOperation, to: &bytes)
    out.append(bytes.span)
    if value & 0x80 != 0 { out.append("_PRIVATE") }
    if value & 0x100 != 0 { out.append("|FUTEX_CLOCK_REALTIME") }
    if value & ~0x1ff != 0 {
      out.append("|")
      out.append(hex: value & ~0x1ff)
    }
  }

  /// STATX_*, with the names of the usual sets.
  mutating func put(statxMask value: UInt64) {
    var rest = value
    var isFirst = true
    if value & 0xfff == 0xfff {
      out.append("STATX_ALL")
      rest &= ~0xfff
      isFirst = false
    } else if value & 0x7ff == 0x7ff {
      out.append("STATX_BASIC_STATS")
      rest &= ~0x7ff
      isFirst = false
    }
    if rest == 0 {
      if isFirst { out.append("0") }
      return
    }
    if !isFirst { out.append("|") }
    var bytes: [UInt8] = []
    _ = SystemCallTable.append(rest, as: .statxMask, to: &bytes)
    out.append(bytes.span)
  }

  /// The kind of synchronisation, always, then the other flags.
  private mutating func put(statxFlags value: UInt64) {
    switch value & 0x6000 {
    case 0: out.append("AT_STATX_SYNC_AS_STAT")
    case 0x2000: out.append("AT_STATX_FORCE_SYNC")
    case 0x4000: out.append("AT_STATX_DONT_SYNC")
    default: out.append("AT_STATX_FORCE_SYNC|AT_STATX_DONT_SYNC")
    }
    let rest = value & ~0x6000
    if rest == 0 { return }
    var bytes: [UInt8] = []
    _ = SystemCallTable.append(rest, as: .atFlags, to: &bytes)
    out.append("|")
    out.append(bytes.span)
  }

  /// Flags with the names that the call table has for their kind, in its order.
  mutating func put(flags value: UInt64, of kind: ArgumentKind) {
    put(flags: value) { FlagName.at($0, of: kind).map { ($0.value, $0.name) } }
  }

  /// Flags with the names that `name` has for indexes from 0 on, in that order.
  mutating func put(flags value: UInt64, _ name: (Int) -> (bits: UInt64, name: StaticString)?) {
    var rest = value
    var isFirst = true
    var index = 0
    while let flag = name(index) {
      if rest & flag.bits == flag.bits {
        if !isFirst { out.append("|") }
        out.append(flag.name)
        rest &= ~flag.bits
        isFirst = false
      }
      index += 1
    }
    if rest != 0 {
      if !isFirst { out.append("|") }
      out.append(hex: rest)
    } else if isFirst {
      out.append("0")
    }
  }
}
