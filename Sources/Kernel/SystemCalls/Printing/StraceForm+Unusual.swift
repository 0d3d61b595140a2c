// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The calls that strace writes otherwise than the kinds of their arguments say.
extension StraceForm {
  /// Writes the arguments of such a call; false where it is none.
  mutating func putUnusual() -> Bool {
    switch call.call.number {
    case .mmap:
      put(first: 5)
      out.append(", ")
      put(hex: call.operand(5))
    case .clone: putClone()
    case .execve, .execveat:
      let first = call.call.number == .execve ? 0 : 1
      put(first: first + 1)
      out.append(", ")
      put(strings: call.operand(first + 1))
      out.append(", ")
      put(countOfStrings: call.operand(first + 2))
      if first == 1 {
        out.append(", ")
        put(argument: 4)
      }
    case .rseq:
      put(argument: 0)
      for index in 1..<4 {
        out.append(", ")
        put(hex: call.operand(index))
      }
    case .futex:
      put(first: 2)
      putFutexTail()
    case .getrandom:
      put(data: call.operand(0), byteCount: UInt64(clamping: call.call.result), .write, inHex: true)
      out.append(", ")
      out.append(decimal: call.operand(1))
      out.append(", ")
      put(argument: 2)
    case .socket, .socketpair:
      put(first: 2)
      out.append(", ")
      put(protocol: call.operand(2) & 0xffff_ffff, domain: call.operand(0) & 0xffff_ffff)
      if call.call.number == .socketpair {
        out.append(", ")
        put(argument: 3)
      }
    case .nanosleep, .clock_nanosleep:
      let last = call.call.number == .nanosleep ? 1 : 3
      put(first: last)
      out.append(", ")
      // The rest is filled in when the sleep is interrupted.
      put(address: call.operand(last))
    case .sched_getaffinity:
      put(first: 2)
      out.append(", ")
      putProcessors()
    default: return false
    }
    return true
  }

  private mutating func put(first count: Int) {
    for index in 0..<count {
      if index > 0 { out.append(", ") }
      put(argument: index)
    }
  }

  private mutating func putClone() {
    let flags = call.operand(0)
    out.append("child_stack=")
    put(address: call.operand(1))
    out.append(", flags=")
    put(names: flags, as: .cloneFlags)
    if flags & 0x0010_1000 != 0 {
      out.append(flags & 0x1000 != 0 ? ", pidfd=" : ", parent_tid=")
      putWord(call.operand(2))
    }
    if flags & 0x0008_0000 != 0 {
      out.append(", tls=")
      out.append(hex: call.operand(4))
    }
    if flags & 0x0120_0000 != 0 {
      out.append(", child_tidptr=")
      put(address: call.operand(3))
    }
  }

  private mutating func putWord(_ address: UInt64) {
    guard let value = call.number(of: address, .write, 4) else { return put(address: address) }
    out.append("[")
    out.append(decimal: value)
    out.append("]")
  }

  private mutating func putFutexTail() {
    let value = call.operand(2) & 0xffff_ffff
    let command = call.operand(1) & 0x7f
    if command != 6, command != 7, command != 8, command != 13 {
      out.append(", ")
      out.append(decimal: value)
    }
    switch command {
    case 0, 9, 6, 13, 11:
      out.append(", ")
      put(argument: 3)
    case 3, 4, 12, 5:
      out.append(", ")
      out.append(decimal: call.operand(3) & 0xffff_ffff)
    default: break
    }
    if command == 3 || command == 4 || command == 12 || command == 11 || command == 5 {
      out.append(", ")
      put(address: call.operand(4))
    }
    switch command {
    case 9, 10:
      out.append(", ")
      if call.operand(5) & 0xffff_ffff == 0xffff_ffff {
        out.append("FUTEX_BITSET_MATCH_ANY")
      } else {
        put(hex: call.operand(5) & 0xffff_ffff)
      }
    case 4, 12:
      out.append(", ")
      out.append(decimal: call.operand(5) & 0xffff_ffff)
    case 5:
      out.append(", ")
      put(hex: call.operand(5) & 0xffff_ffff)
    default: break
    }
  }

  private mutating func put(protocol value: UInt64, domain: UInt64) {
    guard domain == 2 || domain == 10 else {
      out.append(decimal: value)
      return
    }
    switch value {
    case 0: out.append("IPPROTO_IP")
    case 1: out.append("IPPROTO_ICMP")
    case 6: out.append("IPPROTO_TCP")
    case 17: out.append("IPPROTO_UDP")
    case 58: out.append("IPPROTO_ICMPV6")
    case 255: out.append("IPPROTO_RAW")
    default: out.append(hex: value)
    }
  }

  private mutating func putProcessors() {
    let count = Int(clamping: call.call.result)
    guard call.succeeded, count > 0, count <= 1024,
      let offset = call.offset(of: call.operand(2), .write, byteCount: count)
    else { return put(address: call.operand(2)) }
    putBits(at: offset, byteCount: count)
  }

  /// The numbers of the bits that are set, in brackets.
  mutating func putBits(at offset: Int, byteCount: Int) {
    out.append("[")
    var isFirst = true
    for bit in 0..<byteCount * 8
    where call.number(at: offset + bit / 8, 1) >> UInt64(bit % 8) & 1 != 0 {
      if !isFirst { out.append(" ") }
      isFirst = false
      out.append(decimal: UInt64(bit))
    }
    out.append("]")
  }
}
