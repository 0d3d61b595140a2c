// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// prctl(2). What is not listed is EINVAL, as on a kernel without it.
  mutating func prctl(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    switch r.int(0) {
    case 1:  // PR_SET_PDEATHSIG
      guard r[1] <= 64 else { throw .invalidArgument }
      process.parentDeathSignal = r.word(1)
    case 2: try storeWord(process.parentDeathSignal, at: r.address(1), on: &machine)
    case 3: return process.isDumpable ? 1 : 0  // PR_GET_DUMPABLE
    case 4:  // PR_SET_DUMPABLE
      guard r[1] <= 1 else { throw .invalidArgument }
      process.isDumpable = r[1] == 1
    case 7: return 0  // PR_GET_KEEPCAPS
    case 15:  // PR_SET_NAME
      process.name = try name(at: r.address(1), on: &machine)
    case 16:  // PR_GET_NAME
      var bytes = process.name
      bytes.pad(to: 16)
      try store(bytes, at: r.address(1), on: &machine)
    case 21: return 0  // PR_GET_SECCOMP
    case 23:  // PR_CAPBSET_READ
      guard r[1] <= 40 else { throw .invalidArgument }
      return 1
    case 29: process.timerSlack = r[1] == 0 ? 50_000 : r[1]  // PR_SET_TIMERSLACK
    case 30: return Int64(clamping: process.timerSlack)  // PR_GET_TIMERSLACK
    case 38:  // PR_SET_NO_NEW_PRIVS
      guard r[1] == 1, r[2] == 0, r[3] == 0, r[4] == 0 else { throw .invalidArgument }
      process.hasNoNewPrivileges = true
    case 39: return process.hasNoNewPrivileges ? 1 : 0  // PR_GET_NO_NEW_PRIVS
    default: throw .invalidArgument
    }
    return 0
  }

  /// Up to 15 bytes before a NUL: a longer name is cut.
  private mutating func name(
    at address: VirtualAddress, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    do throws(Errno) {
      return try examineString(address, limit: 16, on: &machine)
    } catch {
      guard error == .nameTooLong else { throw error }
      return try examine(address, byteCount: 15, on: &machine)
    }
  }

  private mutating func storeWord(
    _ value: UInt32, at address: VirtualAddress, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    var bytes: [UInt8] = []
    bytes.put(value)
    try store(bytes, at: address, on: &machine)
  }
}
