// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TraceFile

/// The eBPF observer against the same program alone, and against `strace -f` on the program's CPU.
struct ObserverBenchmarks {
  let harness: Harness

  /// What a program is run under: nothing, the observer, strace; the program always on CPU 0.
  private enum Under: CaseIterable { case nothing, observer, strace }

  private func command(_ program: [String], _ under: Under, _ options: [String] = []) -> [String] {
    let pinned = ["taskset", "1"] + program
    return switch under {
    case .nothing: pinned
    case .observer:
      [harness.command, "record", "--on", "linux", "--by", "ebpf", "-o", trace] + options + ["--"]
        + pinned
    case .strace: ["taskset", "1", "strace", "-f", "-o", harness.path("strace.txt")] + program
    }
  }

  private var trace: String { harness.path("observed.epi") }

  private func number(_ arguments: [String]) throws -> Double {
    let text = try harness.run(arguments).output.trimmingCharacters(in: .whitespacesAndNewlines)
    guard let value = Double(text) else { throw BenchmarkError("not a number: \(text)") }
    return value
  }

  func run() throws {
    do {
      try harness.run(command(["/bin/true"], .observer))
    } catch {
      print("eBPF is not permitted here: epimetheus doctor says why; its figures are left out")
      return
    }
    try callLoop()
    try pageLoop()
    try compiler()
    try database()
    try ServerBenchmark(harness: harness).run()
    try sizes()
  }

  private func callLoop() throws {
    let program = try Programs.build(Programs.callLoop, as: "observed-calls", with: harness)
    let loop = [program, harness.isSmoke ? "2000" : "300000"]
    let slow = [program, harness.isSmoke ? "200" : "20000"]
    let medians = try harness.medians([
      { try number(command(loop, .nothing)) }, { try number(command(loop, .observer)) },
      { try number(command(slow, .strace)) },
    ])
    Figure.ratio("observed getppid / native", medians[1] / medians[0], atMost: 6).print()
    let added = (medians[2] - medians[0]) / (medians[1] - medians[0])
    Figure(
      name: "  added cost of strace -f / added cost", value: String(format: "%.0f x", added),
      goal: "20 x or more"
    ).print()
  }

  private func pageLoop() throws {
    let program = try Programs.build(Programs.pageLoop, as: "observed-pages", with: harness)
    let loop = [program, harness.isSmoke ? "500" : "50000"]
    let medians = try harness.medians([
      { try number(command(loop, .nothing)) }, { try number(command(loop, .observer)) },
    ])
    Figure.ratio(
      "observed page touch / native, faults recorded", medians[1] / medians[0],
      atMost: 1.15
    ).print()
  }

  /// Wall times of whole runs, the observer's start and end included.
  private func walls(_ program: [String]) throws -> [Double] {
    try harness.medians(
      Under.allCases.map { under in { try harness.run(command(program, under)).seconds } })
  }

  private func compiler() throws {
    let file = harness.path("twenty.c")
    try Programs.callLoop.write(toFile: file, atomically: true, encoding: .utf8)
    let rounds = harness.isSmoke ? 1 : 20
    let script = "for i in $(seq \(rounds)); do cc -O1 -c -o \(harness.path("x.o")) \(file); done"
    let walls = try walls(["/bin/sh", "-c", script])
    Figure.ratio("observed 20 runs of cc, wall / native", walls[1] / walls[0], atMost: 1.2).print()
    comparison(walls)
  }

  /// On a disk most of the time is spent in fsync; in memory, in all the other calls.
  func database() throws {
    guard (try? harness.run(["sqlite3", "--version"])) != nil else {
      print("sqlite3 is not installed: its figures are left out")
      return
    }
    let script = harness.path("commits.sql")
    var text = "create table t(a integer);\n"
    for index in 0..<(harness.isSmoke ? 10 : 3000) { text += "insert into t values(\(index));\n" }
    try text.write(toFile: script, atomically: true, encoding: .utf8)
    let inMemory = "/dev/shm/epimetheus-bench-\(getpid()).db"
    defer { try? FileManager.default.removeItem(atPath: inMemory) }
    for (file, place) in [(harness.path("commits.db"), "on disk"), (inMemory, "in memory")] {
      let run = "rm -f \(file); sqlite3 \(file) < \(script)"
      let walls = try walls(["/bin/sh", "-c", run])
      Figure.ratio(
        "observed sqlite3, 3000 commits \(place) / native", walls[1] / walls[0], atMost: 2
      ).print()
      let added = (walls[1] - walls[0]) / (walls[2] - walls[0])
      if file == inMemory {
        Figure.ratio("  added cost / added cost of strace -f", added, atMost: 1 / 6).print()
      }
      comparison(walls)
    }
  }

  private func comparison(_ walls: [Double]) {
    Figure(
      name: "  for comparison, strace -f / native",
      value: String(format: "%.1f x", walls[2] / walls[0]), goal: ""
    ).print()
  }

  /// Of the compiler's runs: with times and without payload, with both.
  private func sizes() throws {
    let file = harness.path("twenty.c")
    let program = ["cc", "-O1", "-c", "-o", harness.path("x.o"), file]
    for (name, options, goal) in [
      ("times, no payload", ["--times", "--payload", "0"], "6 or less"),
      ("times and payload", ["--times"], "14 or less"),
    ] {
      try harness.run(command(program, .observer, options))
      let reader = try TraceReader(path: trace)
      var count = 0
      while try reader.next() != nil { count += 1 }
      let bytes = Double(try harness.byteCount(of: trace)) / Double(count)
      Figure(
        name: "bytes per event, \(name) (cc, \(count) events)",
        value: String(format: "%.2f", bytes), goal: goal
      ).print()
    }
  }
}
