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

  static let conditions = """
    restarting = SA_RESTART | SA_RESTORER;
    struct action = { sa_flags = <restarting> | SA_SIGINFO, .. };
    rt_sigaction(signum, act = <action>, oldact, sigsetsize);
    poll(fds = [ { fd, events = POLLIN, .. }, { events = POLLOUT, .. } ], nfds, timeout);
    clone3(cl_args = { flags = CLONE_VM | CLONE_THREAD, exit_signal = SIGCHLD, .. }, size);
    connect(sockfd, addr = { sa_family = AF_UNIX }, addrlen);
    bind(sockfd, addr = { sa_data = <INTEGER>, sa_family = AF_UNIX | AF_INET }, addrlen);
    sendmsg(sockfd, msg = { msg_control = [ { cmsg_type = SCM_RIGHTS, .. } ], .. }, flags);
    sigaltstack(ss = { ss_flags = SS_DISABLE, ss_size = <INTEGER>, .. }, old_ss);
    """

  private func judge(
    _ number: SystemCallNumber, _ bytes: [UInt8]?, at argument: Int = 0
  ) throws -> RequestJudgement {
    let set = try SCMLFile(parsing: Self.conditions, path: "x").supportSet(named: "x")
    var operands: InlineArray<6, UInt64> = [3, 3, 3, 8, 0, 0]
    operands[argument] = 0x1000
    return set.judge(number, operands: operands, memory: bytes.map { [argument: $0] } ?? [:])
  }

  private func words(_ words: (value: UInt64, byteCount: Int)...) -> [UInt8] {
    words.reduce(into: []) {
      LittleEndian.append($1.value, byteCount: min($1.byteCount, 8), to: &$0)
      $0 += [UInt8](repeating: 0, count: max(0, $1.byteCount - 8))
    }
  }

  private func action(_ flags: UInt64) -> [UInt8] { words((1, 8), (flags, 8), (0, 8), (0, 8)) }

  @Test func `a condition on a field is held against the bytes`() throws {
    #expect(try judge(.rt_sigaction, action(0x1400_0004), at: 1).state == .supported)
    #expect(try judge(.rt_sigaction, action(0), at: 1).state == .supported)
    let lacking = try judge(.rt_sigaction, action(0x4800_0004), at: 1)
    #expect(lacking.state == .missing)
    #expect(lacking.unsupported.map(\.name) == ["sa_flags=SA_ONSTACK", "sa_flags=SA_NODEFER"])
    let clone = words((0x10100, 8), (0, 24), (17, 8), (0, 48))
    #expect(try judge(.clone3, clone).state == .supported)
    #expect(try judge(.clone3, words((0x10900, 8), (0, 24), (0, 8), (0, 48))).state == .missing)
    #expect(try judge(.clone3, words((0x100, 8), (0, 24), (10, 8), (0, 48))).state == .missing)
    #expect(try judge(.connect, words((1, 2), (0, 8)), at: 1).state == .supported)
    #expect(try judge(.connect, words((2, 2), (0, 8)), at: 1).state == .missing)
    #expect(try judge(.bind, words((2, 2), (0, 8)), at: 1).state == .supported)
    #expect(try judge(.sigaltstack, words((0, 8), (2, 8), (0, 8))).state == .supported)
    #expect(try judge(.sigaltstack, words((0, 8), (1, 8), (0, 8))).state == .missing)
  }

  @Test func `each element of an array must match one of the patterns`() throws {
    let (into, out, urgent) = (
      words((3, 4), (1, 2), (0, 2)), words((4, 4), (4, 2), (0, 2)), words((5, 4), (2, 2), (0, 2))
    )
    #expect(try judge(.poll, into + out + into).state == .supported)
    #expect(try judge(.poll, []).state == .supported)
    let lacking = try judge(.poll, into + urgent)
    #expect(lacking.state == .missing)
    #expect(lacking.unsupported.map(\.name) == ["events=POLLPRI"])
    // Both at once are neither of the two patterns.
    #expect(try judge(.poll, words((3, 4), (5, 2), (0, 2))).state == .missing)
  }

  @Test func `a condition that cannot be checked is not known, never supported`() throws {
    for (number, bytes, argument) in [
      (SystemCallNumber.rt_sigaction, nil, 1), (.rt_sigaction, Array(action(0).prefix(15)), 1),
      (.poll, nil, 0), (.poll, [0, 0, 0], 0), (.sendmsg, words((0, 56)), 1),
      (.rt_sigaction, action(0x40), 1), (.connect, words((99, 2)), 1),
    ] as [(SystemCallNumber, [UInt8]?, Int)] {
      let judgement = try judge(number, bytes, at: argument)
      #expect(judgement.state == nil, "\(number) \(judgement)")
      #expect(!judgement.unchecked.isEmpty)
    }
    #expect(try judge(.sendmsg, words((0, 56)), at: 1).unchecked == ["msg_control of msg"])
    // What is not supported is, whatever else cannot be looked at.
    #expect(try judge(.rt_sigaction, action(0x4000_0040), at: 1).state == .missing)
  }

  @Test func `conditions are written as they were read`() throws {
    let set = try SCMLFile(parsing: Self.conditions, path: "x").supportSet(named: "x")
    let text = set.scml()
    #expect(
      text.contains(
        "rt_sigaction(signum, act = { sa_flags = SA_RESTART | SA_RESTORER | SA_SIGINFO, .. }, "))
    #expect(text.contains("fds = [ { events = POLLIN, .. }, { events = POLLOUT, .. } ]"))
    #expect(text.contains("msg = { msg_control = [ { cmsg_type = SCM_RIGHTS, .. } ], .. }"))
    let again = try SCMLFile(parsing: text, path: "y").supportSet(named: "x")
    #expect(again.scml() == text)
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
