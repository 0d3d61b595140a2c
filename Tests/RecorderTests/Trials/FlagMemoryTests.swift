// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing

/// Trials that take away flags which stand in memory, and what children find behind a call.
struct FlagMemoryTests {
  /// `open`: as `FlagTrialTests` by openat2(2), whose structure is read-only memory. `clone`,
  /// `clone3`: makes a child that has the working directory, too; exits with 1 where it has one of
  /// its own, with the errno, with 100 where the parent, with 101 where the child finds the
  /// register or the structure changed.
  private static let program = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <fcntl.h>
    #include <linux/openat2.h>
    #include <linux/sched.h>
    #include <signal.h>
    #include <string.h>
    #include <sys/syscall.h>
    #include <sys/wait.h>
    #include <unistd.h>
    #ifndef CLONE_FS
    #define CLONE_FS 0x200
    #endif
    static const volatile struct open_how how = {O_RDONLY | O_CLOEXEC, 0, RESOLVE_NO_MAGICLINKS};
    static int look(void) {
      long result = syscall(SYS_openat2, AT_FDCWD, "/proc/self/status", &how, sizeof how);
      if (how.flags != (O_RDONLY | O_CLOEXEC) || how.resolve != RESOLVE_NO_MAGICLINKS) return 100;
      if (result < 0) return errno;
      return fcntl((int)result, F_GETFD) & FD_CLOEXEC ? 0 : 1;
    }
    static int make(int is_new) {
      volatile struct clone_args args = {.flags = CLONE_FS, .exit_signal = SIGCHLD};
      long first = is_new ? (long)&args : CLONE_FS | SIGCHLD, a = first, result;
      long second = is_new ? sizeof args : 0;
      register long r10 __asm__("r10") = 0;
      register long r8 __asm__("r8") = 0;
      __asm__ volatile("syscall" : "=a"(result), "+D"(a)
        : "a"(is_new ? SYS_clone3 : SYS_clone), "S"(second), "d"(0L), "r"(r10), "r"(r8)
        : "rcx", "r11", "memory");
      int is_same = a == first && args.flags == CLONE_FS;
      if (result == 0) _exit(chdir("/") ? 102 : is_same ? 0 : 101);
      if (!is_same) return 100;
      if (result < 0) return (int)-result;
      int status;
      char path[256];
      waitpid((pid_t)result, &status, __WALL);
      if (WEXITSTATUS(status)) return WEXITSTATUS(status);
      return getcwd(path, sizeof path) && !strcmp(path, "/") ? 0 : 1;
    }
    int main(int count, char **arguments) {
      if (count > 1 && !strcmp(arguments[1], "open")) return look();
      for (int i = 0; i < 50; i++) {
        if (chdir("/proc")) return 103;
        int result = make(count > 1 && !strcmp(arguments[1], "clone3"));
        if (result) return result;
      }
      return 0;
    }
    """

  private static func flag(_ number: SystemCallNumber, _ flag: TrialFlag) -> TrialTarget {
    TrialTarget(number, flag: flag)
  }
  private static let closes = flag(.openat2, TrialFlag(argument: 2, offset: 0, value: 0x80000))
  private static let stays = flag(.openat2, TrialFlag(argument: 2, offset: 16, value: 2))
  private static let shares = flag(.clone, TrialFlag(argument: 0, value: 0x200))
  private static let sharesToo = flag(.clone3, TrialFlag(argument: 0, offset: 0, value: 0x200))

  private func trial(_ path: String, _ argument: String) throws -> Trial {
    var program = TrialProgram(
      program: Array(path.utf8), arguments: [Array(path.utf8), Array(argument.utf8)],
      environment: [])
    program.timeout = .seconds(60)
    return try Trial(program)
  }

  private func with(_ body: (_ path: String) throws -> Void) throws {
    try Scratch.with { scratch in
      try body(try scratch.compile(Self.program, as: "program", ["-static"]))
    }
  }

  @Test func `flags of structures are seen where calls have them`() throws {
    try with { path in
      let use = try trial(path, "open").count().use
      #expect(use.counts[Self.closes] == 1)
      #expect(use.counts[Self.stays] == 1)
      #expect("\(Self.closes) \(Self.stays)" == "openat2(O_CLOEXEC) openat2(RESOLVE_NO_MAGICLINKS)")
      #expect(Self.stays.flag?.fieldName(in: .openat2) == "resolve")
      let made = try trial(path, "clone3").count().use
      #expect(made.counts[Self.sharesToo] == 50)
      #expect("\(Self.sharesToo)" == "clone3(CLONE_FS)")
    }
  }

  @Test func `a flag in memory is refused or ignored, and stays in memory`() throws {
    try with { path in
      let opens = try trial(path, "open")
      #expect(try opens.run([TrialRule(Self.closes, .stub)]).ending == .exited(22))
      #expect(try opens.run([TrialRule(Self.closes, .fake)]).ending == .exited(1))
      #expect(try opens.run([TrialRule(Self.stays, .fake)]).ending == .exited(0))
      let both = [TrialRule(Self.closes, .fake), TrialRule(Self.stays, .fake)]
      #expect(try opens.run(both).ending == .exited(1))
      // Without the call there is nothing to refuse.
      let gone = [TrialRule(Self.closes, .stub), TrialRule(TrialTarget(.openat2), .stub)]
      #expect(try opens.run(gone).ending == .exited(38))
      let other = flagOfAppend
      #expect(try opens.run([TrialRule(other, .stub)]).ending == .exited(0))
    }
  }

  private var flagOfAppend: TrialTarget {
    Self.flag(.openat2, TrialFlag(argument: 2, offset: 0, value: 0x400))
  }

  @Test func `a child finds register and memory as its maker left them`() throws {
    try with { path in
      for (argument, target) in [("clone", Self.shares), ("clone3", Self.sharesToo)] {
        let makes = try trial(path, argument)
        #expect(try makes.run([]).ending == .exited(0), "\(argument)")
        #expect(try makes.run([TrialRule(target, .fake)]).ending == .exited(1), "\(argument)")
        #expect(try makes.run([TrialRule(target, .stub)]).ending == .exited(22), "\(argument)")
      }
    }
  }
}
