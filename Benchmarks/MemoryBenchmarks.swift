// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Kernel
import LinuxABI

/// The address space with few and with many VMAs, against a system call that does nothing and
/// against Linux's own mmap.
struct MemoryBenchmarks {
  let harness: Harness

  /// Numbers of VMAs.
  private var counts: [Int] {
    harness.isSmoke ? [1000, 3000] : [1000, 10_000, 100_000, 1_000_000]
  }

  func run() throws {
    let call = BenchmarkSpace.nanosecondsOfGetppid(harness.isSmoke ? 1000 : 1_000_000)
    Figure(
      name: "getppid, the unit; measured again in each round",
      value: String(format: "%.0f ns", call), goal: ""
    ).print()
    for isFull in [false, true] {
      for isRandom in [false, true] {
        var timings: [SpaceTimings] = []
        for count in counts {
          timings.append(try measure(count, isRandom: isRandom, isFull: isFull))
        }
        print(timings, isRandom: isRandom, isFull: isFull)
        if isRandom { printMiss(timings[timings.count - 1]) }
      }
    }
    try threeSteps(call)
  }

  private func print(_ timings: [SpaceTimings], isRandom: Bool, isFull: Bool) {
    let kind =
      (isFull ? "full tables" : "no tables") + ", " + (isRandom ? "random" : "ascending")
    for operation in SpaceTimings.operations where isFull || operation.name != "fault" {
      let times = timings.map { $0[keyPath: operation.path] }
      Figure.atMost(
        operation.goal, times[0], digits: 2,
        "\(operation.name), \(kind): getppids with \(counts[0]) VMAs"
      ).print()
      let units = times.dropFirst().map { String(format: "%.2f", $0) }
      Figure.atMost(
        8, times[times.count - 1] / times[0], digits: 1,
        "  growth to \(counts[counts.count - 1]): " + units.joined(separator: ", ")
      ).print()
    }
    if !isFull {
      Figure.atMost(
        128, timings[timings.count - 1].bytesPerVMA, digits: 0, "bytes per VMA, \(kind)"
      ).print()
    }
  }

  /// What a growth is made of where nothing is at hand: the tree has outgrown the caches.
  private func printMiss(_ timings: SpaceTimings) {
    let byteCount = Int(timings.bytesPerVMA) * counts[counts.count - 1]
    let samples = (0..<harness.repetitions).map { _ in
      BenchmarkSpace.nanosecondsOfLoad(byteCount) / BenchmarkSpace.nanosecondsOfGetppid(100_000)
    }
    Figure(
      name: "  for comparison, a load from anywhere in \(byteCount >> 20) MiB: getppids",
      value: String(format: "%.2f", samples.median), goal: ""
    ).print()
  }

  /// The medians of several rounds in one space.
  private func measure(_ count: Int, isRandom: Bool, isFull: Bool) throws -> SpaceTimings {
    let space = try BenchmarkSpace(count: count, isRandom: isRandom, isFull: isFull)
    var samples: [SpaceTimings] = []
    for _ in 0..<harness.repetitions { samples.append(try space.round()) }
    var result = samples[0]
    for operation in SpaceTimings.operations {
      result[keyPath: operation.path] = samples.map { $0[keyPath: operation.path] }.median
    }
    return result
  }

  /// mmap, a store, munmap of one page: Linux's own and ours, zeroing included.
  private func threeSteps(_ call: Double) throws {
    let rounds = harness.isSmoke ? 1000 : 100_000
    let space = try BenchmarkSpace(count: 1000, isRandom: false, isFull: true)
    let medians = try harness.medians([
      {
        let clock = ContinuousClock()
        let duration = clock.measure {
          for _ in 0..<rounds {
            let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
            page.storeBytes(of: 1, as: UInt8.self)
            munmap(page, 4096)
          }
        }
        return duration.inSeconds * 1e9 / Double(rounds)
      },
      { try space.threeSteps(rounds) },
    ])
    Figure.ratio(
      "mmap, store, munmap of a page in the kernel / Linux's own", medians[1] / medians[0],
      atMost: 1
    ).print()
    Figure(
      name: "  the same in getppids, Linux and kernel",
      value: String(format: "%.1f %.1f", medians[0] / call, medians[1] / call), goal: ""
    ).print()
  }
}
