// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing

/// Servers under load, observed by eBPF: nothing is lost, the calls are those that strace counts
/// under the same load, and the trace is replayed and reported.
@Suite(
  .serialized,
  .enabled(
    if: ObserveSession.refusalOfProbe == nil, "eBPF is not permitted on this machine"))
struct ServerTests {
  private let requests = 1000

  /// Runs a server under an observer that writes `file`, with a load, which ends the server.
  private func run(
    _ observer: [String], in scratch: Scratch, server: (UInt16) throws -> [String],
    load: (UInt16) throws -> Void
  ) throws {
    let port = Server.freePort()
    let output = scratch.url.appending(path: "server-output")
    let server = try Server(on: port, observer + server(port), output: output)
    try load(port)
    #expect(server.end() == 0, "\(ServerError(file: output))")
  }

  /// The trace is replayed; diff and report say what the kernel lacks of what the first process
  /// asks for, the support report what it lacks for all.
  private func checkReplay(of trace: String, lacks: [String], in scratch: Scratch) throws {
    let replayed = scratch.path("replayed.epi")
    let replay = try Subprogram.epimetheus("replay", trace, "-o", replayed)
    #expect(replay.end == .exited(0), "\(replay.errorText)")
    let diff = try Subprogram.epimetheus("diff", trace, replayed)
    #expect(diff.end == .exited(1))
    let report = try Subprogram.epimetheus("report", trace)
    #expect(report.end == .exited(1))
    for call in lacks {
      #expect(diff.text.contains("\n  \(call) "), "\(call)")
      #expect(report.text.contains("\n  \(call) "), "\(call)")
    }
    let support = try Subprogram.epimetheus("report", "--support", "our-kernel", trace)
    for call in lacks + ["epoll_wait", "accept4"] {
      #expect(support.text.contains("\n  missing    \(call) "), "\(call)")
    }
  }

