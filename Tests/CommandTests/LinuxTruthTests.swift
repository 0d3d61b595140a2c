// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Kernel
import LinuxABI
import TestSupport
import Testing

/// What a report of a run on Linux says is held against what strace and the program itself say.
@Suite(.serialized)
struct LinuxTruthTests {
  private static let calls = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <sys/epoll.h>
    #include <sys/eventfd.h>
    #include <sys/inotify.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    int main(void) {
      for (int i = 0; i < 3; i++) close(inotify_init1(IN_CLOEXEC));
      int file = eventfd(1, 0);
      long value;
      if (read(file, &value, 8) != 8) return 1;
      char *memory = mmap(0, 16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      mprotect(memory + 4096, 4096, PROT_READ);
      munmap(memory + 8 * 4096, 4096);
      syscall(SYS_getppid);
      syscall(SYS_membarrier, 0, 0, 0);
      syscall(1000, 1, 2, 3);
      return epoll_create1(0) < 0;
    }
    """

  /// The calls of a program by name, as strace sees them, without the execve that starts it.
  private func callsOfStrace(_ program: String, _ scratch: Scratch) throws -> [String: Int] {
    let log = scratch.path("strace.txt")
    let strace = try Subprogram.run(["/usr/bin/strace", "-f", "-o", log, program])
    try #require(strace.end == .exited(0), "\(strace.errorText)")
    var counts: [String: Int] = [:]
    for line in try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").dropFirst()
    {
      guard let open = line.firstIndex(of: "("), !line.contains("+++") else { continue }
      let name = line[..<open].split(separator: " ").last.map(String.init) ?? ""
      counts[name, default: 0] += 1
    }
    return counts
  }

  private func report(of program: String, _ scratch: Scratch) throws -> [String: Any] {
    let trace = scratch.path("linux.epi")
    let record = try Subprogram.epimetheus(
      "record", "--on", "linux", "-o", trace, "--", program)
    try #require(record.end == .exited(0), "\(record.errorText)")
    let report = try Subprogram.epimetheus("report", "--json", trace)
    try #require(report.end == .exited(0) || report.end == .exited(1), "\(report.errorText)")
    let object = try JSONSerialization.jsonObject(with: report.output)
    return try #require(object as? [String: Any])
  }

  @Test func `the missing calls are those that strace saw and the kernel lacks`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.calls, as: "calls", ["-static-pie"])
      var expected: [String: Int] = [:]
      for (name, count) in try callsOfStrace(program, scratch) {
        guard let number = SystemCallTable.number(named: [UInt8](name.utf8)) else {
          expected[name] = count
          continue
        }
        if !Unikernel.supports(number) { expected[name] = count }
      }
      #expect(expected["inotify_init1"] == 3)
      let report = try report(of: program, scratch)
      var actual: [String: Int] = [:]
      for case let call as [String: Any] in try #require(report["missingCalls"] as? [Any]) {
        var name = try #require(call["call"] as? String)
        if name == "syscall_1000" { name = "syscall_0x3e8" }
        actual[name] = call["count"] as? Int
      }
      #expect(actual == expected)
    }
  }

  private static let memory = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "traces/programs/memory.c")

  @Test func `a program that only maps memory meets no divergence`() throws {
    try Scratch.with { scratch in
      let source = try String(contentsOf: Self.memory, encoding: .utf8)
      let program = try scratch.compile(source, as: "memory", ["-static"])
      let report = try report(of: program, scratch)
      for case let divergence as [String: Any] in report["divergences"] as? [Any] ?? [] {
        // glibc's start calls rseq, which the kernel lacks.
        if divergence["class"] as? String == "missingCall" { continue }
        Issue.record(
          """
          \(divergence["class"] ?? "") \(divergence["request"] ?? "")
          expected \((divergence["expected"] as? [String: Any])?["text"] ?? "")
          actual \((divergence["actual"] as? [String: Any])?["text"] ?? "")
          """)
      }
      let checked = try #require(report["checked"] as? [String: Any])
      #expect(try #require(checked["comparedLayouts"] as? Int) > 20)
    }
  }

  @Test(arguments: [
    "uname -n; x=$(echo one | cat); echo $x; exec 3>&1; (read y; echo $y >&3) < /etc/passwd",
    "ulimit -n; trap 'echo t' USR1; echo $(exec ls /); exec /bin/sh -c 'trap - USR1; echo $PPID'",
  ])
  func `a shell with pipes, children and programs meets only missing calls`(script: String) throws {
    try Scratch.with { scratch in
      let trace = scratch.path("shell.epi")
      // As from a terminal: whoever runs the tests may hand on descriptors.
      let run = try Subprogram.run([
        "/bin/bash", "-c",
        "for f in /proc/self/fd/*; do f=${f##*/}; [ $f -gt 2 ] && eval \"exec $f>&-\"; done; "
          + "exec \"$@\"", "-", Subprogram.epimetheus, "record", "--on", "linux", "-o", trace,
        "--", "/bin/bash", "-c", script,
      ])
      try #require(run.end == .exited(0), "\(run.errorText)")
      let report = try Subprogram.epimetheus("report", "--json", trace)
      let object = try #require(
        JSONSerialization.jsonObject(with: report.output) as? [String: Any])
      let found = (object["divergences"] as? [[String: Any]] ?? []).filter {
        $0["isFinding"] as? Bool == true && $0["class"] as? String != "missingCall"
      }
      #expect(found.isEmpty, "\(found.map { "\($0["class"]!) \($0["request"]!)" })")
      #expect((object["missingCalls"] as? [Any])?.isEmpty == false)
    }
  }
}
