// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Signals: sets, actions, stacks.
extension StraceForm {
  mutating func put(
    signalStructure address: UInt64, _ kind: ArgumentKind, _ direction: Journal.Direction
  ) {
    switch kind {
    case .signalSet:
      guard let set = call.number(of: address, direction, 8) else { return put(address: address) }
      put(signals: set)
    case .signalAction:
      guard let offset = call.offset(of: address, direction, byteCount: 32) else {
        return put(address: address)
      }
      put(actionAt: offset)
    case .signalStack:
      guard let offset = call.offset(of: address, direction, byteCount: 24) else {
        return put(address: address)
      }
      out.append("{ss_sp=")
      put(address: call.number(at: offset, 8))
      out.append(", ss_flags=")
      put(flags: call.number(at: offset + 8, 4), of: .stackFlags)
      out.append(", ss_size=")
      out.append(decimal: call.number(at: offset + 16, 8))
      out.append("}")
    default: put(address: address)
    }
  }

  /// A set of signals; one that is nearly full by what it lacks.
  mutating func put(signals set: UInt64) {
    let isInverted = set.nonzeroBitCount >= 32
    if isInverted { out.append("~") }
    var rest = isInverted ? ~set : set
    out.append("[")
    while rest != 0 {
      let number = UInt64(rest.trailingZeroBitCount + 1)
      put(shortSignal: number)
      rest &= rest - 1
      if rest != 0 { out.append(" ") }
    }
    out.append("]")
  }

  /// The name without its SIG.
  private mutating func put(shortSignal number: UInt64) {
    if let name = SystemCallTable.codeName(.signal, number) {
      let text = unsafe Span(_unsafeStart: name.utf8Start, count: name.utf8CodeUnitCount)
      out.append(text.extracting(3..<text.count))
    } else {
      out.append(number == 32 ? "RTMIN" : "RT_")
      if number > 32 { out.append(decimal: number - 32) }
    }
  }

  private mutating func put(actionAt offset: Int) {
    let handler = call.number(at: offset, 8)
    let flags = call.number(at: offset + 8, 8)
    out.append(flags & 0x4 != 0 && handler > 1 ? "{sa_sigaction=" : "{sa_handler=")
    switch handler {
    case 0: out.append("SIG_DFL")
    case 1: out.append("SIG_IGN")
    default: out.append(hex: handler)
    }
    out.append(", sa_mask=")
    put(signals: call.number(at: offset + 24, 8))
    out.append(", sa_flags=")
    put(flags: flags, of: .actionFlags)
    if flags & 0x0400_0000 != 0 {
      out.append(", sa_restorer=")
      put(hex: call.number(at: offset + 16, 8))
    }
    out.append("}")
  }
}
