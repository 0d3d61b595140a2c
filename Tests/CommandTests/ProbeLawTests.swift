// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Synchronization
import TestSupport
import Testing

/// What holds of the verdicts about any program.
struct ProbeLawTests {
  /// Without these no program starts, or finds its libraries.
  private static let foundations = ["execve", "arch_prctl", "mmap", "openat", "read"]

  private func check(_ program: [String], uses foundations: [String]) throws {
    try check(uses: foundations) { _ in ["--"] + program }
  }

  /// Measures twice, side by side, with options and program for each. What is required is used;
  /// what is used has a verdict; what is a stub, a fake or both is never required; what is required
  /// was shown so; and the same comes out again.
  private func check(
    uses foundations: [String], environment: [String: String]? = nil,
    _ arguments: @Sendable (Int) -> [String]
  ) throws {
    let results = Mutex<[Result<ProbeResult, any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: 2) { turn in
      let result = Result {
        try ProbeResult.of(arguments(turn), environment: environment, timeout: 400)
      }
      results.withLock { $0.append(result) }
    }
    let reports = try results.withLock { $0 }.map { try $0.get() }
    // How often it waits is a matter of time.
    let verdicts = reports.map { report in
      report.calls.map { "\($0.target) \($0.verdict)" }.sorted()
    }
    #expect(verdicts[0] == verdicts[1], "\(verdicts[0].difference(from: verdicts[1]))")
    #expect(Set(reports[0].together.map(\.target)) == Set(reports[1].together.map(\.target)))
    for report in reports {
      let verdicts = Dictionary(uniqueKeysWithValues: report.calls.map { ($0.target, $0.verdict) })
      #expect(report.calls.allSatisfy { $0.count > 0 })
      #expect(
        Set(verdicts.values).isSubset(of: ["required", "stub", "fake", "both"]),
        "\(verdicts.values)")
      for call in foundations { #expect(verdicts[call] == "required", "\(call)") }
      // Everything that is not required was done without, in one run that worked.
      #expect(
        Set(report.together.map(\.target))
          == Set(verdicts.filter { $0.value != "required" }.keys))
      let last = try #require(report.runs.last { $0.rules == report.together })
      #expect(last.difference == nil)
      for (target, verdict) in verdicts {
        let alone = report.runs.filter { $0.rules.count == 1 && $0.rules[0].target == target }
        func fails(_ answer: String) -> Bool {
          alone.contains { $0.rules[0].answer == answer && $0.difference != nil }
        }
        #expect(fails("stub") == ["required", "fake"].contains(verdict), "\(target) \(verdict)")
        #expect(fails("fake") == ["required", "stub"].contains(verdict), "\(target) \(verdict)")
      }
      #expect(report.runs.count < 2 * report.calls.count)
    }
  }

  @Test func `busybox`() throws {
    try check(
      ["/bin/busybox", "sha256sum", "/etc/passwd"],
      uses: Self.foundations.filter { $0 != "mmap" })
  }

  @Test(.enabled(if: exists("/usr/bin/lua5.4"), "lua is not installed"))
  func `lua`() throws {
    try check(["/usr/bin/lua5.4", "-e", "print(1)"], uses: Self.foundations)
  }

  @Test(.enabled(if: exists("/usr/bin/sqlite3"), "sqlite3 is not installed"))
  func `sqlite3`() throws {
    try Scratch.with { scratch in
      let database = scratch.path("a.db")
      let make = try Subprogram.run(
        ["/usr/bin/sqlite3", database, "create table t(a); insert into t values(1);"])
      try #require(make.end == .exited(0))
      try check(["/usr/bin/sqlite3", database, "select * from t"], uses: Self.foundations)
    }
  }

  @Test(.enabled(if: exists("/usr/bin/zstd"), "zstd is not installed"))
  func `zstd`() throws {
    try check(["/usr/bin/zstd", "-q", "-c", "/etc/passwd"], uses: Self.foundations)
  }

  @Test(
    .enabled(
      if: ServerTools.have("redis-server", "redis-cli"),
      "there is no redis here: scripts/servers fetches it"))
  func `redis`() throws {
    try Scratch.with { scratch in
      try check(uses: Self.foundations, environment: ServerTools.environment) { turn in
        // No port: whether it can be bound again at once depends on the run before.
        let socket = scratch.path("socket\(turn)")
        let client = "\(ServerTools.path("redis-cli")!) -s \(socket)"
        // It answers, and keeps what it is told. One that is gone is not waited for.
        let test = """
          until [ "$(timeout 2 \(client) ping 2>/dev/null)" = PONG ]; do sleep 0.02; done
          [ "$(\(client) set key value)" = OK ] && [ "$(\(client) get key)" = value ]
          status=$?; rm -f \(socket); exit $status
          """
        return ["--timeout", "5", "--test", test, "--", ServerTools.path("redis-server")!]
          + ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"]
          + ["--dir", scratch.path("")]
      }
    }
  }
}

private func exists(_ path: String) -> Bool {
  FileManager.default.isExecutableFile(atPath: path)
}
