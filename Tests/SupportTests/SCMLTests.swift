// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import TestSupport
import Testing

@testable import Support

struct SCMLTests {
  static let sample = """
    // What may be opened.
    modes = O_RDONLY | O_WRONLY | O_RDWR;
    openat(dirfd, path = <PATH>, flags = <modes> | O_CLOEXEC);
    openat(dirfd, path, flags = O_CREAT | <modes> |  // and made
      O_CLOEXEC, mode,);
    struct message = { msg_control = [ <parts>, { cmsg_level, .. } ], .. };
    recvmsg(socket, message = <message>, flags = MSG_PEEK);
    getsockopt(sockfd, level = SOL_IP, optname = IP_TTL | IP_TOS, optval, optlen);
    clone(fn, stack, flags = CLONE_VM | SIGCHLD, arg, ..);
    ioctl(fd, op = TCGETS | FIONREAD, ..);
    timer_create(clockid = CLOCK_REALTIME | <INTEGER>, ..);
    read(fd, buf, count);
    kqueue(..);
    getpid();
    """.replacing("<parts>", with: "[ { a = B } ]")

  private func set() throws -> SupportSet {
    try SCMLFile(parsing: Self.sample, path: "x").supportSet(named: "x")
  }

  private func state(
    _ number: SystemCallNumber, _ operands: InlineArray<6, UInt64>
  ) throws -> SupportState? {
    try set().judge(number, operands: operands).state
  }

  @Test func `a request is supported if it matches one of the rules whole`() throws {
    #expect(try state(.openat, [0, 1, 0x80000, 0, 0, 0]) == .supported)
    #expect(try state(.openat, [0, 1, 0x80042, 0, 0, 0]) == .supported)
    #expect(try state(.openat, [0, 1, 0x80242, 0, 0, 0]) == .missing)
    #expect(try state(.read, [.max, .max, .max, 0, 0, 0]) == .supported)
    #expect(try state(.getpid, [0, 0, 0, 0, 0, 0]) == .supported)
    #expect(try state(.write, [0, 0, 0, 0, 0, 0]) == .missing)
    #expect(try state(.ioctl, [0, 0x5401, 0, 0, 0, 0]) == .supported)
    #expect(try state(.ioctl, [0, 0x5413, 0, 0, 0, 0]) == .missing)
    #expect(try state(.getsockopt, [3, 0, 2, 1, 1, 0]) == .supported)
    #expect(try state(.getsockopt, [3, 1, 2, 1, 1, 0]) == .missing)
  }

  @Test func `what cannot be looked at is not known, and no support`() throws {
    let opened = try set().judge(.recvmsg, operands: [3, 0x1000, 2, 0, 0, 0])
    #expect(opened.state == nil)
    #expect(opened.unchecked == ["fields of msg"])
    #expect(try state(.recvmsg, [3, 0, 2, 0, 0, 0]) == .supported)
    #expect(try state(.recvmsg, [3, 0x1000, 1, 0, 0, 0]) == .missing)
    // A request without a name here may be one that the file means.
    #expect(try set().judge(.ioctl, operands: [0, 0xdead, 0, 0, 0, 0]).unchecked == ["0xdead"])
    #expect(try state(.timer_create, [77, 0, 0, 0, 0, 0]) == .supported)
    var partial = SupportSet(name: "p")
    partial.set(.mmap, to: .partial)
    #expect(partial.judge(.mmap, operands: [0, 0, 0, 0, 0, 0]).state == nil)
  }

