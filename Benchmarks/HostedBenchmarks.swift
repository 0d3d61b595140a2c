// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The hosted machine against the same program on Linux itself, and against strace.
struct HostedBenchmarks {
  let harness: Harness

  private func record(_ program: [String], options: [String] = []) -> [String] {
    [harness.command, "record", "-o", harness.path("hosted.epi")] + options + ["--"] + program
  }

  private func number(_ arguments: [String]) throws -> Double {
    let text = try harness.run(arguments).output.trimmingCharacters(in: .whitespacesAndNewlines)
    guard let value = Double(text) else { throw BenchmarkError("not a number: \(text)") }
    return value
  }

  func run() throws {
    try callLoop()
    try pageLoop()
    try wholeProgram()
    try observed()
  }

  private func callLoop() throws {
    let program = try Programs.build(Programs.callLoop, as: "call-loop", with: harness)
    let loop = [program, harness.isSmoke ? "2000" : "200000"]
    let medians = try harness.medians([
      { try number(loop) }, { try number(record(loop)) },
      { try number(record(loop, options: ["--rewrite"])) },
    ])
    Figure.ratio("hosted getppid / native", medians[1] / medians[0], atMost: 16).print()
    Figure.ratio("  with --rewrite", medians[2] / medians[0], atMost: 16).print()
  }

  private func pageLoop() throws {
    let program = try Programs.build(Programs.pageLoop, as: "page-loop", with: harness)
    let loop = [program, harness.isSmoke ? "500" : "20000"]
    let medians = try harness.medians([
      { try number(loop) }, { try number(record(loop)) },
      { try number(record(loop, options: ["--fault-around", "16"])) },
    ])
    Figure.ratio("hosted anonymous page fault / native", medians[1] / medians[0], atMost: 5.5)
      .print()
    Figure.ratio("  with --fault-around 16", medians[2] / medians[0], atMost: 5.5).print()
  }

  private func wholeProgram() throws {
    let data = harness.path("data")
    let byteCount = harness.isSmoke ? 1 << 20 : 64 << 20
    try Data(repeating: 0x5a, count: byteCount).write(to: URL(filePath: data))
    let program = ["/bin/busybox", "sha256sum", data]
    // A run takes half a second, in which the machine changes its mind: three times as many.
    let medians = try harness.medians(
      [
        { try harness.run(program).seconds }, { try harness.run(record(program)).seconds },
        { try harness.run(record(program, options: ["--rewrite"])).seconds },
      ], times: 3)
    Figure.ratio(
      "hosted busybox sha256sum of 64 MiB, wall / native", medians[1] / medians[0], atMost: 1.1
    ).print()
    Figure.ratio("  with --rewrite", medians[2] / medians[0], atMost: 1.1).print()
  }

  /// The ptrace observer and strace, both pinned to the CPU of the program.
  private func observed() throws {
    let loop = [harness.path("call-loop"), harness.isSmoke ? "500" : "20000"]
    let observe =
      [
        harness.command, "record", "--on", "linux", "--by", "ptrace", "-o",
        harness.path("linux.epi"), "--",
      ] + loop
    let strace = ["taskset", "1", "strace", "-f", "-o", harness.path("strace.txt")] + loop
    let medians = try harness.medians([
      { try number(strace) }, { try number(observe) },
      { try number(loop) },
    ])
    Figure.ratio("observed getppid / strace -f", medians[1] / medians[0], atMost: 0.95).print()
    Figure(
      name: "  for comparison, against native: observed; strace -f",
      value: String(format: "%.0f x; %.0f x", medians[1] / medians[2], medians[0] / medians[2]),
      goal: ""
    ).print()
  }
}
