// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import TestSupport
import Testing
import Trace
import TraceFile

/// Traces of old stay readable, and another program reads what this one writes.
@Suite struct GoldenTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first(where: exists)
  private static let zstd = ["/usr/bin/zstd", "/usr/local/bin/zstd"].first(where: exists)

  @Sendable private static func exists(_ path: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: path)
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: Self.root.appending(path: path)))
  }

  @Test(arguments: ["every-kind", "imported"])
  func `a trace of every kind reads as it did when it was written`(name: String) throws {
    let text = try bytes("traces/\(name).txt")
    if ProcessInfo.processInfo.environment["GOLDEN"] == "update" {
      try Data(TraceText.assemble(text)).write(
        to: Self.root.appending(path: "traces/\(name).epi"))
      Issue.record("traces/\(name).epi was written anew")
    }
    let reader = try TraceReader(bytes: bytes("traces/\(name).epi"))
    #expect(reader.isComplete)
    let lines = String(decoding: try TraceText.dump(reader), as: UTF8.self).split(separator: "\n")
    let expected = String(decoding: text, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == expected.count)
    for (line, expected) in zip(lines, expected) { #expect(line == expected) }
    #expect(reader.problems.isEmpty)
    let again = try TraceReader(bytes: try TraceText.assemble(text))
    #expect(try TraceText.dump(again) == text)
  }

  /// What the Python reader prints, from our reader.
  private func listing(_ reader: TraceReader) throws -> String {
    func hex(_ bytes: some Sequence<UInt8>) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    let header = reader.header
    var lines = [
      "features \(reader.features.compatible.rawValue) origin \(header.origin.rawValue) "
        + "program \(hex(header.program)) "
        + "arguments \(header.arguments.map(hex).joined(separator: " "))"
    ]
    while let event = try reader.next() {
      let payload = hex(reader.payload)
      lines.append(
        event.fields.map { "\($0)" }.joined(separator: " ") + " "
          + (payload.isEmpty ? "-" : payload))
    }
    return lines.joined(separator: "\n") + "\nevents \(lines.count - 1)\n"
  }

  @Test(
    .enabled(if: python != nil && zstd != nil, "python3 and the zstd command are needed"),
    arguments: [0, 1, 41, 42] as [UInt64])
  func `a reader made from the document alone reads the same`(seed: UInt64) throws {
    var random = RandomTrace(seed: seed)
    let trace =
      seed < 2
      ? try bytes(seed == 0 ? "traces/every-kind.epi" : "traces/imported.epi")
      : try random.list(300).trace(random.header(), eventsPerBlock: 70)
    try Scratch.with { scratch in
      let path = scratch.path("a.epi")
      try Data(trace).write(to: URL(filePath: path))
      let script = Self.root.appending(path: "docs/trace-format-reader.py")
      let python = try Subprogram.run(
        [#require(Self.python), script.path(percentEncoded: false), path],
        environment: ProcessInfo.processInfo.environment)
      #expect(python.errorText == "")
      #expect(try python.text == listing(TraceReader(bytes: trace)), "seed \(seed)")
    }
  }

  @Test(.enabled(if: zstd != nil, "the zstd command is needed"))
  func `zstd opens and checks a trace`() throws {
    var random = RandomTrace(seed: 43)
    let trace = try random.list(500).trace(random.header(), eventsPerBlock: 50)
    try Scratch.with { scratch in
      let path = scratch.path("a.epi")
      try Data(trace).write(to: URL(filePath: path))
      let zstd = try #require(Self.zstd)
      #expect(try Subprogram.run([zstd, "-t", "-q", path]).end == .exited(0))
      let content = try Subprogram.run([zstd, "-d", "-c", "-q", path])
      #expect(content.end == .exited(0))
      #expect(content.output.starts(with: Array("EPITRACE".utf8)))
      let blocks = content.output.split(separator: Array("EPIB".utf8)).count - 1
      #expect(blocks == 10)
      var damaged = trace
      damaged[trace.count / 2] ^= 1
      try Data(damaged).write(to: URL(filePath: path))
      #expect(try Subprogram.run([zstd, "-t", "-q", path]).end != .exited(0))
    }
  }
}
