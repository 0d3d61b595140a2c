// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

struct SubcommandTests {
  private func row(
    _ number: SystemCallNumber, _ operands: InlineArray<6, UInt64>
  ) throws -> SystemCallDescription {
    try #require(SystemCallTable.description(of: number, operands: operands))
  }

  private func name(
    _ number: SystemCallNumber, _ operands: InlineArray<6, UInt64>
  ) -> String? {
    SystemCallTable.subcommandName(of: number, operands: operands)?.text
  }

  @Test func `sub-commands have names`() {
    #expect(name(.ioctl, [1, 0x5401, 0, 0, 0, 0]) == "TCGETS")
    #expect(name(.ioctl, [1, 0x9999, 0, 0, 0, 0]) == nil)
    #expect(name(.fcntl, [1, 1030, 0, 0, 0, 0]) == "F_DUPFD_CLOEXEC")
    #expect(name(.prctl, [0x5356_4d41, 0, 0, 0, 0, 0]) == "PR_SET_VMA")
    #expect(name(.arch_prctl, [0x1002, 0, 0, 0, 0, 0]) == "ARCH_SET_FS")
    #expect(name(.futex, [0, 0x189, 0, 0, 0, 0]) == "FUTEX_WAIT_BITSET")
    #expect(name(.madvise, [0, 0, 4, 0, 0, 0]) == "MADV_DONTNEED")
    #expect(name(.prlimit64, [0, 7, 0, 0, 0, 0]) == "RLIMIT_NOFILE")
    #expect(name(.setsockopt, [3, 6, 1, 0, 0, 0]) == "TCP_NODELAY")
    #expect(name(.setsockopt, [3, 1, 2, 0, 0, 0]) == "SO_REUSEADDR")
    #expect(name(.epoll_ctl, [3, 1, 2, 0, 0, 0]) == "EPOLL_CTL_ADD")
    #expect(name(.clock_gettime, [1, 0, 0, 0, 0, 0]) == "CLOCK_MONOTONIC")
    #expect(name(.getrusage, [.max, 0, 0, 0, 0, 0]) == "RUSAGE_CHILDREN")
    #expect(name(.rt_sigprocmask, [2, 0, 0, 0, 0, 0]) == "SIG_SETMASK")
    #expect(name(.read, [1, 2, 3, 0, 0, 0]) == nil)
    #expect(name(SystemCallNumber(rawValue: 9999), [1, 2, 3, 0, 0, 0]) == nil)
  }

