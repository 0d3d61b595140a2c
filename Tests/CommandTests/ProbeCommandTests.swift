// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// `epimetheus probe` on a real program.
struct ProbeCommandTests {
  private func probe(_ options: [String], _ program: [String]) throws -> ProbeResult {
    try ProbeResult.of(options + ["--"] + program)
  }

  @Test func `a listing needs what lists and not what is there for threads`() throws {
    try Scratch.with { scratch in
      let folder = scratch.path("folder")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      for name in ["a", "b"] { try Data().write(to: URL(filePath: folder + "/" + name)) }
      let table = scratch.path("dyn.csv")
      let program = ["/bin/busybox", "ls", folder]
      let first = try probe(["--loupedb", table], program)
      func verdict(_ target: String) -> String? {
        first.calls.first { $0.target == target }?.verdict
      }
      for call in ["execve", "arch_prctl", "openat", "getdents64"] {
        #expect(verdict(call) == "required", "\(call)")
      }
      for call in ["set_robust_list", "rseq", "prlimit64"] {
        #expect(["stub", "both"].contains(verdict(call)), "\(call): \(verdict(call) ?? "-")")
      }
      #expect(first.runs.count < 2 * first.calls.count)
      // What is required has a run that took it away alone and did not work.
      for call in first.calls where call.verdict == "required" {
        #expect(
          first.runs.contains {
            $0.rules == [.init(target: call.target, answer: "stub")] && $0.difference != nil
          })
      }
      #expect(!first.together.isEmpty)
      // Again, and the same; its table is merged with the one that is there.
      let text = try String(contentsOfFile: table, encoding: .utf8)
      let second = try probe(["--loupedb", table], program)
      #expect(second.calls == first.calls)
      #expect(second.together == first.together)
      #expect(try String(contentsOfFile: table, encoding: .utf8) == text)
      #expect(text.contains("\n59,Y,N,N,N\n"))
    }
  }

  @Test func `parts of a call have verdicts of their own`() throws {
    let report = try probe(
      ["--sub-commands"], ["/bin/busybox", "sh", "-c", "echo a > /dev/null; echo b"])
    #expect(report.calls.contains { $0.target == "fcntl(F_DUPFD_CLOEXEC)" })
  }

  /// Not the number of the error as a success.
  @Test func `a part that is taken away fails with an error`() throws {
    let source = """
      #include <errno.h>
      #include <fcntl.h>
      #include <sys/ioctl.h>
      #include <termios.h>
      int main(void) {
        struct winsize size;
        int result = fcntl(0, F_GETFD);
        if (result == -1 ? errno != EINVAL : result > 1) return 1;
        result = ioctl(0, TIOCGWINSZ, &size);
        return result == -1 ? errno != ENOTTY : result != 0;
      }
      """
    try Scratch.with { scratch in
      let program = try scratch.compile(source, as: "program", ["-static"])
      let report = try probe(["--sub-commands"], [program])
      for target in ["fcntl(F_GETFD)", "ioctl(TIOCGWINSZ)"] {
        let verdict = report.calls.first { $0.target == target }?.verdict
        #expect(verdict == "both", "\(target): \(verdict ?? "-")")
      }
    }
  }

  @Test func `flags have verdicts of their own`() throws {
    // Each of the four verdicts, of one flag.
    let source = """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdint.h>
      #include <sys/eventfd.h>
      #include <sys/mman.h>
      #include <unistd.h>
      int main(void) {
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, ends[2];
        uint64_t count = 0;
        if (mmap(0, 4096, PROT_READ, flags, -1, 0) == MAP_FAILED) return 1;
        int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (file < 0) {
          file = open("/dev/null", O_RDONLY);
          fcntl(file, F_SETFD, FD_CLOEXEC);
        }
        if (fcntl(file, F_GETFD) != FD_CLOEXEC) return 2;
        pipe2(ends, O_NONBLOCK);
        int event = eventfd(3, EFD_SEMAPHORE);
        return read(event, &count, 8) == 8 && count == 1 ? 0 : 3;
      }
      """
    try Scratch.with { scratch in
      let program = try scratch.compile(source, as: "program", ["-static"])
      let report = try probe(["--flags"], [program])
      for (target, verdict) in [
        ("mmap(MAP_POPULATE)", "fake"), ("openat(O_CLOEXEC)", "stub"),
        ("pipe2(O_NONBLOCK)", "both"), ("eventfd2(EFD_SEMAPHORE)", "required"),
      ] {
        #expect(report.calls.first { $0.target == target }?.verdict == verdict, "\(target)")
      }
      // Without the option none is tried.
      let plain = try probe([], [program])
      #expect(plain.calls.allSatisfy { !$0.target.contains("(") })
      #expect(plain.calls.count < report.calls.count)
    }
  }

  @Test func `a program whose output differs by itself is refused with what to type`() throws {
    let run = try Subprogram.epimetheus(
      "probe", "--", "/bin/busybox", "sh", "-c", "cat /proc/self/stat")
    #expect(run.end == .exited(42))
    #expect(run.errorText.contains("--test"))
  }

  @Test(arguments: [
    ["probe"], ["probe", "--repeat", "0", "--", "/bin/true"],
    ["probe", "--timeout", "-1", "--", "/bin/true"],
  ])
  func `a command line that makes no sense exits with 2`(arguments: [String]) throws {
    let run = try Subprogram.run([Subprogram.epimetheus] + arguments)
    #expect(run.end == .exited(2), "\(run.errorText)")
  }

  @Test func `a test that fails undisturbed is told`() throws {
    let run = try Subprogram.epimetheus(
      "probe", "--test", "exit 5", "--", "/bin/busybox", "sleep", "20")
    #expect(run.end == .exited(42))
    #expect(run.errorText.contains("exited 5"))
  }
}
