// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing
import Trace

private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

private let hasDirectEntry =
  (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))
  .map { $0.contains(" fsgsbase ") && $0.contains(" avx2 ") } ?? false

/// With `--rewrite` the calls that a program makes often come by jumps, and nothing else changes.
@Suite(.enabled(if: hasDirectEntry, "the CPU has no FSGSBASE, or no AVX2 for the guest"))
struct HostedRewritingTests {
  /// Records without and with rewriting; the second run, after it was found to be as the first. A
  /// run before both lets the host set the times of access that it sets once a day.
  private func expectSame(
    _ program: [String], input: Data = Data(), in scratch: Scratch
  ) throws -> HostedRun {
    let runs = try [[], [], ["--rewrite"]].map { options in
      let trace = scratch.path("\(UUID().uuidString).epi")
      let command = try Subprogram.run(
        [Subprogram.epimetheus, "record", "--timeout", "60", "-o", trace] + options + ["--"]
          + program,
        input: input, environment: HostedRun.environment, in: scratch.url)
      return (command, try Data(contentsOf: URL(filePath: trace)), trace)
    }
    #expect(runs[1].0.output == runs[2].0.output, "\(program)")
    #expect(runs[1].0.end == runs[2].0.end, "\(program)")
    #expect(runs[1].1 == runs[2].1, "\(program)")
    var run = try HostedRun(trace: runs[2].2)
    run.command = runs[2].0
    return run
  }

  private func compileSites(in scratch: Scratch) throws -> String {
    try scratch.compile(
      Guests.sites, as: "sites", ["-O2", "-w", "-mavx2", "-static-pie"])
  }

  static let applets: [[String]] = [
    ["sha256sum", "/bin/busybox"], ["sort", "-r"], ["ls", "-l", "/usr"],
    ["awk", "BEGIN { for (i = 0; i < 99; i++) print i; fflush() }"], ["dd", "bs=50"],
    ["sh", "-c", "i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo $i; done; exit 9"],
  ]

  @Test(.enabled(if: exists("/bin/busybox"), "busybox-static is not installed"), arguments: applets)
  func `an applet leaves the same trace`(arguments: [String]) throws {
    let input = try Data(contentsOf: URL(filePath: "/etc/passwd"))
    _ = try Scratch.with { try expectSame(["/bin/busybox"] + arguments, input: input, in: $0) }
  }

  @Test(arguments: [
    ["/usr/bin/python3", "-c", "for i in range(99): print(i, flush=True)"],
    ["/usr/bin/lua5.4", "-e", "for i = 1, 99 do io.write(i); io.flush() end"],
    ["/usr/bin/sqlite3", ":memory:", "select value from generate_series(1, 99);"],
    ["/bin/ls", "-l", "/usr"],
  ])
  func `a dynamic program leaves the same trace`(program: [String]) throws {
    guard exists(program[0]) else { return }
    _ = try Scratch.with { try expectSame(program, in: $0) }
  }

  @Test(arguments: [
    ("/usr/bin/cc", ["-static-pie"]), ("/usr/bin/cc", ["-static", "-no-pie"]), ("/usr/bin/cc", []),
    ("/usr/bin/musl-gcc", ["-static"]),
  ])
  func `calls of all forms do as the CPU does them`(
    compiler: String, flags: [String]
  ) throws {
    if !exists(compiler) { return }
    try Scratch.with { scratch in
      let program = try scratch.compile(
        Guests.sites, as: "sites", compiler: compiler, ["-O2", "-w", "-mavx2"] + flags)
      for how in ["", "registers", "say", "modify", "conflict"] {
        let run = try expectSame([program, how], in: scratch)
        #expect(run.command.end == .exited(0), "\(how)")
      }
    }
  }

  @Test func `only the guest sees that its text has changed`() throws {
    try Scratch.with { scratch in
      let program = try compileSites(in: scratch)
      let plain = try HostedRun.record([program, "look"], in: scratch)
      #expect(plain.status == 0)
      let rewritten = try HostedRun.record(
        [program, "look"], options: ["--rewrite"], in: scratch)
      #expect(rewritten.status == 1)
      let said = try HostedRun.record([program, "say"], options: ["--rewrite"], in: scratch)
      #expect(said.command.output.first == 0xb8)
      #expect(said.command.output.count == 17)
    }
  }
}
