// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

struct SystemCallTableTests {
  /// The calls that a ladder of real programs makes, from a static hello to a web server.
  private let called = """
    accept accept4 access alarm arch_prctl bind brk capget capset chdir chmod chown clock_getres
    clock_gettime clock_nanosleep clone clone3 close close_range connect copy_file_range creat dup
    dup2 epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_wait eventfd2 execve exit
    exit_group faccessat2 fadvise64 fchdir fchmod fchown fcntl fdatasync flock fstat fstatfs fsync
    ftruncate futex get_robust_list get_thread_area getcwd getdents getdents64 getegid geteuid
    getgid getgroups getpeername getpgrp getpid getppid getrandom getrlimit getrusage getsockname
    gettid getuid getxattr ioctl kill lgetxattr link listen lseek lstat madvise mkdir mlock mmap
    mprotect mremap munmap nanosleep newfstatat open openat pipe2 pkey_alloc poll prctl pread64
    prlimit64 pwrite64 read readlink readlinkat recvfrom recvmsg rename rseq rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max
    sched_get_priority_min sched_getaffinity sched_yield sendfile sendmsg sendto set_robust_list
    set_tid_address setgid setgroups setitimer setns setresgid setresuid setsockopt setuid
    shutdown sigaltstack socket socketpair stat statfs statx symlink sysinfo tgkill times tkill
    umask uname unlink utimensat vfork wait4 write writev
    """
    .split { $0 == " " || $0 == "\n" }.map { Array($0.utf8) }

