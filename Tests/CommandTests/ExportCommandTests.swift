// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// `epimetheus export`, held against the tools that read what it writes.
struct ExportCommandTests {
  private static let traces = FormatCommandTests.traces
  private static let hasBabeltrace =
    (try? Subprogram.run(["/usr/bin/babeltrace2", "--version"]))?.end == .exited(0)

  private static func info(_ trace: String) throws -> [String: Any] {
    let run = try Subprogram.epimetheus("info", "--json", trace)
    return try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
  }

  @Test(.enabled(if: hasBabeltrace, "babeltrace2 is not installed"), arguments: traces)
  func `babeltrace2 opens the CTF and finds every event`(trace: String) throws {
    try Scratch.with { scratch in
      let folder = scratch.path("ctf")
      let run = try Subprogram.epimetheus("export", "ctf", trace, "-o", folder)
      #expect(run.end == .exited(0), "\(run.errorText)")
      let read = try Subprogram.run(["/usr/bin/babeltrace2", folder])
      #expect(read.end == .exited(0), "\(read.errorText)")
      let lines = read.text.split(separator: "\n")
      #expect(lines.count == (try Self.info(trace)["events"] as? Int))
      let calls = try #require(try Self.info(trace)["calls"] as? [[String: Any]])
      for call in calls.prefix(5) {
        let name = try #require(call["call"] as? String)
        #expect(lines.count { $0.contains(" \(name): {") } == call["count"] as? Int, "\(name)")
      }
    }
  }

  @Test(arguments: traces)
  func `the Chrome trace is JSON with a slice for each call`(trace: String) throws {
    let run = try Subprogram.epimetheus("export", "chrome", trace)
    #expect(run.end == .exited(0), "\(run.errorText)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
    let events = try #require(object["traceEvents"] as? [[String: Any]])
    let kinds = try #require(try Self.info(trace)["eventsByKind"] as? [String: Int])
    #expect(events.count { $0["ph"] as? String == "X" } == kinds["systemCall"])
    #expect(events.count { $0["cat"] as? String == "fault" } == kinds["pageFault"])
    let counts = events.filter { $0["ph"] as? String == "C" }.compactMap {
      ($0["args"] as? [String: Int])?["VMAs"]
    }
    // The counter tells of whole calls, the peak also of what a call takes away again.
    let info = try Self.info(trace)
    let (peak, last) = (info["peakVMAs"] as? Int ?? 0, info["vmas"] as? Int ?? 0)
    #expect((last...peak).contains(counts.max() ?? -1))
    // A call of a task ends before the next begins.
    var ends: [Int: Double] = [:]
    for event in events where event["ph"] as? String == "X" {
      let task = try #require(event["tid"] as? Int)
      let start = try #require(event["ts"] as? Double)
      #expect(start >= ends[task] ?? 0)
      ends[task] = start + (try #require(event["dur"] as? Double))
    }
  }

  @Test func `JSON Lines have every event with its bytes`() throws {
    let run = try Subprogram.epimetheus("export", "jsonl", Self.traces[0])
    let lines = run.text.split(separator: "\n")
    #expect(lines.count - 1 == (try Self.info(Self.traces[0])["events"] as? Int))
    var payload = 0
    for line in lines {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      payload += ((object["payload"] as? String)?.count ?? 0) / 2
    }
    #expect(payload == (try Self.info(Self.traces[0])["payloadBytes"] as? Int))
  }

  @Test(arguments: traces)
  func `what a trace asked for is supported by the rules made of it`(trace: String) throws {
    try Scratch.with { scratch in
      let rules = scratch.path("asked.scml")
      let run = try Subprogram.epimetheus("export", "scml", trace, "-o", rules)
      #expect(run.end == .exited(0), "\(run.errorText)")
      let report = try Subprogram.epimetheus(
        "report", "--support", rules, "--fail-on", "unknown", trace)
      #expect(report.end == .exited(0), "\(report.text)\(report.errorText)")
      let other = Self.traces.first { $0 != trace } ?? trace
      let more = try Subprogram.epimetheus(
        "report", "--support", rules, "--fail-on", "missing", other)
      #expect(more.end == .exited(1), "\(more.text)")
    }
  }

  @Test func `the table of Loupe has each call that was made`() throws {
    let run = try Subprogram.epimetheus("export", "loupedb", Self.traces[0])
    let used = run.text.split(separator: "\n").filter { $0.contains(",Y") }
    #expect(used.count == (try Self.info(Self.traces[0])["calls"] as? [Any])?.count)
    #expect(used.allSatisfy { $0.hasSuffix(",Y,N,N,N") })
  }

  @Test func `our kernel writes its own rules`() throws {
    let run = try Subprogram.epimetheus("export", "scml", "--support", "our-kernel")
    #expect(run.text.contains("madvise(addr, length, advice = MADV_NORMAL | "))
    #expect(!run.text.contains("F_SETLEASE"))
  }

  @Test(arguments: [
    ["export", "ctf", "a.epi"], ["export", "chrome"], ["export", "mars", "a.epi"],
    ["export", "chrome", "--support", "our-kernel"], ["export", "scml", "a", "--support", "b"],
  ])
  func `options that do not belong together exit with 2`(arguments: [String]) throws {
    #expect(try Subprogram.run([Subprogram.epimetheus] + arguments).end == .exited(2))
  }

  @Test func `a file that cannot be written is told`() throws {
    for form in ["chrome", "ctf"] {
      let run = try Subprogram.epimetheus(
        "export", form, Self.traces[0], "-o", "/nowhere/out")
      #expect(run.end == .exited(75), "\(run.end)")
      #expect(run.errorText.contains("/nowhere/out"))
    }
  }
}
