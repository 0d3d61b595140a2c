// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// rt_sigaction(2).
  mutating func rtSigaction(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r[3] == 8 else { throw .invalidArgument }
    let new = r.isSet(1) ? try examine(r.address(1), byteCount: 32, on: &machine) : nil
    guard let signal = Signal(checking: r.int(0)) else { throw .invalidArgument }
    let isUntouchable = SignalState.bit(signal) & SignalState.untouchable != 0
    if new != nil, isUntouchable { throw .invalidArgument }
    let index = Int(signal.rawValue) - 1
    let old = process.signals.actions[index]
    if let new {
      process.signals.actions[index] = SignalState.Action(
        handler: new.u64(at: 0), flags: new.u64(at: 8), restorer: new.u64(at: 16),
        mask: new.u64(at: 24) & ~SignalState.untouchable)
    }
    if r.isSet(2) {
      var bytes: [UInt8] = []
      for field in [old.handler, old.flags, old.restorer, old.mask] { bytes.put(field) }
      try store(bytes, at: r.address(2), on: &machine)
    }
    return 0
  }

  /// rt_sigprocmask(2).
  mutating func rtSigprocmask(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r[3] == 8 else { throw .invalidArgument }
    let old = process.signals.mask
    if r.isSet(1) {
      let set = try examine(r.address(1), byteCount: 8, on: &machine).u64(at: 0)
      let mask: UInt64
      switch r.int(0) {
      case 0: mask = old | set  // SIG_BLOCK
      case 1: mask = old & ~set  // SIG_UNBLOCK
      case 2: mask = set  // SIG_SETMASK
      default: throw .invalidArgument
      }
      process.signals.mask = mask & ~SignalState.untouchable
    }
    if r.isSet(2) {
      var bytes: [UInt8] = []
      bytes.put(old)
      try store(bytes, at: r.address(2), on: &machine)
    }
    raiseUnblocked()
    return 0
  }

  /// rt_sigpending(2).
  mutating func rtSigpending(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r[1] <= 8 else { throw .invalidArgument }
    var bytes: [UInt8] = []
    bytes.put(process.signals.pending & process.signals.mask)
    try store(Array(bytes.prefix(Int(r[1]))), at: r.address(0), on: &machine)
    return 0
  }

  /// sigaltstack(2).
  mutating func sigaltstack(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let new = r.isSet(0) ? try examine(r.address(0), byteCount: 24, on: &machine) : nil
    var old: [UInt8] = []
    old.put(process.signals.alternateStack.rawValue)
    old.put(process.signals.alternateStackFlags)
    old.put(UInt32(0))
    old.put(process.signals.alternateStackByteCount)
    if let new {
      let flags = new.u32(at: 8) & 0x7fff_ffff  // without SS_AUTODISARM
      guard flags <= 2 else { throw .invalidArgument }  // 0, SS_ONSTACK, SS_DISABLE
      if flags == 2 {
        process.signals.alternateStack = VirtualAddress(0)
        process.signals.alternateStackByteCount = 0
        process.signals.alternateStackFlags = 2
      } else {
        guard new.u64(at: 16) >= 2048 else { throw .outOfMemory }  // MINSIGSTKSZ
        process.signals.alternateStack = VirtualAddress(new.u64(at: 0))
        process.signals.alternateStackByteCount = new.u64(at: 16)
        process.signals.alternateStackFlags = new.u32(at: 8) & 0x8000_0000
      }
    }
    if r.isSet(1) { try store(old, at: r.address(1), on: &machine) }
    return 0
  }

  /// kill(2).
  mutating func kill(_ r: Registers) throws(Errno) -> Int64 {
    let id = Int64(r.int(0))
    let isSelf = id == 0 || id == ProcessState.id || id == -ProcessState.id
    return try send(r.int(1), isSelf: isSelf)
  }

  /// tkill(2).
  mutating func tkill(_ r: Registers) throws(Errno) -> Int64 {
    guard r.int(0) > 0 else { throw .invalidArgument }
    return try send(r.int(1), isSelf: Int64(r.int(0)) == taskID(r))
  }

  /// tgkill(2).
  mutating func tgkill(_ r: Registers) throws(Errno) -> Int64 {
    guard r.int(0) > 0, r.int(1) > 0 else { throw .invalidArgument }
    let isSelf = Int64(r.int(0)) == ProcessState.id && Int64(r.int(1)) == taskID(r)
    return try send(r.int(2), isSelf: isSelf)
  }

  /// Sends a signal, of which 0 only asks whether somebody is there.
  private mutating func send(_ number: Int32, isSelf: Bool) throws(Errno) -> Int64 {
    guard number >= 0, number <= 64 else { throw .invalidArgument }
    guard isSelf else { throw process.hasOutsideIDs ? .outsideDecides : .noSuchProcess }
    if let signal = Signal(checking: number) { try raise(signal) }
    return 0
  }

  /// A signal comes: it waits, is ignored, or ends the program.
  mutating func raise(_ signal: Signal) throws(Errno) {
    let bit = SignalState.bit(signal)
    if process.signals.mask & bit != 0 {
      process.signals.pending |= bit
      return
    }
    switch process.signals.disposition(of: signal) {
    case .ignored: break
    case .ending: ending = .killed(signal)
    case .handled:
      // A trace knows how the program went on behind its handler.
      if process.taskCount > 1 { throw .outsideDecides }
      endReason = Self.noDelivery
      ending = .killed(signal)
    }
  }

  /// Raises what waited and is not blocked any more, the lowest number first.
  private mutating func raiseUnblocked() {
    let due = process.signals.pending & ~process.signals.mask
    guard due != 0, let signal = Signal(checking: Int32(due.trailingZeroBitCount + 1)) else {
      return
    }
    process.signals.pending &= ~SignalState.bit(signal)
    try? raise(signal)
  }
}

extension Signal {
  /// The signal of a number from 1 to 64.
  init?(checking number: Int32) {
    guard number >= 1, number <= 64 else { return nil }
    self.init(rawValue: UInt8(number))
  }
}
