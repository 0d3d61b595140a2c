// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import Testing

/// Lines that Unikraft's own code wrote for these calls, release 0.12 in a buffer of 256 bytes and
/// release 0.17, without colours and with.
struct UnikraftFormTests {
  struct Line: CustomTestStringConvertible {
    var text: String
    var call: Printed
    var testDescription: String { text }
    init(_ text: String, _ call: Printed) {
      self.text = text
      self.call = call
    }
  }

  private static var plain0_12: CallStyle { style(.unikraft0_12) }
  private static var plain0_17: CallStyle { style(.unikraft0_17) }

  private static func style(
    _ format: CallStyle.Format, asReleased: Bool = false, colored: Bool = false,
    newline: Bool = false
  ) -> CallStyle {
    var style = CallStyle(format)
    style.isAsReleased = asReleased
    style.isColored = colored
    style.hasNewline = newline
    return style
  }

  private static let atWorkingDirectory: UInt64 = 0xffff_ff9c
  private static let mixed: [UInt8] = [
    0x7f, 0x45, 0x4c, 0x46, 0x65, 0x66, 0x06, 0x68, 0x69, 0x09, 0x6b, 0x6c, 0x0c, 0x6e, 0x6f,
    0x0f, 0x71, 0x72, 0x12, 0x74, 0x75, 0x15, 0x77, 0x78, 0x18, 0x7a, 0x7b, 0x1b, 0x7d, 0x7e,
    0x1e, 0x41,
  ]
  private static let mixedText = #""\x7FELFef\x06hi\x09kl\x0Cno\x0Fqr\x12tu\x15wx"..."#
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123".utf8)

  static let release0_12: [Line] = [
    Line(
      "openat(AT_FDCWD, \"/nonexistent\", O_RDONLY) = No such file or directory (-2)",
      Printed("openat", atWorkingDirectory, 0x10, 0, result: -2).reading(0x10, "/nonexistent")),
    Line(
      "openat(dirfd:5, \"f\", O_RDONLY|O_CREAT|O_TRUNC|0x1) = fd:4",
      Printed("openat", 5, 0x10, 0o1101, 0o644, result: 4).reading(0x10, "f")),
    Line(
      "open(\"x\", O_RDONLY|O_DSYNC|O_SYNC) = fd:3",
      Printed("open", 0x10, 0o4010000, result: 3).reading(0x10, "x")),
    Line("open(NULL, O_RDONLY) = No such file or directory (-2)", Printed("open", result: -2)),
    Line(
      "read(fd:3, <out>\"\\x7FELF\", 832) = 4",
      Printed("read", 3, 0x10, 832, result: 4).writing(0x10, [0x7f, 0x45, 0x4c, 0x46])),
    Line(
      "read(fd:3, <out>\(mixedText), 832) = 32",
      Printed("read", 3, 0x10, 832, result: 32).writing(0x10, mixed)),
    Line("read(fd:3, <out>\"\", 832) = 0", Printed("read", 3, 0x10, 832, result: 0)),
    // What lies in the buffer of a read that failed is shown where it was seen.
    Line(
      "read(fd:99, \(mixedText), 832) = Bad file descriptor (-9)",
      Printed("read", 99, 0x10, 832, result: -9).reading(0x10, mixed)),
    Line("read(fd:99, NULL, 832) = Bad address (-14)", Printed("read", 99, 0, 832, result: -14)),
    Line(
      "write(fd:1, \"Hello, world!\\x0A\", 14) = 14",
      Printed("write", 1, 0x10, 14, result: 14).reading(0x10, Array("Hello, world!\n".utf8))),
    Line(
      "write(fd:1, \"abcdefghijklmnopqrstuvwx\"..., 30) = 30",
      Printed("write", 1, 0x10, 30, result: 30).reading(0x10, alphabet)),
    Line(
      "readlink(\"/proc/self/exe\", <out>\"/bin\", 4096) = 4",
      Printed("readlink", 0x10, 0x100, 4096, result: 4).reading(0x10, "/proc/self/exe")
        .writing(0x100, "/bin")),
    Line(
      "stat(\"/etc\", va:0x7000) = OK",
      Printed("stat", 0x10, 0x7000, result: 0).reading(0x10, "/etc")),
    Line("close(fd:3) = OK", Printed("close", 3, result: 0)),
    Line("close(fd:3) = Bad file descriptor (-9)", Printed("close", 3, result: -9)),
    Line("dup2(fd:3, fd:1) = fd:1", Printed("dup2", 3, 1, result: 1)),
    Line("brk(NULL) = va:0x400200000", Printed("brk", 0, result: 0x4_0020_0000)),
    Line(
      "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, fd:-1, 0)"
        + " = va:0x1000000000",
      Printed("mmap", 0, 8192, 3, 0x22, .max, 0, result: 0x10_0000_0000)),
    Line(
      "mmap(va:0x5000, 8192, PROT_NONE, MAP_PRIVATE|MAP_FIXED, fd:3, 4096)"
        + " = Cannot allocate memory (-12)",
      Printed("mmap", 0x5000, 8192, 0, 0x12, 3, 4096, result: -12)),
    Line("munmap(va:0x1000000000) = OK", Printed("munmap", 0x10_0000_0000, 4096, result: 0)),
    Line(
      "mprotect(va:0x1000000000, 4096, 0x10) = Invalid argument (-22)",
      Printed("mprotect", 0x10_0000_0000, 4096, 0x10, result: -22)),
    Line(
      "futex(va:0x4040, FUTEX_WAIT|FUTEX_PRIVATE_FLAG, 2, NULL) = OK",
      Printed("futex", 0x4040, 0x80, 2, 0, result: 0)),
    Line(
      "futex(va:0x4040, FUTEX_WAIT, ff, va:0x7000) = Connection timed out (-110)",
      Printed("futex", 0x4040, 0, 0xff, 0x7000, result: -110).reading(0x7000, words(1, 2))),
    Line(
      "futex(va:0x4040, FUTEX_WAIT_BITSET|FUTEX_PRIVATE_FLAG) = Function not implemented (-38)",
      Printed("futex", 0x4040, 0x89, 2, 0, 0, 1, result: -38)),
    Line(
      "clock_gettime(CLOCK_0x7, va:0x7000) = Invalid argument (-22)",
      Printed("clock_gettime", 7, 0x7000, result: -22)),
    Line(
      "socket(AF_UNIX, SOCK_NONBLOCK|SOCK_CLOEXEC|SOCK_STREAM, 0) = fd:3",
      Printed("socket", 1, 0x80801, 0, result: 3)),
    Line(
      "sendto(fd:3, \"hello\", 5, MSG_NOSIGNAL, NULL, 0) = OK",
      Printed("sendto", 3, 0x10, 5, 0x4000, result: 5).reading(0x10, Array("hello".utf8))),
    Line("gettid() = pid:1", Printed("gettid", result: 1)),
    Line(
      "clone(CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS"
        + "|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, va:0x8000, <ref:0x7ffee1ca0368>pid:42, NULL,"
        + " va:0x9000) = pid:2",
      Printed("clone", 0x3d0f00, 0x8000, 0x7ffe_e1ca_0368, 0, 0x9000, result: 2)
        .writing(0x7ffe_e1ca_0368, halfWords(42))),
  ]

