// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  private static var privateFlag: UInt32 { 128 }  // FUTEX_PRIVATE_FLAG
  private static var realtimeFlag: UInt32 { 256 }  // FUTEX_CLOCK_REALTIME

  /// futex(2) of a single task: nobody waits, so waking and requeueing find nobody, and waiting can
  /// only time out.
  ///
  /// A wait without a timeout would last for ever; it is ETIMEDOUT too, so that the program hears
  /// of it. Where a trace brings more tasks, the outside decides who wakes. Linux: `do_futex()`.
  mutating func futex(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let command = r.word(1) & ~(Self.privateFlag | Self.realtimeFlag)
    switch command {
    case 0, 9: return try futexWait(r, hasBits: command == 9, on: &machine)
    case 1, 10:  // FUTEX_WAKE, FUTEX_WAKE_BITSET
      try checkClock(r, isUsed: false)
      if command == 10, r.word(5) == 0 { throw .invalidArgument }
      try checkFutex(0, r, on: &machine)
    case 3, 4:  // FUTEX_REQUEUE, FUTEX_CMP_REQUEUE
      try checkClock(r, isUsed: false)
      guard r.int(2) >= 0, r.int(3) >= 0 else { throw .invalidArgument }
      try checkFutex(0, r, on: &machine)
      try checkFutex(4, r, on: &machine)
      if process.taskCount > 1 { throw .outsideDecides }
      if command == 4 {
        let value = try examine(r.address(0), byteCount: 4, on: &machine)
        guard value.u32(at: 0) == r.word(5) else { throw .wouldBlock }
      }
    case 5:  // FUTEX_WAKE_OP
      try checkClock(r, isUsed: false)
      try checkFutex(0, r, on: &machine)
      try checkFutex(4, r, on: &machine)
      if process.taskCount > 1 { throw .outsideDecides }
      try futexOperation(r.word(5), at: r.address(4), on: &machine)
    default: throw .noSystemCall
    }
    if process.taskCount > 1 { throw .outsideDecides }
    return 0
  }

  /// FUTEX_WAIT, FUTEX_WAIT_BITSET.
  private mutating func futexWait(
    _ r: Registers, hasBits: Bool, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    if r.isSet(3) {
      let time = try examine(r.address(3), byteCount: 16, on: &machine)
      guard time.u64(at: 0) <= UInt64(Int64.max), time.u64(at: 8) < 1_000_000_000 else {
        throw .invalidArgument
      }
    }
    try checkClock(r, isUsed: hasBits)
    guard r[0] & 3 == 0 else { throw .invalidArgument }
    if hasBits, r.word(5) == 0 { throw .invalidArgument }
    if process.taskCount > 1 { throw .outsideDecides }
    let value = try examine(r.address(0), byteCount: 4, on: &machine)
    guard value.u32(at: 0) == r.word(2) else { throw .wouldBlock }
    throw .timedOut
  }

  /// Throws ENOSYS where a clock is named for a command that looks at none.
  private func checkClock(_ r: Registers, isUsed: Bool) throws(Errno) {
    if r.word(1) & Self.realtimeFlag != 0, !isUsed { throw .noSystemCall }
  }

  /// EINVAL for a word that is not aligned; EFAULT for one that cannot be the guest's, or, where
  /// other processes could wait for it, that is not there.
  private mutating func checkFutex(
    _ index: Int, _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    let address = r.address(index)
    guard address.rawValue & 3 == 0 else { throw .invalidArgument }
    guard address.rawValue < 1 << 47 else { throw .badAddress }
    if r.word(1) & Self.privateFlag != 0 { return }
    let files = files
    let count = addressSpace.probeRead(address, byteCount: 4) {
      (file, offset, segment) throws(Errno) in
      try files.fill(file, at: offset, into: segment, on: &machine)
    }
    guard count == 4 else { throw files.takeFillError(or: .badAddress) }
  }

  /// Changes the word as FUTEX_WAKE_OP says; ENOSYS for an operation or, afterwards, a comparison
  /// that there is not. Linux: `futex_atomic_op_inuser()`.
  private mutating func futexOperation(
    _ code: UInt32, at address: VirtualAddress, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    var argument = UInt32(bitPattern: Int32(bitPattern: code << 8) >> 20)
    if code >> 31 != 0 { argument = 1 << (argument & 31) }  // FUTEX_OP_OPARG_SHIFT
    let operation = code >> 28 & 7
    guard operation <= 4 else { throw .noSystemCall }
    let old = try examine(address, byteCount: 4, on: &machine).u32(at: 0)
    let new =
      switch operation {
      case 0: argument
      case 1: old &+ argument
      case 2: old | argument
      case 3: old & ~argument
      default: old ^ argument
      }
    var bytes: [UInt8] = []
    bytes.put(new)
    try store(bytes, at: address, on: &machine)
    guard code >> 24 & 15 <= 5 else { throw .noSystemCall }
  }
}
