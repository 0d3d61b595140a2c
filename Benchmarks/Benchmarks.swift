// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// `epimetheus-benchmarks --command PATH [--smoke] [--only GROUP]`: prints a table of ratios and
/// their goals; the groups are memory, hosted, traces, encode, observe, sqlite and redis.
@main
enum Benchmarks {
  static func main() throws {
    // What scripts/bench asks of the allocator is for this process, not for those it starts.
    unsetenv("GLIBC_TUNABLES")
    let arguments = CommandLine.arguments
    guard let index = arguments.firstIndex(of: "--command"), index + 1 < arguments.count else {
      throw BenchmarkError("use scripts/bench")
    }
    let isSmoke = arguments.contains("--smoke")
    let scratch = FileManager.default.temporaryDirectory
      .appending(path: "epimetheus-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let harness = Harness(
      command: arguments[index + 1], scratch: scratch, repetitions: isSmoke ? 1 : 7,
      isSmoke: isSmoke)
    Swift.print(isSmoke ? "A smoke run: the figures mean nothing." : machine())
    let only = try group(arguments)
    if only == nil || only == "memory" {
      try MemoryBenchmarks(harness: harness).run()
      try NoFaultBenchmarks(harness: harness).run()
    }
    if only == nil || only == "hosted" { try HostedBenchmarks(harness: harness).run() }
    if only == nil || only == "traces" || only == "encode" {
      try TraceBenchmarks(harness: harness).run(encodingOnly: only == "encode")
    }
    let observed = ObserverBenchmarks(harness: harness)
    if only == nil || only == "observe" { try observed.run() }
    if only == "sqlite" { try observed.database() }
    if only == "redis" { try ServerBenchmark(harness: harness).run() }
  }

  /// The groups that can be asked for.
  private static let groups = [
    "memory", "hosted", "traces", "encode", "observe", "sqlite", "redis",
  ]

  /// The group of benchmarks that is asked for; nil for all.
  private static func group(_ arguments: [String]) throws -> String? {
    guard let index = arguments.firstIndex(of: "--only") else { return nil }
    guard index + 1 < arguments.count, groups.contains(arguments[index + 1]) else {
      throw BenchmarkError("--only takes one of " + groups.joined(separator: ", "))
    }
    return arguments[index + 1]
  }

  /// On what machine the figures were measured.
  private static func machine() -> String {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model =
      info.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
      .map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown CPU"
    let version = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
    return "\(model), \(ProcessInfo.processInfo.activeProcessorCount) CPUs, Linux "
      + version.trimmingCharacters(in: .whitespacesAndNewlines)
      + ", medians of 7, variants taking turns"
  }
}
