// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// The processes of a trace, each replayed on its own.
struct SliceTests {
  /// Calls of a child that its maker's descriptors, memory and break are there for, then of the
  /// program that it executes, whose heap begins elsewhere.
  private static let program = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <sys/wait.h>
    #include <unistd.h>
    int main(int argc, char **argv) {
      if (argc > 1) {
        char *heap = sbrk(8192);
        memset(heap, 1, 8192);
        return fcntl(9, F_GETFD) < 0 && fcntl(10, F_GETFD) == 0 ? 7 : 8;
      }
      char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      int file = open("/dev/zero", O_RDONLY | O_CLOEXEC);
      dup3(file, 9, O_CLOEXEC);
      dup2(file, 10);
      int status;
      pid_t child = fork();
      if (child == 0) {
        *page = 1;
        mprotect(page, 4096, PROT_READ);
        if (lseek(file, 0, SEEK_CUR) != 0) _exit(1);
        execl("/proc/self/exe", argv[0], "again", (char *)0);
        _exit(2);
      }
      waitpid(child, &status, 0);
      return WEXITSTATUS(status);
    }
    """

  private struct Report: Decodable {
    struct Checked: Decodable { var comparedLayouts: Int }
    struct Missing: Decodable { var call: String }
    struct Root: Decodable {
      var `class`: String
      var subject: String
      var isFinding: Bool
      var request: String
    }
    var checked: Checked
    var missingCalls: [Missing]
    var divergences: [Root]
  }

  @Test(arguments: [[], ["--by", "ptrace"]])
  func `a child is replayed with what its maker left it`(options: [String]) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.program, as: "forks", ["-static"])
      let trace = scratch.path("a.epi")
      let record = try Subprogram.run(
        [Subprogram.epimetheus, "record", "--on", "linux", "-o", trace] + options + ["--", program])
      try #require(record.end == .exited(7), "\(record.errorText)")
      let list = try Subprogram.epimetheus("slice", "--json", trace)
      let object = try JSONSerialization.jsonObject(with: list.output) as? [String: Any]
      #expect((object?["processes"] as? [[String: Any]])?.count == 2, "\(list.text)")
      let slice = scratch.path("b.epi")
      let run = try Subprogram.epimetheus("slice", "--process", "2", trace, "-o", slice)
      try #require(run.end == .exited(0), "\(run.errorText)")
      let report = try Subprogram.epimetheus("report", "--json", slice)
      #expect(!report.errorText.contains("other processes"))
      let found = try JSONDecoder().decode(Report.self, from: Data(report.output))
      #expect(Set(found.missingCalls.map(\.call)).isSuperset(of: ["execve"]))
      #expect(found.checked.comparedLayouts > 4)
      let differences = found.divergences.filter { $0.isFinding && $0.class != "missingCall" }
        .map { "\($0.class) \($0.request)" }
      #expect(differences == [])
    }
  }

  @Test func `what cannot be sliced says what to type`() throws {
    let trace = FormatCommandTests.traces[0]
    let none = try Subprogram.epimetheus("slice", "--process", "7", trace, "-o", "/dev/null")
    #expect(none.end == .exited(42))
    #expect(none.errorText.contains("epimetheus slice \(trace)"))
    #expect(try Subprogram.epimetheus("slice", "--process", "1", trace).end == .exited(2))
  }
}
