// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing

/// Trials that take away flags.
struct FlagTrialTests {
  /// Exits with 0 where open(2) gave a descriptor that is closed on execve(2), with 1 where it gave
  /// another, with its errno where it failed, with 100 where the call changed the register. A child
  /// does so too, and answers for its parent.
  private static let opens = """
    #include <errno.h>
    #include <fcntl.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static int look(void) {
      long flags = O_RDONLY | O_CLOEXEC, result;
      register long r10 __asm__("r10") = 0;
      __asm__ volatile("syscall" : "=a"(result), "+d"(flags)
        : "a"(257), "D"(AT_FDCWD), "S"("/dev/null"), "r"(r10) : "rcx", "r11", "memory");
      if (flags != (O_RDONLY | O_CLOEXEC)) return 100;
      if (result < 0) return (int)-result;
      return fcntl((int)result, F_GETFD) & FD_CLOEXEC ? 0 : 1;
    }
    int main(int count, char **arguments) {
      if (count == 1) return look();
      int status;
      pid_t child = fork();
      if (child == 0) _exit(look());
      waitpid(child, &status, 0);
      return WEXITSTATUS(status);
    }
    """

  private func with(_ body: (_ path: String) throws -> Void) throws {
    try Scratch.with { scratch in
      try body(try scratch.compile(Self.opens, as: "opens", ["-static"]))
    }
  }

  private func trial(_ arguments: String...) throws -> Trial {
    var program = TrialProgram(
      program: Array(arguments[0].utf8), arguments: arguments.map { Array($0.utf8) },
      environment: [])
    program.timeout = .seconds(20)
    return try Trial(program)
  }

  private static let closes = TrialTarget(
    .openat, flag: TrialFlag(argument: 2, value: 0x80000))

  @Test func `flags are seen where calls have them`() throws {
    try with { path in
      let use = try trial(path).count().use
      #expect(use.counts[Self.closes] == 1)
      #expect("\(Self.closes)" == "openat(O_CLOEXEC)")
      #expect(!use.counts.keys.contains { $0.flag?.value == 0 })
    }
  }

  @Test func `a flag is refused, in children too`() throws {
    try with { path in
      let rules = [TrialRule(Self.closes, .stub)]
      let outcome = try trial(path).run(rules)
      #expect(outcome.ending == .exited(22))
      let child = try trial(path, "child").run(rules)
      #expect(child.ending == .exited(22))
    }
  }

  @Test func `a flag is ignored, in children too, and the register stays`() throws {
    try with { path in
      let rules = [TrialRule(Self.closes, .fake)]
      let outcome = try trial(path).run(rules)
      #expect(outcome.ending == .exited(1))
      let child = try trial(path, "child").run(rules)
      #expect(child.ending == .exited(1))
      let undisturbed = try trial(path, "child").run([])
      #expect(undisturbed.ending == .exited(0))
    }
  }

  @Test func `a call without the flag does its work`() throws {
    try with { path in
      let other = TrialTarget(.openat, flag: TrialFlag(argument: 2, value: 0x400))
      for answer in TrialAnswer.allCases {
        let outcome = try trial(path).run([TrialRule(other, answer)])
        #expect(outcome.ending == .exited(0))
      }
    }
  }

  @Test func `a call that has lost a flag can fail for what is left`() throws {
    try with { path in
      let rules = [TrialRule(Self.closes, .fake), TrialRule(TrialTarget(.openat), .stub)]
      let outcome = try trial(path).run(rules)
      #expect(outcome.ending == .exited(38))
    }
  }

  @Test func `a flag within a greater one is another flag`() throws {
    // O_SYNC holds the bit of O_DSYNC.
    let source = """
      #include <fcntl.h>
      #include <sys/epoll.h>
      #include <unistd.h>
      int main(void) {
        open("/dev/null", O_RDONLY | O_SYNC);
        open("/dev/null", O_RDONLY | O_DSYNC);
        fcntl(0, F_SETFL, O_NONBLOCK);
        return 0;
      }
      """
    try Scratch.with { scratch in
      let path = try scratch.compile(source, as: "program", ["-static"])
      let use = try trial(path).count().use
      let names = use.counts.filter { $0.key.flag != nil }
        .map { "\($0.key) \($0.value)" }.sorted()
      for name in ["fcntl(F_SETFL, O_NONBLOCK) 1", "openat(O_DSYNC) 1", "openat(O_SYNC) 1"] {
        #expect(names.contains(name), "\(names)")
      }
      let refused = use.counts.keys.filter { "\($0)" == "openat(O_DSYNC)" }.map {
        TrialRule($0, .stub)
      }
      #expect(try trial(path).run(refused).ending == .exited(0))
    }
  }
}