  @Test func `a judgement names what is not supported`() throws {
    let judgement = try set().judge(.openat, operands: [0, 1, 0x80643, 0, 0, 0])
    #expect(
      judgement.unsupported.map(\.name) == ["O_WRONLY|O_RDWR", "O_TRUNC", "O_APPEND"]
        || judgement.unsupported.map(\.name).suffix(2) == ["O_TRUNC", "O_APPEND"])
    let set = try set()
    let items = RequestItem.items(of: .openat, operands: [0, 1, 0x80640, 0, 0, 0])
    #expect(items.map(\.name) == ["O_RDONLY", "O_CREAT", "O_TRUNC", "O_APPEND", "O_CLOEXEC"])
    #expect(
      items.map { set.state(of: $0, in: .openat) }
        == [.supported, .supported, .missing, .missing, .supported])
  }

  @Test func `a parameter is found by its name before its place`() throws {
    // libc's clone has its flags third, the system call first.
    #expect(try state(.clone, [0x111, 0x5000, 0, 0, 0, 0]) == .supported)
    #expect(try state(.clone, [0x10111, 0x5000, 0, 0, 0, 0]) == .missing)
  }

  @Test func `calls without conditions are supported, others partial, unknown names told`() throws {
    let set = try set()
    #expect(set.state(of: .read) == .supported)
    #expect(set.state(of: .openat) == .partial)
    #expect(set.unknownNames == ["kqueue"])
  }

  @Test func `a set is written as SCML that reads to the same`() throws {
    let set = try set()
    let text = set.scml()
    let again = try SCMLFile(parsing: text, path: "y").supportSet(named: "x")
    #expect(again.scml() == text)
    #expect(text.contains("openat(dirfd, pathname = <PATH>, flags = O_CLOEXEC | O_RDONLY"))
    for operands: InlineArray<6, UInt64> in [[0, 1, 0x80000, 0, 0, 0], [0, 1, 0x200, 0, 0, 0]] {
      #expect(
        set.judge(.openat, operands: operands).state
          == again.judge(.openat, operands: operands).state)
    }
  }

  @Test(arguments: [
    ("read(fd", 1, "expected \")\""), ("read(fd);\nwrite(fd;", 2, "behind a parameter"),
    ("a = B\nc();", 2, "at the end of the rule"), ("\n\nopen(p, f = <modes>);", 3, "defined"),
    ("read(a, b, c, d, e, f, g);", 1, "at most six"), ("read(fd)\u{0};", 1, "the byte 0"),
    ("open(f = A | <PATH>);", 1, "exclude each other"), ("struct = { };", 1, "name of the struct"),
    ("# comment", 1, "has no meaning"), ("read(fd = );", 1, "a flag"),
    ("read(x = " + String(repeating: "[", count: 100) + ");", 1, "nested too deep"),
    (String(repeating: "a", count: 300) + "();", 1, "too long"),
    (String(repeating: "a();", count: 17000), 1, "more than 16384 rules"),
  ])
  func `what is no SCML is refused with its line`(
    text: String, line: Int, message: String
  ) throws {
    let error = #expect(throws: SupportFileError.self) {
      try SCMLFile(parsing: text, path: "rules.scml")
    }
    #expect(error?.line == line)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func `definitions that double their flags again and again come to an end`() throws {
    var text = "a0 = " + (0..<100).map { "F\($0)" }.joined(separator: " | ") + ";\n"
    for level in 1..<15_000 { text += "a\(level) = <a\(level - 1)> | <a\(level - 1)>;\n" }
    let error = #expect(throws: SupportFileError.self) {
      try SCMLFile(parsing: text, path: "x")
    }
    #expect(error?.message.contains("flags come to more") == true)
  }

  @Test func `damaged SCML is read or refused, never worse`() throws {
    let bytes = Array(Self.sample.utf8)
    for count in bytes.indices {
      _ = try? SCMLFile(parsing: String(decoding: bytes[..<count], as: UTF8.self), path: "x")
    }
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<3 {
        damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(
          in: 0...127, using: &random)
      }
      do {
        _ = try SCMLFile(parsing: String(decoding: damaged, as: UTF8.self), path: "x")
      } catch {
        #expect(error.line >= 1 && error.line <= 20, "seed \(seed)")
      }
    }
  }
}
