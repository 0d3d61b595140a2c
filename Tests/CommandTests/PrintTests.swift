// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// `--print`: the lines of `dump --strace` and `--unikraft`, on stderr while the calls are made.
struct PrintTests {
  private func lines(_ text: String) -> [Substring] {
    text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("epimetheus: ") }
  }

  @Test func `recording and replaying print what dump prints`() throws {
    try Scratch.with { scratch in
      let (a, b) = (scratch.path("a.epi"), scratch.path("b.epi"))
      let record = try Subprogram.epimetheus(
        "record", "--print", "strace", "-o", a, "--", "/bin/busybox", "echo", "hi")
      #expect(record.end == .exited(0), "\(record.errorText)")
      #expect(record.text == "hi\n")
      let strace = lines(try Subprogram.epimetheus("dump", "--strace", a).text)
      #expect(strace.contains { $0.hasPrefix("write(1, \"hi\\n\", 3)") })
      #expect(lines(record.errorText) == strace)

      for release in ["0.12", "0.17"] {
        let replay = try Subprogram.epimetheus(
          "replay", "--print", "unikraft-" + release, "--color", a, "-o", b)
        #expect(replay.end == .exited(0), "\(replay.errorText)")
        let dump = try Subprogram.epimetheus("dump", "--unikraft", release, "--color", b)
        #expect(lines(replay.errorText) == lines(dump.text))
        #expect(dump.text.contains("\u{1b}["))
      }
      #expect(try Data(contentsOf: URL(filePath: a)) == Data(contentsOf: URL(filePath: b)))
    }
  }

  @Test(arguments: ["hosted", "linux"])
  func `lines come while the program runs`(place: String) throws {
    try Scratch.with { scratch in
      // The program waits for a line, which it gets when its first calls have been printed.
      let script = """
        mkfifo line && exec 3<>line || exit 1
        "$0" record --on \(place) --print strace -o a.epi -- /bin/busybox head -n 1 <line 2>log &
        for try in $(seq 200); do
          grep -q '^arch_prctl(ARCH_SET_FS' log 2>/dev/null && break
          sleep 0.1
        done
        grep -c '^exit_group' log
        grep -c '^arch_prctl(ARCH_SET_FS' log
        echo line >&3
        wait $!
        grep -c '^exit_group' log
        """
      let run = try Subprogram.run(
        ["/bin/sh", "-c", script, Subprogram.epimetheus], in: scratch.url)
      #expect(run.text == "0\n1\nline\n1\n", "\(run.errorText)")
    }
  }

  @Test func `what is redacted is not printed either`() throws {
    try Scratch.with { scratch in
      let secret = "hunter2hunter2"
      let run = try Subprogram.epimetheus(
        "record", "--on", "linux", "--by", "ptrace", "--env", "PASSWORD=\(secret)", "--env",
        "PATH=/bin", "--redact", "PASS*", "--print", "strace", "-o", scratch.path("a.epi"), "--",
        "/bin/busybox", "sh", "-c", "echo $PASSWORD")
      #expect(run.end == .exited(0), "\(run.errorText)")
      #expect(run.text == secret + "\n")
      #expect(run.errorText.contains("write(1, \"xxxxxxxxxxxxxx\\n\", 15)"))
      #expect(!run.errorText.contains(secret))
    }
  }

  @Test func `styles that there are not are refused`() throws {
    let commands = [["record", "-o", "/dev/null", "--", "/bin/true"], ["replay", "-o", "b", "a"]]
    for options in [["--print", "ltrace"], ["--color"], ["--print", "strace", "--color"]] {
      for command in commands {
        let arguments = command.prefix(1) + options + command.dropFirst()
        let run = try Subprogram.run([Subprogram.epimetheus] + arguments)
        #expect(run.end == .exited(2), "\(arguments): \(run.errorText)")
      }
    }
  }
}
