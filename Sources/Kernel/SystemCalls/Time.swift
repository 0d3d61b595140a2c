// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// clock_gettime(2).
  mutating func clockGettime(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let clock = try clock(r.int(0))
    try storeTime(machine.time(of: clock), at: r.address(1), on: &machine)
    return 0
  }

  /// clock_getres(2).
  mutating func clockGetres(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let clock = try clock(r.int(0))
    let isCoarse = clock == 5 || clock == 6
    if r.isSet(1) { try storeTime(isCoarse ? 4_000_000 : 1, at: r.address(1), on: &machine) }
    return 0
  }

  /// Throws EINVAL for a clock that clock_gettime(2) does not list.
  private func clock(_ number: Int32) throws(Errno) -> UInt32 {
    switch number {
    case 0...9, 11: return UInt32(number)
    default: throw .invalidArgument
    }
  }

  /// gettimeofday(2).
  mutating func gettimeofday(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    if r.isSet(0) {
      let now = try machine.time(of: 0)
      var bytes: [UInt8] = []
      bytes.put(now / 1_000_000_000)
      bytes.put(now % 1_000_000_000 / 1000)
      try store(bytes, at: r.address(0), on: &machine)
    }
    if r.isSet(1) { try store([UInt8](repeating: 0, count: 8), at: r.address(1), on: &machine) }
    return 0
  }

  /// time(2).
  mutating func time(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let seconds = try machine.time(of: 0) / 1_000_000_000
    if r.isSet(0) {
      var bytes: [UInt8] = []
      bytes.put(seconds)
      try store(bytes, at: r.address(0), on: &machine)
    }
    return Int64(seconds)
  }

  /// times(2), in ticks of 10 ms; all time counts as the user's.
  mutating func times(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    if r.isSet(0) {
      var bytes: [UInt8] = []
      bytes.put(try machine.time(of: 2) / 10_000_000)
      bytes.pad(to: 32)
      try store(bytes, at: r.address(0), on: &machine)
    }
    return Int64(try machine.time(of: 7) / 10_000_000)
  }

  /// getrusage(2): the CPU time, all of it the user's; nothing else is counted.
  mutating func getrusage(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    var bytes: [UInt8] = []
    switch r.int(0) {
    case 0, 1:  // RUSAGE_SELF, RUSAGE_THREAD
      let used = try machine.time(of: 2)
      bytes.put(used / 1_000_000_000)
      bytes.put(used % 1_000_000_000 / 1000)
    case -1: break  // RUSAGE_CHILDREN
    default: throw .invalidArgument
    }
    bytes.pad(to: 144)
    try store(bytes, at: r.address(1), on: &machine)
    return 0
  }

  /// nanosleep(2): returns at once, because only the outside's clock can pass.
  mutating func nanosleep(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    try checkTime(at: r.address(0), on: &machine)
    return 0
  }

  /// clock_nanosleep(2): as nanosleep(2).
  mutating func clockNanosleep(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    switch r.int(0) {
    case 0, 1, 2, 7, 8, 9, 11: break
    case 4, 5, 6: throw .notSupported
    default: throw .invalidArgument
    }
    try checkTime(at: r.address(2), on: &machine)
    return 0
  }

  /// alarm(2): only the one that cancels, because no timer ever fires.
  mutating func alarm(_ r: Registers) throws(Errno) -> Int64 {
    guard r.word(0) == 0 else { throw .noSystemCall }
    return 0
  }

  /// Throws EINVAL unless a valid `struct timespec` is there.
  mutating func checkTime(
    at address: VirtualAddress, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    let bytes = try examine(address, byteCount: 16, on: &machine)
    guard bytes.u64(at: 0) <= UInt64(Int64.max), bytes.u64(at: 8) < 1_000_000_000 else {
      throw .invalidArgument
    }
  }

  /// Writes a `struct timespec`.
  private mutating func storeTime(
    _ nanoseconds: UInt64, at address: VirtualAddress,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    var bytes: [UInt8] = []
    bytes.put(nanoseconds / 1_000_000_000)
    bytes.put(nanoseconds % 1_000_000_000)
    try store(bytes, at: address, on: &machine)
  }
}
