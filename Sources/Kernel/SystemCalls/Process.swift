// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// exit(2), exit_group(2): the kernel runs one task, so they are the same.
  mutating func exit(_ r: Registers) -> Int64 {
    ending = .exited(UInt8(truncatingIfNeeded: r[0]))
    return 0
  }

  /// umask(2).
  mutating func umask(_ r: Registers) -> Int64 {
    let old = process.creationMask
    process.creationMask = r.word(0) & 0o777
    return Int64(old)
  }

  /// gettid(2): tasks beyond the first, which only a trace can bring, count up from the process.
  func taskID(_ r: Registers) -> Int64 { ProcessState.id + Int64(max(1, r.task)) - 1 }

  /// getpgid(2), getsid(2): the program leads both.
  mutating func getpgid(_ r: Registers) throws(Errno) -> Int64 {
    guard r.int(0) == 0 || Int64(r.int(0)) == ProcessState.id else { throw .noSuchProcess }
    return ProcessState.id
  }

  /// getgroups(2): no supplementary groups.
  mutating func getgroups(_ r: Registers) throws(Errno) -> Int64 {
    guard r.int(0) >= 0 else { throw .invalidArgument }
    return 0
  }

  /// set_tid_address(2).
  mutating func setTIDAddress(_ r: Registers) -> Int64 {
    process.clearChildTID = r.address(0)
    return taskID(r)
  }

  /// set_robust_list(2).
  mutating func setRobustList(_ r: Registers) throws(Errno) -> Int64 {
    guard r[1] == 24 else { throw .invalidArgument }
    process.robustList = r.address(0)
    return 0
  }

  /// sched_getaffinity(2): one CPU.
  mutating func schedGetaffinity(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r.word(1) >= 8, r.word(1) & 7 == 0 else { throw .invalidArgument }
    guard r.int(0) == 0 || Int64(r.int(0)) == ProcessState.id else { throw .noSuchProcess }
    var bytes: [UInt8] = []
    bytes.put(UInt64(1))
    try store(bytes, at: r.address(2), on: &machine)
    return 8
  }

  /// arch_prctl(2).
  mutating func archPrctl(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    switch r.int(0) {
    case 0x1001, 0x1002:  // ARCH_SET_GS, ARCH_SET_FS
      guard r[1] < 0x7fff_ffff_f000 else { throw .notPermitted }
      if r.int(0) == 0x1002 {
        process.fsBase = r.address(1)
        machine.setFSBase(r.address(1), task: r.task)
      } else {
        process.gsBase = r.address(1)
        machine.setGSBase(r.address(1), task: r.task)
      }
    case 0x1003, 0x1004:  // ARCH_GET_FS, ARCH_GET_GS
      let base = r.int(0) == 0x1003 ? process.fsBase : process.gsBase
      var bytes: [UInt8] = []
      bytes.put(base.rawValue)
      try store(bytes, at: r.address(1), on: &machine)
    default: throw .invalidArgument
    }
    return 0
  }
}
