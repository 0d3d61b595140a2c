// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Import
import TestSupport
import Testing
import Trace

struct UnikraftImportTests {
  private static let samples = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/data/unikraft").standardized

  private static var hasSamples: Bool {
    FileManager.default.fileExists(atPath: samples.path(percentEncoded: false))
  }

  /// How many strace-like lines each console has, counted by eye and by grep.
  @Test(
    .enabled(if: hasSamples, "the console samples are needed"),
    arguments: [
      ("c-server-net", 78), ("dyn-hello-c", 37), ("dyn-lua", 106), ("helloworld-c", 12),
      ("helloworld-rust-musl", 15), ("sqlite3", 140),
    ])
  func `every call of a console is imported`(name: String, count: Int) throws {
    let text = try Data(contentsOf: Self.samples.appending(path: "console-\(name).txt"))
    let imported = Imported(.unikraft, [UInt8](text))
    #expect(imported.isAccountedFor)
    #expect(imported.summary.callCount == count)
    #expect(imported.summary.refusals.isEmpty)
    #expect(String(decoding: imported.header.kernel, as: UTF8.self).hasPrefix("Unikraft Telesto"))
    #expect(!imported.header.program.isEmpty)
  }

  @Test func `the log and the program's output stand between and before calls`() {
    let imported = Imported(
      .unikraft,
      """
      [    0.000000] Info: [libkvmplat] <bootinfo.c @   56> Unikraft Telesto (0.16.3~e453b74a)\r
      [    0.000000] Info: [libkvmplat] <bootinfo.c @   67> Command line: app x -- /bin/p "a b"\r
      Powered by (c)\r
      brk(NULL) = va:0x400200000\r
      Hi (there) = 5write(fd:1, "Hi (there) = 5", 14) = 14\r
      closedwrite(fd:1, "x", 1) = 1\r
      getpid() = \r

      """)
    #expect(imported.isAccountedFor)
    #expect(imported.summary.callCount == 3)
    #expect(imported.summary.refusals.map(\.line) == [7])
    let arguments = imported.header.arguments.map { String(decoding: $0, as: UTF8.self) }
    #expect(arguments == ["/bin/p", "a b"])
    #expect(imported.lines.first == "1 brk(0x0) = 0x400200000")
    #expect(imported.lines.last == "1 write(1, ?0x8000000100000000, 1) = 1")
  }

  @Test(arguments: [
    (
      "openat(dirfd:5, \"f\", O_RDONLY|O_CREAT|O_TRUNC|0x1) = fd:4",
      "1 openat(5, ?0x8000000100000000, 0x241, ?0x0) = 4"
    ),
    (
      "mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, fd:-1, 0) = va:0x1000",
      "1 mmap(0x0, 8192, 0x0, 0x22, -1, 0) = 0x1000"
    ),
    ("munmap(va:0x1000) = OK", "1 munmap(0x1000, ?0) = 0"),
    (
      "futex(va:0x4040, FUTEX_WAIT, ff, va:0x7000) = Connection timed out (-110)",
      "1 futex(0x4040, 0x0, 255, 0x7000, 0x0, 0x0) = -ETIMEDOUT"
    ),
    (
      "clock_gettime(CLOCK_0x7, va:0x7000) = Invalid argument (-22)",
      "1 clock_gettime(7, 0x7000) = -EINVAL"
    ),
    (
      "ioctl(0x1, 0x5401, ...) = Inappropriate ioctl for device (-25)",
      "1 ioctl(1, 0x5401, ?0x0) = -ENOTTY"
    ),
    ("lseek(0x1, 0x2, ...) = 10000", "1 lseek(1, 2, ?0) = 65536"),
    ("lseek(0x1, 0x2, ...) = 0x10000", "1 lseek(1, 2, ?0) = 65536"),
    (
      "socket(AF_UNIX, SOCK_NONBLOCK|SOCK_CLOEXEC|SOCK_STREAM, 0) = fd:3",
      "1 socket(1, 0x80801, 0) = 3"
    ),
    ("gettid() = pid:1", "1 gettid() = 1"),
    ("close(3) = OK", "1 close(3) = 0"),
    (
      "\u{1b}[34mclose\u{1b}[0m(\u{1b}[0mfd\u{1b}[0m:\u{1b}[36m3\u{1b}[0m) = \u{1b}[31mBad file descriptor (-9)\u{1b}[0m",
      "1 close(3) = -EBADF"
    ),
    ("open(NULL, O_RDONLY) = No such file or directory (-2)", "1 open(0x0, 0x0, 0x0) = -ENOENT"),
  ])
  func `lines of every release`(line: String, expected: String) {
    let imported = Imported(.unikraft, line + "\n")
    #expect(imported.lines.last?.replacing(" [missing]", with: "") == expected)
  }

  @Test func `quotes in text do not end it`() {
    let imported = Imported(
      .unikraft, #"read(fd:3, <out>"print("Hello, world!");\x0A", 512) = 24"# + "\n")
    #expect(
      imported.lines.first
        == #"1 guest-write ?0x8000000100000000 24 outside "print(\"Hello, world!\");\n""#)
    #expect(imported.summary.callCount == 1)
  }

  @Test func `a call that was never answered otherwise than with ENOSYS is missing`() {
    let imported = Imported(
      .unikraft,
      """
      rseq(0x1000, 0x20, ...) = Function not implemented (-38)
      futex(va:0x4040, FUTEX_WAKE, 1) = OK
      futex(va:0x4040, FUTEX_LOCK_PI) = Function not implemented (-38)

      """)
    let calls = (0..<imported.events.count).map { imported.events[$0] }
      .filter { $0.kind == .systemCall }
    #expect(calls.map { $0.flags.contains(.missing) } == [true, false, false])
  }

  @Test func `a line that did not fit is a call with a result that nobody knows`() {
    let imported = Imported(.unikraft, "openat(AT_FDCWD, \"/a/very/long/pa...\n")
    #expect(imported.summary.callCount == 1)
    #expect(imported.summary.unknownResultCount == 1)
    #expect(imported.lines.last == "1 openat(-100, ?0x0, ?0x0, ?0x0) = ?0")
  }
}
