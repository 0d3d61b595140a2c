// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Recorder
import TestSupport
import Testing

/// Real programs, observed by eBPF: nothing is lost, the calls are those that strace counts, the
/// page faults those that perf counts, and the trace is replayed and reported.
@Suite(
  .serialized,
  .enabled(
    if: ObserveSession.refusalOfProbe == nil && CallCounts.hasPerf
      && FileManager.default.isExecutableFile(atPath: CallCounts.strace),
    "eBPF, perf and strace are needed, and permission to trace"))
struct ProgramTruthTests {
  /// Runs a program under each witness; `prepare` makes the same of the files before each run, and
  /// `chance` names calls of which no two runs have the same number.
  private func check(
    _ program: [String], lacks missing: [String], chance: Set<String> = [],
    prepare: () throws -> Void = {}
  ) throws {
    try #require(FileManager.default.isExecutableFile(atPath: program[0]))
    // By env(1), because perf adds to the environment, which is memory that the program looks at.
    let started = ["/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C", "PYTHONHASHSEED=0"]
    func run(_ observer: [String]) throws {
      try prepare()
      let run = try Subprogram.run(observer + started + program)
      try #require(run.end == .exited(0), "\(observer[0]): \(run.errorText)")
    }
    try Scratch.with { scratch in
      let (trace, log, data) = (scratch.path("a.epi"), scratch.path("log"), scratch.path("perf"))
      try run(CallCounts.strace(into: log))
      let theirs = try CallCounts(ofLog: log).calls
      // Most runs have the same faults; what else uses memory meanwhile gives one some more.
      var (observed, counted): ([Int], [Int]) = ([], [])
      repeat {
        try run(CallCounts.observer(into: trace))
        try run(CallCounts.perfRecord(into: data))
        let mine = try CallCounts(ofTrace: trace)
        for name in Set(mine.calls.keys).union(theirs.keys).subtracting(chance) {
          #expect(mine.calls[name] == theirs[name], "\(name)")
        }
        observed.append(try #require(mine.userFaults))
        counted.append(try CallCounts.faults(inPerfData: data))
      } while observed.min()! != counted.min()! && observed.count < 4
      let difference = abs(observed.min()! - counted.min()!)
      #expect(difference <= 5, "\(observed) observed, \(counted) counted by perf")
      #expect(counted.min()! > 100)
      let replay = try Subprogram.epimetheus("replay", trace, "-o", scratch.path("b.epi"))
      #expect(replay.end == .exited(0), "\(replay.errorText)")
      let report = try Subprogram.epimetheus("report", trace)
      #expect(report.end == .exited(1))
      for call in missing { #expect(report.text.contains("\n  \(call) "), "\(call)") }
    }
  }

  @Test func `gcc compiles a file`() throws {
    try Scratch.with { scratch in
      let source = scratch.path("a.c")
      try "#include <stdio.h>\nint main(void) { return puts(\"a\"); }\n".write(
        toFile: source, atomically: true, encoding: .utf8)
      let object = scratch.path("a.o")
      // Of a random number for the name of a temporary file some bits are drawn again.
      try check(
        ["/usr/bin/gcc", "-O1", "-c", "-o", object, source], lacks: ["vfork", "wait4"],
        chance: ["getrandom"]
      ) {
        try? FileManager.default.removeItem(atPath: object)
      }
    }
  }

  @Test func `python3 imports six modules`() throws {
    let modules = "argparse, decimal, json, re, socket, threading"
    try check(["/usr/bin/python3", "-B", "-c", "import \(modules)"], lacks: ["rseq"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/shm"), "no memory for a file"))
  func `sqlite3 commits 3,000 times`() throws {
    try Scratch.with { scratch in
      let script = scratch.path("commits.sql")
      let inserts = (0..<3000).map { "insert into t values(\($0));\n" }.joined()
      try ("create table t(a integer);\n" + inserts).write(
        toFile: script, atomically: true, encoding: .utf8)
      let database = "/dev/shm/epimetheus-test-\(getpid()).db"
      defer { try? FileManager.default.removeItem(atPath: database) }
      try check(["/usr/bin/sqlite3", database, ".read \(script)"], lacks: ["rseq"]) {
        try? FileManager.default.removeItem(atPath: database)
      }
    }
  }
}