  /// What two witnesses counted, of which two runs of one may differ: some of that depends on when
  /// requests come, so runs are made until both agree, three of each at most.
  private func agree<Value>(
    _ count: () throws -> (mine: Value, theirs: Value), by isSame: (Value, Value) -> Bool
  ) throws {
    var counts = try count()
    for _ in 0..<2 where !isSame(counts.mine, counts.theirs) { counts = try count() }
    #expect(
      isSame(counts.mine, counts.theirs), "\(counts.mine) observed, \(counts.theirs) otherwise")
  }

  /// The page faults of the server under the same load are those that perf counts.
  private func checkFaults(
    in scratch: Scratch, _ run: (_ observer: [String]) throws -> Void
  ) throws {
    let (trace, data) = (scratch.path("faults.epi"), scratch.path("perf"))
    try agree {
      try run(CallCounts.observer(into: trace))
      try run(CallCounts.perfRecord(into: data))
      let mine = try #require(try CallCounts(ofTrace: trace).userFaults)
      return (mine, try CallCounts.faults(inPerfData: data))
    } by: {
      $1 > 100 && abs($0 - $1) * 50 <= $1
    }
  }

  // MARK: redis

  private func redis(_ observer: [String], in scratch: Scratch) throws {
    let server = try #require(ServerTools.path("redis-server"))
    try run(observer, in: scratch) { port in
      [server, "--bind", "127.0.0.1", "--port", "\(port)", "--save", "", "--appendonly", "no"]
    } load: { port in
      let benchmark = try Subprogram.run(
        [ServerTools.path("redis-benchmark")!, "-h", "127.0.0.1", "-p", "\(port)", "-t", "set"]
          + ["-n", "\(requests)", "-c", "10", "-q"], environment: ServerTools.environment)
      #expect(benchmark.end == .exited(0), "\(benchmark.errorText)")
      _ = try Subprogram.run(
        [ServerTools.path("redis-cli")!, "-p", "\(port)", "shutdown", "nosave"],
        environment: ServerTools.environment)
    }
  }

  /// The calls that do not depend on time.
  private func settled(_ calls: [String: Int]) throws -> [String: Int] {
    #expect(calls["write"] ?? 0 >= requests)
    #expect(calls["read"] ?? 0 >= requests)
    // It looks at /proc/self/stat ten times a second, so longer under strace.
    let looks = try #require(calls["openat"])
    // How often it waits, and whether others wait for the same, is a matter of time.
    return calls.filter { !["openat", "epoll_wait", "futex", "accept4"].contains($0.key) }
      .merging(["read": -looks, "close": -looks]) { $0 + $1 }
  }

  @Test(
    .enabled(
      if: ServerTools.have("redis-server", "redis-benchmark", "redis-cli"),
      "there is no redis here: scripts/servers fetches it"))
  func `redis-server under redis-benchmark`() throws {
    try Scratch.with { scratch in
      let (trace, log) = (scratch.path("redis.epi"), scratch.path("redis.strace"))
      try agree {
        try redis(CallCounts.observer(into: trace), in: scratch)
        try redis(CallCounts.strace(into: log), in: scratch)
        return (
          try settled(CallCounts(ofTrace: trace).calls), try settled(CallCounts(ofLog: log).calls)
        )
      } by: {
        $0 == $1
      }
      try checkReplay(of: trace, lacks: ["epoll_wait", "accept4", "clone3"], in: scratch)
      guard CallCounts.hasPerf else { return }
      try checkFaults(in: scratch) { try redis($0, in: scratch) }
    }
  }

  // MARK: nginx

  /// Runs nginx under wrk for about as many requests; how many of them it wrote into its log.
  private func nginx(_ observer: [String], in scratch: Scratch) throws -> Int {
    let server = try #require(ServerTools.path("nginx"))
    let folder = scratch.path("")
    let files = ["error.log", "access.log", "nginx.pid", "nginx.conf", "index.html"]
    for file in files { try? FileManager.default.removeItem(atPath: scratch.path(file)) }
    try String(repeating: "x", count: 4096).write(
      toFile: scratch.path("index.html"), atomically: true, encoding: .utf8)
    try run(observer, in: scratch) { port in
      let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
      let text = """
        daemon off; worker_processes 1; pid \(scratch.path("nginx.pid"));
        user \(String(cString: getpwuid(getuid())!.pointee.pw_name));
        error_log \(scratch.path("error.log")); events { worker_connections 64; }
        http {
          access_log \(scratch.path("access.log")); \(temporary)
          server { listen 127.0.0.1:\(port); root \(folder); }
        }
        """
      try text.write(toFile: scratch.path("nginx.conf"), atomically: true, encoding: .utf8)
      return [server, "-p", folder, "-c", scratch.path("nginx.conf")]
    } load: { port in
      let script =
        "local n = 0; function response() n = n + 1; "
        + "if n == \(requests) then wrk.thread:stop() end end"
      try script.write(toFile: scratch.path("load.lua"), atomically: true, encoding: .utf8)
      let load = try Subprogram.run(
        [ServerTools.path("wrk")!, "-t1", "-c4", "-d1s", "-s", scratch.path("load.lua")]
          + ["http://127.0.0.1:\(port)/index.html"], environment: ServerTools.environment)
      #expect(load.end == .exited(0), "\(load.errorText)")
      let file = try String(contentsOfFile: scratch.path("nginx.pid"), encoding: .utf8)
      kill(try #require(pid_t(file.trimmingCharacters(in: .whitespacesAndNewlines))), SIGQUIT)
    }
    return try String(contentsOfFile: scratch.path("access.log"), encoding: .utf8)
      .split(separator: "\n").count
  }

  /// The calls that do not depend on time, without what each request and each connection asks for.
  private func settled(
    _ calls: [String: Int], without requests: Int
  ) throws -> [String: Int] {
    var result = calls
    for name in ["openat", "newfstatat", "pread64", "writev", "write", "close"] {
      #expect(calls[name] ?? 0 >= requests, "\(name)")
      result[name, default: 0] -= requests
    }
    result["close"]! -= try #require(calls["accept4"])
    // Connections, and how often it waits and for what, are a matter of time.
    let timed = [
      "accept4", "setsockopt", "epoll_ctl", "epoll_wait", "recvfrom", "rt_sigsuspend",
    ]
    return result.filter { !timed.contains($0.key) }
  }

  @Test(
    .enabled(
      if: ServerTools.have("nginx", "wrk"),
      "there is no nginx or no wrk here: scripts/servers fetches them"))
  func `nginx under wrk`() throws {
    try Scratch.with { scratch in
      let (trace, log) = (scratch.path("nginx.epi"), scratch.path("nginx.strace"))
      try agree {
        let mine = try nginx(CallCounts.observer(into: trace), in: scratch)
        let theirs = try nginx(CallCounts.strace(into: log), in: scratch)
        return (
          try settled(CallCounts(ofTrace: trace).calls, without: mine),
          try settled(CallCounts(ofLog: log).calls, without: theirs)
        )
      } by: {
        $0 == $1
      }
      try checkReplay(of: trace, lacks: ["clone", "socketpair"], in: scratch)
      guard CallCounts.hasPerf else { return }
      try checkFaults(in: scratch) { _ = try nginx($0, in: scratch) }
    }
  }
}