  static let undecodedByRelease0_12: [Line] = [
    Line(
      "ioctl(0x1, 0x5401, ...) = Inappropriate ioctl for device (-25)",
      Printed("ioctl", 1, 0x5401, 0x7000, result: -25)),
    Line("lseek(0x1, 0x2, ...) = 10000", Printed("lseek", 1, 2, 0, result: 65536)),
    Line(
      "io_uring_setup(0x8, 0x7000, ...) = Function not implemented (-38)",
      Printed("io_uring_setup", 8, 0x7000, result: -38)),
    Line(
      "(0x8, 0x7000, ...) = Function not implemented (-38)",
      Printed("no such call", 8, 0x7000, result: -38)),
  ]

  private static let metadata: [UInt8] = {
    var metadata = FileMetadata()
    metadata.mode = 0o100644
    metadata.byteCount = 1234
    metadata.owner = 1000
    return StructStat.bytes(of: metadata)
  }()

  private static let systemName: [UInt8] = {
    var bytes: [UInt8] = []
    for text: StaticString in ["Unikraft", "unikraft", "5-Epimetheus", "", "x86_64", ""] {
      StructUtsname.append(text, to: &bytes)
    }
    return bytes
  }()

  static let release0_17: [Line] = [
    // The owner does not show in the mode, as it does in the original.
    Line(
      "fstat(fd:1, <out>stat:{st_size=1234, st_mode=0100644, ...}) = OK",
      Printed("fstat", 1, 0x7000, result: 0).writing(0x7000, metadata)),
    Line(
      "stat(\"/x\", <out>stat:0x7000) = No such file or directory (-2)",
      Printed("stat", 0x10, 0x7000, result: -2).reading(0x10, "/x")),
    Line(
      "uname(<out>utsname:{sysname=\"Unikraft\", nodename=\"unikraft\", ...}) = OK",
      Printed("uname", 0x7000, result: 0).writing(0x7000, systemName)),
    Line(
      "clock_gettime(CLOCK_MONOTONIC, <out>timespec:{tv_sec=1, tv_nsec=500}) = OK",
      Printed("clock_gettime", 1, 0x7000, result: 0).writing(0x7000, words(1, 500))),
    Line(
      "futex(va:0x4040, FUTEX_WAIT, 0xff, timespec:NULL) = OK",
      Printed("futex", 0x4040, 0, 0xff, 0, result: 0)),
    Line(
      "read(fd:99, <out>buf:0x7000, 832) = Bad file descriptor (-9)",
      Printed("read", 99, 0x7000, 832, result: -9)),
    Line(
      "access(\"/etc/ld.so.preload\", R_OK) = No such file or directory (-2)",
      Printed("access", 0x10, 4, result: -2).reading(0x10, "/etc/ld.so.preload")),
    Line("access(\"/\", F_OK) = OK", Printed("access", 0x10, 0, result: 0).reading(0x10, "/")),
    Line(
      "pread64(fd:3, <out>\"abcd\", 832, 64) = 4",
      Printed("pread64", 3, 0x10, 832, 64, result: 4).writing(0x10, "abcd")),
    Line("eventfd2(0, O_RDONLY|O_CLOEXEC) = fd:3", Printed("eventfd2", 0, 0x80000, result: 3)),
    // From a console of release 0.16.
    Line(
      "mmap(NULL, 4131552, PROT_EXEC|PROT_READ, MAP_PRIVATE|MAP_DENYWRITE, fd:3, 0)"
        + " = va:0x100082c000",
      Printed("mmap", 0, 4_131_552, 5, 0x802, 3, 0, result: 0x10_0082_c000)),
    Line(
      "readlink(\"/proc/self/exe\", <out>buf:0x40fc1ec70, 4096) = No such file or directory (-2)",
      Printed("readlink", 0x10, 0x4_0fc1_ec70, 4096, result: -2).reading(0x10, "/proc/self/exe")),
    // The original says OK to a sendto that failed.
    Line(
      "sendto(fd:3, \"hello\", 5, 0x0, NULL, 0) = Connection reset by peer (-104)",
      Printed("sendto", 3, 0x10, 5, 0, result: -104).reading(0x10, Array("hello".utf8))),
    Line(
      "connect(fd:4, sockaddr:{sa_family=AF_UNIX, ...}, 110) = Connection refused (-111)",
      Printed("connect", 4, 0x10, 110, result: -111).reading(0x10, [1, 0, 0x2f])),
    Line(
      "socketpair(AF_UNIX, SOCK_STREAM, 0, <out>fd:3, <out>fd:4) = OK",
      Printed("socketpair", 1, 1, 0, 0x10, result: 0).writing(0x10, halfWords(3, 4))),
  ]

