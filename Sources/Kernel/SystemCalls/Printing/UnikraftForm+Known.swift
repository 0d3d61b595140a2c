// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Where the calls that the original decodes look otherwise than the call table says.
extension UnikraftForm {
  /// Whether the release decodes the call.
  var isDecodedByRelease: Bool {
    switch call.call.number {
    case .brk, .open, .openat, .readlink, .readlinkat, .write, .read, .stat, .fstat, .close, .dup,
      .dup2, .gettid, .getpid, .munmap, .mmap, .mprotect, .futex, .clock_gettime, .socket, .bind,
      .sendto, .recvmsg, .clone:
      true
    case .pread64, .eventfd, .eventfd2, .connect, .getsockname, .socketpair, .recvfrom, .access,
      .uname:
      isNewer
    default: false
    }
  }

  /// The arguments that are shown, from the first on.
  var shownArgumentCount: Int {
    switch call.call.number {
    case .munmap: 1
    case .open: 2
    case .openat: 3
    case .clone: 5
    case .futex: futexArgumentCount
    default: call.argumentCount
    }
  }

  /// The original knows three operations by their exact number.
  private var futexArgumentCount: Int {
    switch call.operand(1) & 0xffff_ffff {
    case 0, 0x80: 4
    case 1, 0x81: 3
    case 4: 5
    default: 2
    }
  }

  var resultKind: ResultKind {
    switch call.call.number {
    case .futex, .sendto: .zeroOrError
    case .clone: .processID
    default: call.row?.result ?? .hex
    }
  }

  /// One argument, as the original writes it where it has a way of its own.
  mutating func putArgument(_ index: Int) {
    switch (call.call.number, index) {
    // The table knows that it is no descriptor of an anonymous mapping.
    case (.mmap, 4): put(signed: call.operand(4), typed: "fd")
    case (.futex, 0): put(address: call.operand(0))
    case (.futex, 2): put(hex: call.operand(2))
    case (.futex, 3) where shownArgumentCount == 5: put(address: call.operand(4))
    case (.futex, 4): put(hex: call.operand(5))
    case (.sendto, 4), (.clone, 1), (.clone, 4): put(address: call.operand(index))
    case (.clone, 2): put(taskReference: 2, flag: 0x0010_0000)
    case (.clone, 3): put(taskReference: 3, flag: 0x0100_0000)
    case (.eventfd2, 1) where isNewer: put(names: call.operand(1), as: .openFlags)
    case (.getsockname, 2), (.recvfrom, 5):
      if isNewer { put(lengthReference: index) } else { put(kind: index) }
    case (.socketpair, 3) where isNewer: putPair()
    default: put(kind: index)
    }
  }

  /// Release 0.12 looks behind the address in any case, 0.17 where the flag says that it counts.
  private mutating func put(taskReference index: Int, flag: UInt64) {
    let address = call.operand(index)
    let isReference = !isNewer || call.operand(0) & flag != 0
    guard address != 0, isReference,
      let task = call.number(of: address, .write, 4) ?? call.number(of: address, .read, 4)
    else { return put(address: address) }
    paint(.plain) { out in
      out.append("<ref:")
      out.append(hex: address)
      out.append(">")
    }
    if isNewer { put(address: task) } else { put(signed: task, typed: "pid") }
  }

  private mutating func put(lengthReference index: Int) {
    let address = call.operand(index)
    if call.call.number == .recvfrom { putOutputMark() }
    guard address != 0,
      let length = call.number(of: address, .write, 4) ?? call.number(of: address, .read, 4)
    else { return put(address: address) }
    paint(.plain) { out in
      out.append("<ref:")
      out.append(hex: address)
      out.append(">")
    }
    put(decimal: length)
  }

  /// The two descriptors stand as two arguments where the call succeeded.
  private mutating func putPair() {
    let address = call.operand(3)
    guard succeeded, let offset = call.offset(of: address, .write, byteCount: 8) else {
      return put(hex: address)
    }
    putOutputMark()
    put(signed: call.number(at: offset, 4), typed: "fd")
    out.append(", ")
    putOutputMark()
    put(signed: call.number(at: offset + 4, 4), typed: "fd")
  }
}