  @Test func `every call that programs make has a full row`() throws {
    #expect(called.count == 141)
    let withoutResult: Set = ["exit", "exit_group", "rt_sigreturn"]
    for name in called {
      let number = try #require(SystemCallTable.number(named: name))
      let row = try #require(SystemCallTable.description(of: number))
      #expect((row.result == .none) == withoutResult.contains(row.name.text))
      // Sub-commands say what the last arguments of these are; the others know all of theirs.
      if ["ioctl", "fcntl", "prctl", "futex", "clone"].contains(row.name.text) { continue }
      for index in 0..<row.argumentCount where row.arguments[index].kind == .hex {
        #expect(
          ["copy_file_range", "pkey_alloc", "rseq"].contains(row.name.text),
          "\(row.name) has an argument without a kind")
      }
    }
  }

  @Test func `there are as many rows as calls in Linux 6 18, in order`() {
    let numbers = SystemCallTable.all.map(\.rawValue)
    #expect(numbers.count == 383)
    #expect(numbers == numbers.sorted())
    #expect(numbers.first == 0)
    #expect(numbers.last == SystemCallTable.highestNumber.rawValue)
    #expect(Set(numbers).count == numbers.count)
  }

  @Test func `every row is well formed`() throws {
    for number in SystemCallTable.all {
      let row = try #require(SystemCallTable.description(of: number))
      expectWellFormed(row)
      #expect(row.number == number)
      #expect(row.argumentCount == SystemCallTable.argumentCount(of: number))
      var names: [String] = []
      for index in 0..<6 {
        var bytes: [UInt8] = []
        row.appendArgumentName(index, to: &bytes)
        #expect(bytes.isEmpty == (index >= row.argumentCount), "\(row.name)")
        names.append(String(decoding: bytes, as: UTF8.self))
      }
      #expect(names.filter { $0 != "" }.joined(separator: " ") == row.argumentNames.text)
    }
  }

  @Test func `every row stays well formed whatever its arguments are`() throws {
    let interesting: [UInt64] = [
      0, 1, 2, 3, 5, 7, 9, 16, 0x20, 0x100, 0x5401, 0x5413, 0x1002, 0x5356_4d41, 0xc018_aa3f,
      0x4004_9409, 0xffff_ffff, .max,
    ]
    for number in SystemCallTable.all {
      let plain = try #require(SystemCallTable.description(of: number))
      let varies = SystemCallTable.dependsOnOperands(number)
      for first in interesting {
        for second in varies ? interesting : [0, 0xffff_ffff, .max] {
          let operands: InlineArray<6, UInt64> = [first, second, second, first, first, second]
          let row = try #require(SystemCallTable.description(of: number, operands: operands))
          expectWellFormed(row)
          #expect(row.argumentCount == plain.argumentCount)
          #expect(!row.changesVMAs || plain.changesVMAs)
          if !varies { #expect((0..<6).allSatisfy { row.arguments[$0] == plain.arguments[$0] }) }
          for index in 0..<6 {
            _ = row.arguments[index].memory.byteCount(operands: operands, result: .min)
            _ = row.arguments[index].memory.byteCount(operands: operands, result: .max)
          }
        }
      }
    }
  }

  private func expectWellFormed(_ row: SystemCallDescription) {
    for index in 0..<6 {
      let argument = row.arguments[index]
      let memory = argument.memory
      #expect((memory.direction == .none) == (memory.extent == .none), "\(row.name)")
      if memory != .none {
        #expect(argument.kind.isAddress, "\(row.name): memory through no address")
      }
      if index >= row.argumentCount { #expect(argument == SystemCallArgument(.unused)) }
      switch memory.extent {
      case .argument(let other): expectAmount(row, Int(other), [.length])
      case .elements(let other, let size):
        expectAmount(row, Int(other), [.count])
        #expect(size > 0)
      case .bits(let other): expectAmount(row, Int(other), [.count])
      case .pages(let other): expectAmount(row, Int(other), [.length])
      case .ioVector(let other), .messageVector(let other):
        expectAmount(row, Int(other), [.count])
        #expect(memory.content == .data)
      case .pointedTo(let other): expectAmount(row, Int(other), [.lengthPointer])
      case .result:
        #expect(row.result == .byteCount || row.result == .integer, "\(row.name)")
        #expect(memory.writes)
      case .resultElements(let size):
        #expect(row.result == .count && size > 0, "\(row.name)")
        #expect(memory.writes)
      case .fixed(let count): #expect(count > 0)
      case .string, .stringVector: #expect(memory.direction == .read)
      case .none, .messageHeader, .selfDescribing: break
      }
      if [.path, .string].contains(argument.kind) { #expect(memory != .none, "\(row.name)") }
    }
    if row.changesVMAs { #expect(row.completion != .neverReturns) }
    if row.completion == .neverReturns { #expect(row.result == .none) }
  }

  private func expectAmount(
    _ row: SystemCallDescription, _ index: Int, _ kinds: [ArgumentKind]
  ) {
    #expect(index < row.argumentCount, "\(row.name): no argument \(index)")
    #expect(kinds.contains(row.arguments[index].kind), "\(row.name): argument \(index)")
  }

  @Test func `who decides, who changes VMAs and who does not return`() {
    #expect(flagged { $0.completion == .neverReturns } == ["rt_sigreturn", "exit", "exit_group"])
    #expect(flagged { $0.completion == .returnsOnFailure } == ["execve", "execveat"])
    #expect(
      flagged { $0.changesVMAs } == [
        "mmap", "mprotect", "munmap", "brk", "mremap", "madvise", "shmat", "execve", "shmdt",
        "mlock", "munlock", "mlockall", "munlockall", "prctl", "arch_prctl", "io_setup",
        "io_destroy", "remap_file_pages", "mbind", "execveat", "mlock2", "pkey_mprotect",
        "set_mempolicy_home_node", "map_shadow_stack", "mseal",
      ])
    let modelled = Set(flagged { $0.decision == .modelled })
    #expect(modelled.isSuperset(of: ["mmap", "brk", "close", "lseek", "rt_sigaction", "uname"]))
    #expect(modelled.isDisjoint(with: ["read", "write", "getpid", "clock_gettime", "getrandom"]))
  }

  private func flagged(_ condition: (SystemCallDescription) -> Bool) -> [String] {
    SystemCallTable.all.compactMap { SystemCallTable.description(of: $0) }.filter(condition)
      .map { $0.name.text }
  }
}