  static let undecodedByRelease0_17: [Line] = [
    Line("ioctl(0x1, 0x2, ...) = 0x0", Printed("ioctl", 1, 2, result: 0)),
    Line(
      "newfstatat(0xffffff9c, 0x40011edf0, ...) = No such file or directory (-2)",
      Printed("newfstatat", atWorkingDirectory, 0x4_0011_edf0, 0x10, result: -2)),
    Line(
      "set_robust_list(0x1000002060, 0x18, ...) = Function not implemented (-38)",
      Printed("set_robust_list", 0x10_0000_2060, 0x18, result: -38)),
    Line("getpid() = pid:1", Printed("getpid", result: 1)),
  ]

  /// Calls that no release decodes, by the call table.
  static let byTheTable: [Line] = [
    Line("lseek(fd:1, 2, SEEK_SET) = 65536", Printed("lseek", 1, 2, 0, result: 65536)),
    Line(
      "newfstatat(AT_FDCWD, \"/x\", <out>stat:0x10, 0x0) = No such file or directory (-2)",
      Printed("newfstatat", atWorkingDirectory, 0x40, 0x10, 0, result: -2).reading(0x40, "/x")),
    Line(
      "arch_prctl(ARCH_SET_FS, va:0x1000000f00) = OK",
      Printed("arch_prctl", 0x1002, 0x10_0000_0f00, result: 0)),
    Line("getuid() = 0", Printed("getuid", result: 0)),
    Line("umask(022) = 022", Printed("umask", 0o22, result: 0o22)),
    Line(
      "prlimit64(pid:0, RLIMIT_STACK, rlimit:NULL, <out>rlimit:{rlim_cur=8388608, rlim_max=7}) = OK",
      Printed("prlimit64", 0, 3, 0, 0x10, result: 0).writing(0x10, words(8_388_608, 7))),
    Line(
      "recvmsg(fd:3, va:0x7000, 0x0) = 5", Printed("recvmsg", 3, 0x7000, 0, result: 5)),
    Line("exit_group(0) = ?", Printed("exit_group", 0, result: 0, returned: false)),
    Line(
      "getcwd(<out>\"/root\\x00\", 4096) = 6",
      Printed("getcwd", 0x10, 4096, result: 6).writing(0x10, "/root\0")),
  ]

