// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Replayer
import Trace
import TraceFile

/// Size and speed of traces: of one that is recorded here first.
struct TraceBenchmarks {
  let harness: Harness

  /// A program with many calls of many kinds.
  private var program: [String] {
    ["/bin/busybox", "find", harness.isSmoke ? "/usr/share/doc" : "/usr", "-size", "+1"]
  }

  func run(encodingOnly: Bool) throws {
    if !encodingOnly { try sizes() }
    let file = harness.path("find.epi")
    try harness.run([harness.command, "record", "-o", file, "--"] + program)
    try encode(file)
    if encodingOnly { return }
    try replay(file, of: "find, paths and struct stat")
    let small = harness.path("dd.epi")
    let count = harness.isSmoke ? 1000 : 300_000
    let dd = ["/bin/busybox", "dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=\(count)"]
    try harness.run([harness.command, "record", "-o", small, "--"] + dd)
    try replay(small, of: "dd bs=1")
  }

  private func sizes() throws {
    let trace = harness.path("sizes.epi")
    let record = [harness.command, "record", "--payload", "0", "--on", "linux", "-o", trace, "--"]
    try harness.run(record + program)
    let reader = try TraceReader(path: trace)
    var count = 0
    while try reader.next() != nil { count += 1 }
    let bytes = Double(try harness.byteCount(of: trace)) / Double(count)
    Figure(
      name: "bytes per event, no times, no payload (busybox find, \(count) events)",
      value: String(format: "%.2f", bytes), goal: "2 or less"
    ).print()
    let text = harness.path("strace.txt")
    try harness.run(["strace", "-f", "-o", text] + program)
    try harness.run(["zstd", "-3", "-q", "-f", text, "-o", text + ".zst"])
    let lines = try String(contentsOfFile: text, encoding: .utf8).split(separator: "\n").count
    let perLine = Double(try harness.byteCount(of: text + ".zst")) / Double(lines)
    Figure(
      name: "  strace -f | zstd -3, bytes per line", value: String(format: "%.2f", perLine),
      goal: ""
    ).print()
  }

  /// All events of a trace in memory, repeated until there are enough to measure.
  private func events(of file: String) throws -> EventList {
    let reader = try TraceReader(path: file)
    var list = EventList()
    let wanted = harness.isSmoke ? 10_000 : 2_000_000
    while list.count < wanted {
      while let event = try reader.next() {
        var plain = event
        plain.time = 0
        list.append(plain, payload: UnsafeRawBufferPointer(start: nil, count: 0))
      }
      reader.rewind()
    }
    return list
  }

  private func encode(_ file: String) throws {
    let list = try events(of: file)
    let (one, two) = (try rate(of: list, aside: false), try rate(of: list, aside: true))
    Figure(
      name: "events encoded with zstd-1 on one core, millions a second",
      value: String(format: "%.1f", one / 1e6), goal: "20 or more"
    ).print()
    Figure(
      name: "  blocks and zstd on a second core", value: String(format: "%.1f", two / 1e6), goal: ""
    ).print()
    Figure(
      name: "  without zstd", value: String(format: "%.1f", rateOfBlocks(of: list) / 1e6), goal: ""
    ).print()
  }

  /// Events a second into a file that nobody keeps.
  private func rate(of list: EventList, aside: Bool) throws -> Double {
    var header = TraceHeader()
    header.unseen = [.times]
    var options = TraceWriter.Options()
    options.level = 1
    options.writesAside = aside
    var rates: [Double] = []
    for _ in 0..<harness.repetitions {
      var writer = try TraceWriter(path: "/dev/null", header: header, options: options)
      let clock = ContinuousClock()
      let duration = try clock.measure {
        list.emit(into: &writer)
        try writer.finish()
      }
      rates.append(Double(list.count) / duration.inSeconds)
    }
    return rates.median
  }

  /// Events a second into blocks that are not compressed.
  private func rateOfBlocks(of list: EventList) -> Double {
    var rates: [Double] = []
    for _ in 0..<harness.repetitions {
      var blocks = BlockSink()
      let duration = ContinuousClock().measure { list.emit(into: &blocks) }
      rates.append(Double(list.count) / duration.inSeconds)
    }
    return rates.median
  }

  private func replay(_ file: String, of program: String) throws {
    let reader = try TraceReader(path: file)
    var count = 0
    while try reader.next() != nil { count += 1 }
    let output = harness.path("replayed.epi")
    var rates: [Double] = []
    for _ in 0..<harness.repetitions {
      let seconds = try harness.run([harness.command, "replay", file, "-o", output]).seconds
      rates.append(Double(count) / seconds)
    }
    Figure(
      name: "replayed, file to file, millions a second (\(program): \(count) events)",
      value: String(format: "%.2f", rates.median / 1e6), goal: "2 or more"
    ).print()
  }
}

/// Makes blocks and forgets them.
private struct BlockSink: EventSink, ~Copyable {
  private var encoder = BlockEncoder(keepsTimes: false)
  private var count: UInt64 = 0

  mutating func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    if encoder.append(event, payload: payload) { return }
    count += 1
    _ = encoder.finish(blockNumber: count, firstEvent: 0)
    _ = encoder.append(event, payload: payload)
  }
}

extension Duration {
  /// The duration as seconds.
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}

extension [Double] {
  /// The middle one.
  var median: Double { sorted()[count / 2] }
}