  @Test func `a request of ioctl says what it writes`() throws {
    let terminal = try row(.ioctl, [0, 0x5401, 0x1000, 0, 0, 0]).arguments[2]
    #expect(terminal == .init(.terminalSettings, MemoryEffect(.write, .data, .fixed(36))))
    let window = try row(.ioctl, [0, 0x5414, 0x1000, 0, 0, 0]).arguments[2]
    #expect(window == .init(.windowSize, MemoryEffect(.read, .structure, .fixed(8))))
    // UFFDIO_API by its number alone: both ways, 24 bytes.
    let encoded = try row(.ioctl, [0, 0xc018_aa3f, 0x1000, 0, 0, 0]).arguments[2]
    #expect(encoded == .init(.structure, MemoryEffect(.update, .structure, .fixed(24))))
    #expect(try row(.ioctl, [0, 0x5451, 0, 0, 0, 0]).arguments[2].kind == .unused)
    #expect(try row(.ioctl, [0, 0x9999, 0, 0, 0, 0]).arguments[2].kind == .hex)
    // The kernel looks at 32 bits of a request.
    #expect(
      try row(.ioctl, [0, 0xffff_ffff_0000_5401, 0, 0, 0, 0]).arguments[2].kind
        == .terminalSettings)
  }

  @Test func `a command of fcntl says what its argument and result are`() throws {
    #expect(try row(.fcntl, [3, 0, 10, 0, 0, 0]).arguments[2].kind == .descriptor)
    #expect(try row(.fcntl, [3, 0, 10, 0, 0, 0]).result == .descriptor)
    #expect(try row(.fcntl, [3, 1, 10, 0, 0, 0]).arguments[2].kind == .unused)
    #expect(try row(.fcntl, [3, 3, 10, 0, 0, 0]).result == .hex)
    let lock = try row(.fcntl, [3, 5, 0x1000, 0, 0, 0])
    #expect(lock.arguments[2].memory == MemoryEffect(.update, .structure, .fixed(32)))
    #expect(lock.decision == .external)
    #expect(lock.argumentCount == 3)
  }

  @Test func `what a sub-command does not look at is unused`() throws {
    #expect(try row(.openat, [.max, 0, 0, 7, 0, 0]).arguments[3].kind == .unused)
    #expect(try row(.openat, [.max, 0, 0o101, 7, 0, 0]).arguments[3].kind == .mode)
    #expect(try row(.openat, [.max, 0, 0o20200001, 7, 0, 0]).arguments[3].kind == .mode)
    #expect(try row(.openat, [.max, 0, 0o200000, 7, 0, 0]).arguments[3].kind == .unused)
    #expect(try row(.open, [0, 0o100, 7, 0, 0, 0]).arguments[2].kind == .mode)
    #expect(try row(.open, [0, 0, 7, 0, 0, 0]).arguments[2].kind == .unused)
    #expect(try row(.mremap, [0, 1, 2, 1, 5, 0]).arguments[4].kind == .unused)
    #expect(try row(.mremap, [0, 1, 2, 3, 5, 0]).arguments[4].kind == .address)
    #expect(try row(.epoll_ctl, [3, 2, 4, 5, 0, 0]).arguments[3].kind == .unused)
    let fork = try row(.clone, [0x120_0011, 0, 1, 2, 3, 0])
    #expect(fork.arguments[2].kind == .unused)
    #expect(fork.arguments[3].memory.writes)
    #expect(fork.arguments[4].kind == .unused)
  }

  @Test func `a command of futex says who decides and what the last arguments are`() throws {
    let wait = try row(.futex, [0x1000, 0x80, 2, 0x2000, 3, 4])
    #expect(wait.decision == .external)
    #expect(wait.arguments[3].kind == .timespec)
    #expect(wait.arguments[4].kind == .unused)
    let wake = try row(.futex, [0x1000, 0x81, 1, 2, 3, 4])
    #expect(wake.decision == .modelled)
    #expect(wake.arguments[0].memory == .none)
    #expect(wake.arguments[3].kind == .unused)
    let requeue = try row(.futex, [0x1000, 4, 1, 2, 3, 4])
    #expect(requeue.arguments[3].kind == .count)
    #expect(requeue.arguments[4].kind == .address)
  }

  @Test func `only what changes VMAs is said to`() throws {
    #expect(try row(.madvise, [0, 0, 4, 0, 0, 0]).changesVMAs == false)
    #expect(try row(.madvise, [0, 0, 14, 0, 0, 0]).changesVMAs)
    #expect(try row(.brk, [0, 0, 0, 0, 0, 0]).changesVMAs == false)
    #expect(try row(.brk, [1, 0, 0, 0, 0, 0]).changesVMAs)
    #expect(try row(.prctl, [15, 0, 0, 0, 0, 0]).changesVMAs == false)
    #expect(try row(.prctl, [0x5356_4d41, 0, 0, 0, 0, 0]).changesVMAs)
    #expect(try row(.arch_prctl, [0x1002, 0, 0, 0, 0, 0]).changesVMAs == false)
    #expect(try row(.arch_prctl, [0x2001, 0, 0, 0, 0, 0]).changesVMAs)
  }

  @Test func `bytes of an effect come from the registers`() throws {
    func bytes(
      _ number: SystemCallNumber, _ index: Int, _ operands: InlineArray<6, UInt64>, _ result: Int64?
    ) throws -> UInt64? {
      try row(number, operands).arguments[index].memory.byteCount(
        operands: operands, result: result)
    }
    #expect(try bytes(.read, 1, [0, 1, 100, 0, 0, 0], 7) == 7)
    #expect(try bytes(.read, 1, [0, 1, 100, 0, 0, 0], -9) == 0)
    #expect(try bytes(.read, 1, [0, 1, 100, 0, 0, 0], nil) == nil)
    #expect(try bytes(.write, 1, [0, 1, 100, 0, 0, 0], 7) == 100)
    #expect(try bytes(.fstat, 1, [0, 1, 0, 0, 0, 0], 0) == 144)
    #expect(try bytes(.poll, 0, [1, 3, 0, 0, 0, 0], 0) == 24)
    #expect(try bytes(.poll, 0, [1, .max, 0, 0, 0, 0], 0) == nil)
    #expect(try bytes(.epoll_wait, 1, [1, 1, 9, 0, 0, 0], 2) == 24)
    #expect(try bytes(.select, 1, [65, 1, 0, 0, 0, 0], 0) == 16)
    #expect(try bytes(.select, 1, [64, 1, 0, 0, 0, 0], 0) == 8)
    #expect(try bytes(.mincore, 2, [0, 4097, 1, 0, 0, 0], 0) == 2)
    #expect(try bytes(.openat, 1, [0, 1, 0, 0, 0, 0], 3) == nil)
    #expect(try bytes(.getpid, 0, [0, 0, 0, 0, 0, 0], 3) == 0)
  }
}
