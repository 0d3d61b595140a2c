// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import Testing

struct TrialTests {
  private func trial(
    _ arguments: String..., test: String? = nil, seconds: Int = 20
  ) throws -> Trial {
    var program = TrialProgram(
      program: Array(arguments[0].utf8), arguments: arguments.map { Array($0.utf8) },
      environment: [Array("PATH=/usr/bin:/bin".utf8)])
    program.test = test.map { Array($0.utf8) }
    program.timeout = .seconds(seconds)
    return try Trial(program)
  }

  private func text(_ outcome: TrialOutcome) -> String {
    String(decoding: outcome.output, as: UTF8.self)
  }

  private func rule(_ number: SystemCallNumber, _ answer: TrialAnswer) -> TrialRule {
    TrialRule(TrialTarget(number), answer)
  }

  @Test func `without rules a program is itself`() throws {
    let outcome = try trial("/bin/busybox", "sh", "-c", "echo out; echo err >&2; exit 3").run([])
    #expect(outcome.ending == .exited(3))
    #expect(text(outcome) == "out\n")
    #expect(outcome.errors == Array("err\n".utf8))
  }

  @Test func `calls are counted, those of children too`() throws {
    let (outcome, use) = try trial("/bin/busybox", "sh", "-c", "(echo a); echo b").count()
    #expect(text(outcome) == "a\nb\n")
    #expect(use.counts[TrialTarget(.write)] == 2)
    #expect(use.counts[TrialTarget(.execve)] == 1)
    #expect(use.counts[TrialTarget(.wait4), default: 0] >= 1)
  }

  @Test func `a stub fails with ENOSYS`() throws {
    let cat = try trial("/bin/busybox", "cat", "/etc/passwd")
    let outcome = try cat.run([rule(.open, .stub), rule(.openat, .stub)])
    #expect(outcome.ending == .exited(1))
    #expect(String(decoding: outcome.errors, as: UTF8.self).contains("not implemented"))
  }

  @Test func `a fake write has taken everything, so that nobody tries again`() throws {
    let outcome = try trial("/bin/busybox", "echo", "hello").run([rule(.write, .fake)])
    #expect(outcome.ending == .exited(0))
    #expect(outcome.output.isEmpty)
  }

  @Test func `a fake descriptor is not a standard stream`() throws {
    let cat = try trial("/bin/busybox", "cat", "/etc/passwd")
    let outcome = try cat.run([rule(.open, .fake), rule(.openat, .fake)])
    // 0 would be read as its stdin, empty and fine.
    #expect(outcome.ending == .exited(1))
    #expect(String(decoding: outcome.errors, as: UTF8.self).contains("Bad file descriptor"))
  }

  @Test func `execve can be taken away, too`() throws {
    let outcome = try trial("/bin/busybox", "true").run([rule(.execve, .stub)])
    #expect(outcome.ending == .notStarted(errno: 38))
  }

  @Test func `a part of a call is taken away and the rest stays`() throws {
    // F_DUPFD_CLOEXEC, with which the shell saves its stdout.
    let shell = try trial("/bin/busybox", "sh", "-c", "echo a > /dev/null; echo b")
    let (_, use) = try shell.count()
    let parts = use.counts.keys.filter { $0.number == SystemCallNumber.fcntl.rawValue }
    #expect(parts.contains { $0.subcommand == 1030 }, "\(parts)")
    let outcome = try shell.run([TrialRule(TrialTarget(.fcntl, subcommand: 1030), .stub)])
    #expect(outcome.ending != .exited(0) || text(outcome) != "b\n")
    let other = try shell.run([TrialRule(TrialTarget(.fcntl, subcommand: 9999), .stub)])
    #expect(other.ending == .exited(0))
    #expect(text(other) == "b\n")
  }

  @Test func `a program that does not end is ended`() throws {
    let outcome = try trial("/bin/busybox", "sleep", "100", seconds: 1).run([])
    #expect(outcome.ending == .timedOut)
  }

  @Test func `a program that writes without end is ended`() throws {
    let outcome = try trial("/bin/busybox", "yes").run([])
    #expect(outcome.ending == .flooded)
  }

  @Test func `a test tells whether a server works, and the server is ended`() throws {
    let server = try trial(
      "/bin/busybox", "sh", "-c", "echo $$; exec sleep 100", test: "exit 0")
    #expect(try server.run([]).ending == .exited(0))
    let failing = try trial("/bin/busybox", "sleep", "100", test: "exit 7")
    #expect(try failing.run([]).ending == .exited(7))
  }

  @Test func `a server that fails before its test has ended is not waited for`() throws {
    var server = try trial("/bin/busybox", "sh", "-c", "exit 3", test: "sleep 100")
    server.program.failsBeforeTest = true
    let outcome = try server.run([])
    #expect(outcome.ending == .exited(3))
    #expect(outcome.endedEarly == .exited(3))
    // One that goes on in the background is left to its test, and so is any where nobody asks.
    var daemon = try trial("/bin/busybox", "sh", "-c", "sleep 100 &", test: "sleep 0.3; exit 0")
    daemon.program.failsBeforeTest = true
    #expect(try daemon.run([]).ending == .exited(0))
    let other = try trial("/bin/busybox", "sh", "-c", "exit 3", test: "sleep 0.3; exit 7")
    #expect(try other.run([]).ending == .exited(7))
  }

  @Test func `what a program leaves behind in its session is ended`() throws {
    let outcome = try trial("/bin/busybox", "sh", "-c", "sleep 300 & echo $!").run([])
    let text = text(outcome).split(separator: "\n")
    let child = try #require(text.first.flatMap { Int32($0) })
    // It may take a moment to go, and stay as a zombie that nobody waits for.
    var isGone = false
    for _ in 0..<2000 where !isGone {
      let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
      isGone = state?.contains(") Z ") ?? true
      if !isGone { usleep(1000) }
    }
    #expect(isGone)
  }
}
