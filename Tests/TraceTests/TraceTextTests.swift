// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import TestSupport
import Testing
import Trace
import TraceFile

/// A line of the text form with what it stands for.
struct TextCase: Sendable, CustomTestStringConvertible {
  var line: String
  var fields: [UInt64]
  var bytes: [UInt8] = []
  var testDescription: String { line }

  /// `fields`: kind, flags, task, code, operands, result, time, duration, what is not known; zeros
  /// may be left out.
  init(_ line: String, _ fields: UInt64..., bytes: [UInt8] = []) {
    self.line = line
    self.fields = fields + [UInt64](repeating: 0, count: 14 - fields.count)
    self.bytes = bytes
  }
}

private func negative(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }

private let cases: [TextCase] = [
  TextCase("1 getpid() = 42", 0, 0, 1, 39, 0, 0, 0, 0, 0, 0, 42),
  TextCase("2 close(3) = 0", 0, 0, 2, 3, 3),
  TextCase("1 close(-1) = -EBADF", 0, 0, 1, 3, .max, 0, 0, 0, 0, 0, negative(-9)),
  TextCase("1 close(0xffffffff) = -EBADF", 0, 0, 1, 3, 0xffff_ffff, 0, 0, 0, 0, 0, negative(-9)),
  TextCase("1 brk(0x0) = 0x555555559000", 0, 0, 1, 12, 0, 0, 0, 0, 0, 0, 0x5555_5555_9000),
  TextCase("1 exit_group(3) = ?", 0, 1, 1, 231, 3),
  TextCase("1 exit_group(3) = 0x5 [no-return]", 0, 1, 1, 231, 3, 0, 0, 0, 0, 0, 5),
  TextCase("1 getpid() = 1 [adopted missing 0x80]", 0, 0x86, 1, 39, 0, 0, 0, 0, 0, 0, 1),
  TextCase(
    "1 call_999(0x1, 0x0, 0x0, 0x0, 0x0, 0x0) = -ENOSYS", 0, 0, 1, 999, 1, 0, 0, 0, 0, 0,
    negative(-38)),
  TextCase("1 getpid(0x5) = 1", 0, 0, 1, 39, 5, 0, 0, 0, 0, 0, 1),
  TextCase("1 getpid() = -4000", 0, 0, 1, 39, 0, 0, 0, 0, 0, 0, negative(-4000)),
  TextCase("@17+250 1 getpid() = 1", 0, 0, 1, 39, 0, 0, 0, 0, 0, 0, 1, 17, 250),
  TextCase("1 fault 0x1000 ip 0x401000 write|user = 0", 1, 0, 1, 6, 0x1000, 0x40_1000),
  TextCase("1 fault 0x10 ip 0x1 0 = -SIGSEGV", 1, 0, 1, 0, 0x10, 1, 0, 0, 0, 0, negative(-11)),
  TextCase(
    "1 fault 0x10 ip 0x1 present|0x80 = -SIGBUS", 1, 0, 1, 0x81, 0x10, 1, 0, 0, 0, 0,
    negative(-7)),
  TextCase(
    "1 exception 0 error 0x0 ip 0x40 = -SIGFPE", 2, 0, 1, 0, 0, 0x40, 0, 0, 0, 0,
    negative(-8)),
  TextCase(
    "1 guest-read 0x7ffe00 6 \"ab\\n\\\"\\\\\\0\"", 3, 0, 1, 0, 0x7ffe00, 6,
    bytes: [0x61, 0x62, 0x0a, 0x22, 0x5c, 0]),
  TextCase("1 guest-read 0x7ffe00 600 \"ab\" ...", 3, 0, 1, 0, 0x7ffe00, 600, bytes: [0x61, 0x62]),
  TextCase("1 guest-read 0x7ffe00 600 ...", 3, 0, 1, 0, 0x7ffe00, 600),
  TextCase("1 guest-read 0x7ffe00 0", 3, 0, 1, 0, 0x7ffe00, 0),
  TextCase("1 guest-write 0x7ffe00 1 outside \"\\x80\"", 4, 0, 1, 1, 0x7ffe00, 1, bytes: [0x80]),
  TextCase(
    "1 guest-write 0x7ffe00 6 hex:ff00fe010203", 4, 0, 1, 0, 0x7ffe00, 6,
    bytes: [0xff, 0, 0xfe, 1, 2, 3]),
  TextCase("1 guest-write 0x0 0 code:7", 4, 0, 1, 7),
  TextCase(
    "1 input clock 0 = 1700000000000000000", 5, 0, 1, 0, 0, 0, 0, 0, 0, 0,
    1_700_000_000_000_000_000),
  TextCase(
    "1 input open 1 \"/etc/passwd\\0\" = -ENOENT", 5, 0, 1, 3, 1, 0, 0, 0, 0, 0,
    negative(-2), bytes: Array("/etc/passwd\0".utf8)),
  TextCase("1 input file-read 0 4096 100 = 100", 5, 0, 1, 6, 0, 4096, 100, 0, 0, 0, 100),
  TextCase("1 input 77 +0:0x5 = 0", 5, 0, 1, 77, 5),
  TextCase(
    "1 mapped-file 1234 \"/bin/ls\\0\\0ab\"", 15, 0, 1, 0, 1234,
    bytes: Array("/bin/ls\0\0ab".utf8)),
  TextCase("2 call-site 0x401000", 14, 0, 2, 0, 0x40_1000),
  TextCase("1 unmapped 0x1000-0x3000", 6, 0, 1, 0, 0x1000, 0x3000),
  TextCase(
    "1 mapped 0x1000-0x3000 r-xp 0x2000 file \"/bin/ls\"", 7, 0, 1, 1, 0x1000, 0x3000, 5,
    0x2000, bytes: Array("/bin/ls".utf8)),
  TextCase("1 mapped 0x1000-0x3000 -w-s 0x0 anonymous", 7, 0, 1, 0, 0x1000, 0x3000, 10),
  TextCase("1 mapped 0x1000-0x3000 0x10 0x0 99", 7, 0, 1, 99, 0x1000, 0x3000, 16),
  TextCase("2 task-started thread 1", 8, 0, 2, 0, 1),
  TextCase("2 task-started vfork 1", 8, 0, 2, 2, 1),
  TextCase("2 task-ended exited = 3", 9, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3),
  TextCase("2 task-ended killed = 9", 9, 0, 2, 1, 0, 0, 0, 0, 0, 0, 9),
  TextCase("1 signal SIGSEGV 1 0x10", 10, 0, 1, 11, 1, 0x10),
  TextCase("1 signal 40 -6 0x0", 10, 0, 1, 40, negative(-6)),
  TextCase("1 end exited = 0", 11, 0, 1, 0),
  TextCase("1 end timed-out = 0", 11, 0, 1, 2),
  TextCase("1 close(?0) = -EBADF", 0, 0, 1, 3, 0, 0, 0, 0, 0, 0, negative(-9), 0, 0, 1),
  TextCase("1 dup2(?-1, 7) = ?0", 0, 0, 1, 33, .max, 7, 0, 0, 0, 0, 0, 0, 0, 65),
  TextCase("1 getpid() = ?5 [no-return]", 0, 1, 1, 39, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64),
  TextCase("1 getpid(0x0, 0x0, ?0x0) = 1", 0, 0, 1, 39, 0, 0, 0, 0, 0, 0, 1, 0, 0, 4),
  TextCase(
    "1 guest-read ?0x8000000000000000 ?3 \"/a\" ...", 3, 0, 1, 0, 1 << 63, 3, 0, 0, 0, 0, 0, 0, 0,
    3, bytes: Array("/a".utf8)),
  TextCase("1 fault 0x10 ip ?0x0 user = ?0", 1, 0, 1, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0, 66),
  TextCase("1 signal SIGCHLD ?0 0x0", 10, 0, 1, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  TextCase(
    "1 mapped ?0x0-0x1000 ?r--p ?0x0 file", 7, 0, 1, 1, 0, 4096, 1, 0, 0, 0, 0, 0, 0, 13),
  TextCase("1 end exited +2:?0x0 = ?0", 11, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 68),
  TextCase(
    "1 wording arguments \"{sa_handler=SIG_DFL}\"", 13, 0, 1, 0,
    bytes: Array("{sa_handler=SIG_DFL}".utf8)),
  TextCase("1 wording 9", 13, 0, 1, 9),
  TextCase("1 gap 12", 12, 0, 1, 0, 12),
  TextCase("1 gap 12 +5:0x1 = 4 [adopted]", 12, 2, 1, 0, 12, 0, 0, 0, 0, 1, 4),
]

@Suite struct TraceTextTests {
  private let head = "epimetheus-trace 1\n\n"
  private let markedHead = "epimetheus-trace 1\nunseen operands\nseen call-sites mapped-files\n\n"

  @Test(arguments: cases) func `each line stands for its event, and back`(_ line: TextCase) throws {
    var source = try TraceTextSource(Array((markedHead + line.line).utf8))
    let read = try source.next()
    let event = try #require(read)
    #expect(event.fields == line.fields)
    #expect([UInt8](source.payload) == line.bytes)
    var text: [UInt8] = []
    line.bytes.withUnsafeBytes { TraceText.append(event, payload: $0, to: &text) }
    #expect(String(decoding: text, as: UTF8.self) == line.line + "\n")
  }

  @Test(arguments: [
    (
      "1 mmap(0,8192 ,3, 34,-1,0)=0x1000  # a comment",
      "1 mmap(0x0, 8192, 0x3, 0x22, -1, 0) = 0x1000"
    ),
    ("  7   close( 0x3 )  =  -9", "7 close(3) = -EBADF"),
    ("1 close() = 0", "1 close(0) = 0"),
    ("1 guest-read 4096 2 hex:4142", "1 guest-read 0x1000 2 \"AB\""),
    ("1 signal 11 0 0", "1 signal SIGSEGV 0 0x0"),
    ("1 end 1 = 9", "1 end killed = 9"),
    ("1 mapped 0-4096 5 0 1", "1 mapped 0x0-0x1000 r-xp 0x0 file"),
    ("1 fault 1 ip 2 4|write = 0\r", "1 fault 0x1 ip 0x2 write|user = 0"),
  ])
  func `input may be loose, output is canonical`(_ input: String, _ output: String) throws {
    var source = try TraceTextSource(Array((head + "# note\n\n" + input + "\n").utf8))
    let read = try source.next()
    var text: [UInt8] = []
    TraceText.append(try #require(read), payload: source.payload, to: &text)
    let rest = try source.next()
    #expect(String(decoding: text, as: UTF8.self) == output + "\n")
    #expect(rest == nil)
  }

  @Test(arguments: [
    ("1 frobnicate(1) = 0", "column 3: an unknown system call; call_N(...) stands for number N"),
    ("1 frobnicate 1", "column 3: an unknown event"),
    ("1 close(1)", "column 11: = and a result are expected"),
    ("1 close(1, 2, 3, 4, 5, 6, 7) = 0", "column 26: a system call has at most 6 arguments"),
    ("1 close(1 = 0", "column 11: , is expected"),
    ("1 close(x) = 0", "column 9: a number is expected"),
    ("1 close(0x10000000000000000) = 0", "column 9: a number exceeds 64 bits"),
    ("1 close(18446744073709551616) = 0", "column 9: a number exceeds 64 bits"),
    ("1 close(-9223372036854775809) = 0", "column 9: a number is less than 64 bits hold"),
    ("1 close(1) = -ENOTHING", "column 14: an unknown error or signal"),
    ("1 close(1) = 0 extra", "column 16: more than the line should have"),
    ("4294967296 close(1) = 0", "column 1: a number exceeds 32 bits"),
    ("1 guest-read 0x1 2 \"a", "column 21: the quotes are not closed"),
    ("1 guest-read 0x1 2 \"a\\q\"", "column 23: an unknown escape"),
    ("1 guest-read 0x1 2 hex:abc", "column 26: two hexadecimal digits are expected"),
    ("1 guest-read 0x1 2 \"a\"", "column 23: 1 of 2 bytes are there: ... is expected"),
    ("1 guest-read 0x1 2 \"ab\" ...", "column 28: 2 of 2 bytes are there: ... is too much"),
    ("1 guest-read 0x1 2 \"a\" \"b\"", "column 27: bytes are there twice"),
    ("1 gap 1 +6:1", "column 10: operands are numbered from 0 to 5"),
    ("1 getpid() = 1 [adopted", "column 24: ] is expected"),
    ("1 mapped 0x0-0x1 rwqp 0 file", "column 20: - is expected"),
    ("1 close(?3) = 0", "column 16: ? needs the word operands in the line unseen"),
    ("1 call-site 0x1", "column 16: call-site needs the word call-sites in a header line seen"),
    ("1 input teapot 0 = 0", "column 9: an unknown word"),
  ])
  func `what is wrong is named with line and column`(_ input: String, _ message: String) throws {
    var source = try TraceTextSource(Array((head + "1 getpid() = 1\n" + input + "\n").utf8))
    _ = try source.next()
    do {
      _ = try source.next()
      Issue.record("no error")
    } catch {
      #expect(error.message == message)
      #expect(error.position == 4)
    }
  }

  @Test(
    arguments: [
      ("", "the text is empty", 1),
      ("hello\n", "column 1: not a trace: epimetheus-trace 1 is expected", 1),
      ("epimetheus-trace 2\n", "column 19: this version reads only epimetheus-trace 1", 1),
      ("epimetheus-trace 1\ncolour 5\n", "column 1: an unknown header line", 2),
      ("epimetheus-trace 1\nseed 5\nseed 6\n", "column 1: the line is there twice", 3),
      ("epimetheus-trace 1\n\norigin mars\n", "column 8: an unknown word", 3),
      (
        "epimetheus-trace 1\nprogram /bin/ls\n",
        "column 9: bytes in quotes or after hex: are expected", 2
      ),
    ] as [(String, String, UInt64)])
  func `a header that is wrong is named with its line`(
    _ input: String, _ message: String, _ line: UInt64
  ) throws {
    do {
      _ = try TraceTextSource(Array(input.utf8))
      Issue.record("no error")
    } catch {
      #expect(error.message == message)
      #expect(error.position == line)
    }
  }

  @Test(arguments: [21, 22, 23, 24, 25, 26] as [UInt64])
  func `dump and assemble are inverses`(seed: UInt64) throws {
    var random = RandomTrace(seed: seed)
    let header = random.header()
    let list = random.list(3000)
    let trace = try list.trace(header)
    let text = try TraceText.dump(try TraceReader(bytes: trace))
    let again = try TraceText.assemble(text)
    #expect(again == trace, "seed \(seed)")
    #expect(try TraceText.dump(try TraceReader(bytes: again)) == text, "seed \(seed)")
  }

  @Test func `changed text gives an error or a trace and never ends the process`() throws {
    let seed: UInt64 = 27
    var random = RandomTrace(seed: seed)
    let trace = try random.list(30).trace(random.header())
    let text = try TraceText.dump(try TraceReader(bytes: trace))
    var errors = 0
    for _ in 0..<1000 {
      var changed = text
      for _ in 0..<1 + random.random.next() % 3 {
        let at = Int(random.random.next() % UInt64(changed.count))
        switch random.random.next() % 3 {
        case 0: changed[at] = UInt8(truncatingIfNeeded: random.random.next())
        case 1: changed.removeSubrange(at..<min(changed.count, at + 5))
        default: changed.insert(contentsOf: changed[at..<min(changed.count, at + 9)], at: at)
        }
      }
      do { _ = try TraceText.assemble(changed) } catch { errors += 1 }
    }
    #expect(errors > 100 && errors < 1000, "seed \(seed)")
  }
}