  @Test(arguments: release0_12)
  func `release 0.12`(line: Line) {
    #expect(line.call.line(Self.plain0_12) == line.text)
    #expect(line.call.line(Self.style(.unikraft0_12, asReleased: true)) == line.text)
  }

  @Test(arguments: undecodedByRelease0_12)
  func `release 0.12, calls it does not decode`(line: Line) {
    #expect(line.call.line(Self.style(.unikraft0_12, asReleased: true)) == line.text)
  }

  @Test(arguments: release0_17)
  func `release 0.17`(line: Line) {
    #expect(line.call.line(Self.plain0_17) == line.text)
    #expect(line.call.line(Self.style(.unikraft0_17, asReleased: true)) == line.text)
  }

  @Test(arguments: undecodedByRelease0_17)
  func `release 0.17, calls it does not decode`(line: Line) {
    #expect(line.call.line(Self.style(.unikraft0_17, asReleased: true)) == line.text)
  }

  @Test(arguments: byTheTable)
  func `calls that no release decodes`(line: Line) {
    #expect(line.call.line(Self.plain0_17) == line.text)
  }

  @Test func `types can be left out`() {
    var style = Self.plain0_17
    style.hasTypePrefixes = false
    #expect(Printed("close", 3, result: 0).line(style) == "close(3) = OK")
    #expect(Printed("brk", 0, result: 0x1000).line(style) == "brk(NULL) = 0x1000")
  }

  // MARK: Colours

  @Test func `colours`() {
    let style = Self.style(.unikraft0_12, colored: true, newline: true)
    let close = Printed("close", 3, result: -9).line(style)
    let closed =
      "<34>close<0>(<0>fd<0>:<36>3<0>) = <31>Bad file descriptor (-9)<0>\n"
    #expect(close == Self.escaped(closed))
    let read = Printed("read", 3, 0x10, 832, result: 4).writing(0x10, [0x7f, 0x45, 0x4c, 0x46])
    let expected =
      "<34>read<0>(<0>fd<0>:<36>3<0>, <0><out><0><32>\"\\x7FELF\"<0>, <36>832<0>) = <36>4<0>\n"
    #expect(read.line(style) == Self.escaped(expected))
  }

  /// `<34>` is the escape sequence of colour 34.
  private static func escaped(_ text: String) -> String {
    var text = text
    for color in ["0", "31", "32", "33", "34", "36"] {
      text.replace("<\(color)>", with: "\u{1b}[\(color)m")
    }
    return text
  }

  /// The original drops the last byte of the first escape sequence here.
  @Test func `a number without a name has no colour of a name`() {
    let line = Printed("no such call", 8, result: -38).line(
      Self.style(.unikraft0_12, colored: true))
    #expect(line.hasPrefix("(\u{1b}[36m0x8\u{1b}[0m, "))
  }

  @Test func `a coloured line has twice the room`() {
    #expect(Self.plain0_12.lineByteCount == 256)
    #expect(Self.style(.unikraft0_17, colored: true).lineByteCount == 512)
  }

  // MARK: Lines that do not fit

  private static let long = Printed(
    "openat", atWorkingDirectory, 0x10, 0, result: 3
  ).reading(0x10, String(repeating: "p", count: 300))

  @Test func `a line that is cut ends in dots`() {
    for (format, newline) in [
      (CallStyle.Format.unikraft0_12, "\n"), (.unikraft0_17, "\r\n"),
    ] {
      let with = Self.long.line(Self.style(format, newline: true))
      #expect(with.utf8.count == 254)
      #expect(with.hasSuffix("ppp..." + newline))
      let without = Self.long.line(Self.style(format))
      #expect(without.utf8.count == 254)
      #expect(without.hasSuffix("ppp..."))
    }
  }

  @Test func `a line that fits exactly loses its newline`() {
    let call = Printed("close", 3, result: 0)
    let style = Self.style(.unikraft0_12, newline: true)
    #expect(call.line(style, byteCount: 18) == "close(fd:3) = OK\n")
    #expect(call.line(style, byteCount: 17) == "close(fd:3) = OK")
    #expect(call.line(style, byteCount: 16) == "close(fd:3...\n")
  }

  @Test func `a buffer too small for dots has none`() {
    let call = Printed("close", 3, result: 0)
    #expect(call.line(Self.plain0_12, byteCount: 4) == "clo")
    #expect(call.line(Self.plain0_12, byteCount: 5) == "...")
    #expect(call.line(Self.style(.unikraft0_12, newline: true), byteCount: 5) == "clos")
    for byteCount in 1...300 {
      let line = Self.long.line(Self.style(.unikraft0_17, newline: true), byteCount: byteCount)
      #expect(line.utf8.count < byteCount)
    }
  }
}
