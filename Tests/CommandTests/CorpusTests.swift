// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// Every trace in traces/ is replayed: what our kernel decided is decided again, and what Linux
/// decided is reported as it was. `GOLDEN=update` rewrites the reports, and fails.
struct CorpusTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "traces/recorded")

  private static func traces(_ isWanted: (String) -> Bool) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: folder.path(percentEncoded: false))
    return (names ?? []).filter { $0.hasSuffix(".epi") && isWanted($0) }.sorted()
  }

  private static let hosted = traces { !$0.hasPrefix("linux-") }
  private static let linux = traces { $0.hasPrefix("linux-") }

  /// The text of a trace, without the line that names the version of the kernel.
  private func text(of trace: String) throws -> [Substring] {
    let dump = try Subprogram.epimetheus("dump", trace, in: Self.folder)
    try #require(dump.end == .exited(0), "\(dump.errorText)")
    return dump.text.split(separator: "\n").filter { !$0.hasPrefix("kernel ") }
  }

  @Test func `there are traces of both kinds`() {
    #expect(Self.hosted.count >= 5)
    #expect(Self.linux.count >= 5)
  }

  @Test(arguments: hosted)
  func `our kernel decides as it did when it was recorded`(trace: String) throws {
    try Scratch.with { scratch in
      let replayed = scratch.path("replayed.epi")
      let replay = try Subprogram.epimetheus("replay", trace, "-o", replayed, in: Self.folder)
      try #require(replay.end == .exited(0), "\(replay.errorText)")
      let expected = try text(of: trace)
      let actual = try text(of: replayed)
      let first = zip(expected, actual).first { $0 != $1 }
      #expect(expected == actual, "first difference: \(String(describing: first))")
    }
  }

  @Test(arguments: hosted + linux)
  func `twice replayed is twice the same bytes`(trace: String) throws {
    try Scratch.with { scratch in
      for name in ["a.epi", "b.epi"] {
        let replay = try Subprogram.epimetheus(
          "replay", trace, "-o", scratch.path(name), in: Self.folder)
        #expect(replay.end == .exited(0), "\(replay.errorText)")
      }
      let a = try Data(contentsOf: URL(filePath: scratch.path("a.epi")))
      let b = try Data(contentsOf: URL(filePath: scratch.path("b.epi")))
      #expect(a == b)
    }
  }

  @Test(arguments: linux)
  func `the report of a run on Linux is the one that was agreed`(trace: String) throws {
    let report = try Subprogram.epimetheus("report", trace, in: Self.folder)
    #expect(report.end == .exited(1), "every program calls rseq, which our kernel lacks")
    let golden = Self.folder.appending(path: trace.dropLast(4) + ".report.txt")
    if ProcessInfo.processInfo.environment["GOLDEN"] == "update" {
      try report.output.write(to: golden)
      Issue.record("rewrote \(golden.lastPathComponent); look at the change and run again")
      return
    }
    let expected = try String(contentsOf: golden, encoding: .utf8)
    #expect(
      report.text == expected,
      "GOLDEN=update swift test --filter CorpusTests rewrites it if the change is wanted")
  }

  @Test(arguments: hosted + linux)
  func `text and back is the same trace`(trace: String) throws {
    try Scratch.with { scratch in
      let dump = try Subprogram.epimetheus("dump", trace, in: Self.folder)
      let assembled = scratch.path("assembled.epi")
      let assemble = try Subprogram.epimetheus(
        "assemble", "-", "-o", assembled, input: dump.output)
      #expect(assemble.end == .exited(0), "\(assemble.errorText)")
      let again = try Subprogram.epimetheus("dump", assembled)
      #expect(again.output == dump.output)
    }
  }
}
