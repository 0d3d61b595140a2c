// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Kernel
import LinuxABI
import TestSupport
import Testing

/// Lines that strace 6.1 writes for these calls.
struct StraceFormTests {
  struct Line: CustomTestStringConvertible {
    var text: String
    var call: Printed
    var testDescription: String { text }
    init(_ text: String, _ call: Printed) {
      self.text = text
      self.call = call
    }
  }

  private static let cwd: UInt64 = 0xffff_ff9c

  private static func words(_ words: UInt64...) -> [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }

  static let lines: [Line] = [
    Line("brk(NULL)                               = 0x5000", Printed("brk", 0, result: 0x5000)),
    Line(
      "exit_group(0)                           = ?",
      Printed("exit_group", 0, result: 0, returned: false)),
    Line(
      "openat(AT_FDCWD, \"/x\", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0644) = 3",
      Printed("openat", cwd, 0x10, 0o2001101, 0o644, result: 3).reading(0x10, "/x")),
    Line(
      "openat(AT_FDCWD, \"/usr\", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 3",
      Printed("openat", cwd, 0x10, 0x90800, 0, result: 3).reading(0x10, "/usr")),
    Line(
      "openat2(AT_FDCWD, \"/x\", {flags=O_RDWR|O_CREAT, mode=0640, resolve=RESOLVE_BENEATH}, 24) = 3",
      Printed("openat2", cwd, 0x10, 0x20, 24, result: 3).reading(0x10, "/x")
        .reading(0x20, words(0o102, 0o640, 8))),
    Line(
      "openat2(AT_FDCWD, \"/x\", {flags=O_RDONLY, resolve=0}, 24) = -1 ENOENT"
        + " (No such file or directory)",
      Printed("openat2", cwd, 0x10, 0x20, 24, result: -2).reading(0x10, "/x")
        .reading(0x20, words(0, 0, 0))),
    Line(
      "access(\"/etc/ld.so.preload\", R_OK)      = -1 ENOENT (No such file or directory)",
      Printed("access", 0x10, 4, result: -2).reading(0x10, "/etc/ld.so.preload")),
    Line(
      "read(3, \"\\177ELF\\2\\1\\0009a\\n\\\"\", 832)   = 11",
      Printed("read", 3, 0x10, 832, result: 11)
        .writing(0x10, [0x7f, 0x45, 0x4c, 0x46, 2, 1, 0, 0x39, 0x61, 10, 0x22])),
    Line(
      "read(3, \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"..., 832) = 33",
      Printed("read", 3, 0x10, 832, result: 33).writing(0x10, [UInt8](repeating: 0x61, count: 33))),
    Line("read(3, \"\", 832)                        = 0", Printed("read", 3, 0x10, 832, result: 0)),
    Line(
      "read(9, 0x10, 832)                      = -1 EBADF (Bad file descriptor)",
      Printed("read", 9, 0x10, 832, result: -9)),
    Line(
      "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7000",
      Printed("mmap", 0, 8192, 3, 0x22, 0xffff_ffff, 0, result: 0x7000)),
    Line(
      "mmap(0x7000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x22000) = 0x7000",
      Printed("mmap", 0x7000, 4096, 1, 0x812, 3, 0x22000, result: 0x7000)),
    Line(
      "newfstatat(1, \"\", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}, AT_EMPTY_PATH) = 0",
      Printed("newfstatat", 1, 0x10, 0x100, 0x1000, result: 0).reading(0x10, "")
        .writing(0x100, stat(mode: 0o020666, device: 0x103))),
    Line(
      "statx(AT_FDCWD, \"/usr\", AT_STATX_SYNC_AS_STAT|AT_NO_AUTOMOUNT, STATX_MODE, 0x40)"
        + " = -1 ENOENT (No such file or directory)",
      Printed("statx", cwd, 0x10, 0x800, 2, 0x40, result: -2).reading(0x10, "/usr")),
    Line(
      "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0",
      Printed("prlimit64", 0, 3, 0, 0x10, result: 0).writing(0x10, words(8_388_608, .max))),
    Line(
      "getrandom(\"\\x8c\\x76\\x45\\x00\", 4, GRND_NONBLOCK) = 4",
      Printed("getrandom", 0x10, 4, 1, result: 4).writing(0x10, [0x8c, 0x76, 0x45, 0])),
    Line(
      "futex(0x7000, FUTEX_WAKE_PRIVATE, 2147483647) = 0",
      Printed("futex", 0x7000, 0x81, 0x7fff_ffff, result: 0)),
    Line(
      "futex(0x7000, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, NULL,"
        + " FUTEX_BITSET_MATCH_ANY) = -1 EAGAIN (Resource temporarily unavailable)",
      Printed("futex", 0x7000, 0x189, 0, 0, 0, 0xffff_ffff, result: -11)),
    Line(
      "rseq(0x7000, 0x20, 0, 0x53053053)       = 0",
      Printed("rseq", 0x7000, 0x20, 0, 0x5305_3053, result: 0)),
    Line(
      "rt_sigaction(SIGINT, {sa_handler=0x4000, sa_mask=[INT CHLD], sa_flags=SA_RESTORER|SA_RESTART,"
        + " sa_restorer=0x5000}, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0",
      Printed("rt_sigaction", 2, 0x10, 0x40, 8, result: 0)
        .reading(0x10, words(0x4000, 0x1400_0000, 0x5000, 0x1_0002))
        .writing(0x40, words(0, 0, 0, 0))),
    Line(
      "rt_sigprocmask(SIG_SETMASK, ~[RTMIN RT_1], NULL, 8) = 0",
      Printed("rt_sigprocmask", 2, 0x10, 0, 8, result: 0).reading(0x10, words(~0x1_8000_0000))),
    Line("umask(022)                              = 000", Printed("umask", 0o22, result: 0)),
    Line(
      "writev(1, [{iov_base=\"ab\", iov_len=2}, {iov_base=NULL, iov_len=0}], 2) = 2",
      Printed("writev", 1, 0x10, 2, result: 2).reading(0x10, words(0x100, 2, 0, 0))
        .reading(0x100, [0x61, 0x62])),
    Line(
      "getdents64(3, 0x10 /* 2 entries */, 32768) = 48",
      Printed("getdents64", 3, 0x10, 32768, result: 48).writing(
        0x10, entries(["a", "b"]))),
    Line(
      "poll([{fd=3, events=POLLIN}], 1, -1)    = 1 ([{fd=3, revents=POLLIN|POLLHUP}])",
      Printed("poll", 0x10, 1, 0xffff_ffff, result: 1).reading(0x10, halfWords(3, 1))
        .writing(0x10, halfWords(3, 0x110001))),
    Line(
      "poll([{fd=3, events=POLLIN}], 1, 5)     = 0 (Timeout)",
      Printed("poll", 0x10, 1, 5, result: 0).reading(0x10, halfWords(3, 1))),
    Line(
      "fcntl(0, F_GETFL)                       = 0x8002 (flags O_RDWR|O_LARGEFILE)",
      Printed("fcntl", 0, 3, result: 0x8002)),
    Line(
      "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 77",
      Printed("wait4", .max, 0x10, 0, 0, result: 77).writing(0x10, halfWords(0x300))),
    Line(
      "pipe2([3, 4], O_CLOEXEC)                = 0",
      Printed("pipe2", 0x10, 0x80000, result: 0).writing(0x10, halfWords(3, 4))),
    Line(
      "lseek(3, -5, SEEK_END)                  = 95",
      Printed("lseek", 3, UInt64(bitPattern: -5), 2, result: 95)),
    Line(
      "uname({sysname=\"Linux\", nodename=\"n\", ...}) = 0",
      Printed("uname", 0x10, result: 0).writing(0x10, name(["Linux", "n", "", "", "", ""]))),
    Line(
      "connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0",
      Printed("connect", 3, 0x10, 16, result: 0)
        .reading(0x10, [2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
    Line(
      "execve(\"/bin/ls\", [\"ls\", \"-l\"], 0x80 /* 1 var */) = -1 ENOENT (No such file or directory)",
      Printed("execve", 0x10, 0x40, 0x80, result: -2).reading(0x10, "/bin/ls")
        .reading(0x40, words(0x100, 0x108, 0)).reading(0x100, "ls").reading(0x108, "-l")
        .reading(0x80, words(0x200, 0))),
    Line(
      "nanosleep({tv_sec=1, tv_nsec=0}, NULL)  = ? ERESTART_RESTARTBLOCK (Interrupted by signal)",
      Printed("nanosleep", 0x10, 0, result: -516).reading(0x10, words(1, 0))),
    Line(
      "syscall_0x270f(0x1, 0, 0, 0, 0, 0)      = -1 ENOSYS (Function not implemented)",
      Printed("no such call", 1, result: -38)),
    Line(
      "lseek(3, 0, 0x9 /* SEEK_??? */)         = -1 EINVAL (Invalid argument)",
      Printed("lseek", 3, 0, 9, result: -22)),
  ]

  private static func stat(mode: UInt32, device: UInt64) -> [UInt8] {
    var metadata = FileMetadata()
    metadata.mode = mode
    metadata.specialDevice = device
    return StructStat.bytes(of: metadata)
  }

  private static func entries(_ names: [String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for name in names {
      let name = Array(name.utf8)[...]
      DirectoryRecord(inode: 1, nextOffset: 1, type: 8, name: name).append(to: &bytes)
    }
    return bytes
  }

  private static func name(_ texts: [StaticString]) -> [UInt8] {
    var bytes: [UInt8] = []
    for text in texts { StructUtsname.append(text, to: &bytes) }
    return bytes
  }

  @Test(arguments: lines)
  func `as strace writes it`(line: Line) {
    #expect(line.call.line(.strace) == line.text + "\n")
  }

  @Test func `errors read as the C library says`() {
    for number in 1...133 {
      guard let message = Errno(rawValue: UInt16(number)).message else {
        #expect(Errno(rawValue: UInt16(number)).name == nil)
        continue
      }
      #expect(String(describing: message) == String(cString: strerror(Int32(number))))
    }
  }

  /// Whatever the registers and the memory hold, every style makes a line, and the kinds of every
  /// call are met.
  @Test func `no call and no memory is too strange`() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var numbers = SplitMix64(seed: seed)
    var styles = [CallStyle.strace, CallStyle(.unikraft0_12), CallStyle(.unikraft0_17)]
    styles[2].isColored = true
    for number in Array(SystemCallTable.all) + [SystemCallNumber(rawValue: 100_000)] {
      for round in 0..<6 {
        var operands: InlineArray<6, UInt64> = InlineArray(repeating: 0)
        for index in 0..<6 {
          let page: UInt64 = 0x1000 + UInt64(index) * 0x100
          let choices: [UInt64] = [0, 1, page, .max, numbers.next()]
          operands[index] = choices[Int(numbers.next() % 5)]
        }
        var journal = Journal()
        for index in 0..<6 where round > 0 {
          let count = Int(numbers.next() % 300)
          let bytes: [UInt8] = (0..<count).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
          journal.note(
            index % 2 == 0 ? .read : .write, UInt64(bytes.count) + numbers.next() % 3,
            at: VirtualAddress(operands[index]), keeping: bytes)
        }
        let results: [Int64] = [0, -2, 1, 300, -4095, .max, .min]
        let result = results[Int(numbers.next() % 7)]
        let call = CompletedCall(
          number: number, operands: operands, result: result, returned: round != 5)
        for style in styles {
          let printer = CallPrinter(style)
          var buffer = printer.makeBuffer()
          printer.write(call, seeing: journal, into: &buffer)
          #expect(buffer.position > 0, "seed \(seed), call \(number.rawValue)")
        }
      }
    }
  }
}
