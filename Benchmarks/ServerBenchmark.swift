// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// redis-server under redis-benchmark, observed by eBPF, against the same server alone and under
/// strace: all three are there at once and take turns with short loads, so that what else happens on
/// the machine meets them alike.
struct ServerBenchmark {
  let harness: Harness

  /// A server that runs.
  private struct Server {
    let process: Process
    let port: Int
  }

  func run() throws {
    guard (try? harness.run(["redis-benchmark", "--version"])) != nil,
      (try? harness.run(["redis-server", "--version"])) != nil
    else {
      print("redis is not installed, and scripts/servers could not fetch it: it is left out")
      return
    }
    let observer = [harness.command, "record", "--on", "linux", "--by", "ebpf", "-o"]
    let runners = [
      [], observer + [harness.path("redis.epi"), "--"],
      ["taskset", "1", "strace", "-f", "-o", harness.path("redis.txt")],
    ]
    var servers: [Server] = []
    defer { for server in servers { stop(server) } }
    for (index, runner) in runners.enumerated() {
      servers.append(try start(under: runner, on: 20_000 + Int(getpid()) % 20_000 + index))
    }
    let loads = servers.map { server in { try throughput(of: server) } }
    let rates = try harness.medians(loads, times: 3)
    Figure(
      name: "observed redis SET throughput / native",
      value: String(format: "%.2f x", rates[1] / rates[0]), goal: "0.85 x or more",
      isMet: rates[1] / rates[0] >= 0.85
    ).print()
    Figure(
      name: "  for comparison, strace -f / native",
      value: String(format: "%.2f x", rates[2] / rates[0]), goal: ""
    ).print()
  }

  private func start(under runner: [String], on port: Int) throws -> Server {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      runner + ["taskset", "1", "redis-server", "--bind", "127.0.0.1", "--port", "\(port)"]
      + ["--save", "", "--appendonly", "no"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let server = Server(process: process, port: port)
    for _ in 0..<500 {
      if let run = try? harness.run(client("redis-cli", server) + ["ping"]), run.output == "PONG\n"
      {
        return server
      }
      if !process.isRunning { break }
      usleep(20_000)
    }
    stop(server)
    throw BenchmarkError("redis-server does not answer on port \(port)")
  }

  private func client(_ name: String, _ server: Server) -> [String] {
    ["taskset", "2", name, "-h", "127.0.0.1", "-p", "\(server.port)"]
  }

  /// SETs a second.
  private func throughput(of server: Server) throws -> Double {
    let count = harness.isSmoke ? "200" : "20000"
    let run = try harness.run(
      client("redis-benchmark", server) + ["-t", "set", "-n", count, "-c", "50", "--csv"])
    let line = run.output.split(separator: "\n").first { $0.hasPrefix("\"SET\"") } ?? ""
    let fields = line.split(separator: ",").map { $0.filter { $0 != "\"" } }
    guard fields.count > 1, let rate = Double(fields[1]) else {
      throw BenchmarkError("not what redis-benchmark prints: \(run.output)")
    }
    return rate
  }

  private func stop(_ server: Server) {
    _ = try? harness.run(client("redis-cli", server) + ["shutdown", "nosave"])
    for _ in 0..<500 where server.process.isRunning { usleep(20_000) }
    if server.process.isRunning { kill(server.process.processIdentifier, SIGKILL) }
    server.process.waitUntilExit()
  }
}
