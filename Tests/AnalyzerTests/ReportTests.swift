// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import Foundation
import LinuxABI
import Testing
import Trace

struct ReportTests {
  /// A run on Linux and its replay, with a divergence of every kind that such a pair can have.
  static func sample() throws -> DiffResult {
    try diff(run(isLinux: true), run(isLinux: false), unseen: [.faults, .inputs])
  }

  private static func run(isLinux: Bool) -> Script {
    Script {
      $0.map(0x40_0000, 0x48_0000, [.read, .execute], .file, name: "/bin/program")
      $0.map(0x48_0000, 0x49_0000, [.read, .write], .file, offset: 0x7f000, name: "/bin/program")
      $0.map(0x60_0000, 0x62_1000, [.read, .write], .heap)
      $0.map(0x7fff_f7ff_b000, 0x7fff_f7ff_d000, [.read, .execute], .special, name: "[vdso]")
      $0.map(0x7fff_fffd_e000, 0x7fff_ffff_f000, [.read, .write], .stack)
      for _ in 0..<3 {
        if isLinux {
          $0.call(.rseq, 0x40_2000, 32, 0, 0x5305_3053, result: 0)
        } else {
          $0.call(.rseq, 0x40_2000, 32, 0, 0x5305_3053, result: -38, flags: .missing)
        }
      }
      if isLinux {
        $0.call(.ioctl, 1, 0x5401, 0x7fff_ffff_e000, result: -25)
        $0.call(.mremap, 0x7000_0000, 0x1000, 0x2000, 1, result: 0x7100_0000)
        $0.map(0x7100_0000, 0x7100_2000)
      } else {
        $0.call(.ioctl, 1, 0x5401, 0x7fff_ffff_e000, result: -38, flags: .missing)
        $0.call(
          .mremap, 0x7000_0000, 0x1000, 0x2000, 1, result: -38, flags: .missing)
      }
      $0.read(0x48_0010, [UInt8]("/etc/ld.so.preload\0".utf8))
      $0.call(.access, 0x48_0010, 4, result: isLinux ? -2 : -13)
      $0.call(.mprotect, 0x60_0000, 0x1000, 1, result: 0)
      $0.map(0x60_0000, 0x60_1000, isLinux ? .read : [.read, .write, .execute], .heap)
      $0.write(0x7fff_ffff_e000, [47, 0, isLinux ? 0 : 9])
      $0.call(.getcwd, 0x7fff_ffff_e000, 100, result: 3)
      $0.call(.lseek, 3, 0, 2, result: isLinux ? 100 : 99)
      $0.call(.getrandom, 0x60_0000, 8, 0, result: 8, flags: isLinux ? [] : .adopted)
      $0.call(
        .mmap, 0, 0x1000, 3, 0x22, .max, 0,
        result: isLinux ? 0x7fff_f7ff_9000 : 0x7fff_f7ff_a000)
      $0.end(isLinux ? 0 : 1)
    }
  }

  static func report(_ scope: Report.Scope = .full) throws -> Report {
    Report(
      diff: try sample(), left: Report.Source(name: "l.epi"),
      right: Report.Source(name: "k.epi", problems: ["block 3 at byte 5120: checksum is wrong"]),
      scope: scope)
  }

  @Test func `the report as text is as it was`() throws {
    try expectGolden("report.txt", try Self.report().text())
  }

  @Test func `the differences as text are as they were`() throws {
    try expectGolden("diff.txt", try Self.report(.differences).text())
  }

  @Test func `the report as JSON is as it was, and parses`() throws {
    let json = try Self.report().json()
    try expectGolden("report.json", json)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["schemaVersion"] as? Int == 1)
    #expect(object["hasFindings"] as? Bool == true)
    let divergences = try #require(object["divergences"] as? [[String: Any]])
    #expect(divergences.count == 9)
    #expect(divergences.allSatisfy { ($0["fingerprint"] as? String)?.count == 16 })
    let missing = try #require(object["missingCalls"] as? [[String: Any]])
    #expect(missing.map { $0["call"] as? String } == ["rseq", "ioctl", "mremap"])
  }

  @Test func `no line is longer than 100 columns, whatever the trace says`() throws {
    let long = [UInt8](repeating: 0x41, count: 3000)
    func script(_ result: Int64) -> Script {
      Script {
        $0.map(.max - 0x2000, .max - 0xfff, .read, .file, offset: .max, name: "/" + longName)
        $0.read(0x5000, long)
        $0.call(.open, 0x5000, .max, .max, result: result)
        $0.write(0x6000, long.map { $0 &+ UInt8(truncatingIfNeeded: result) })
        $0.call(.getcwd, .max, .max, result: 0)
        $0.map(.max - 0x2000, .max - 0xfff, Protection(rawValue: UInt8(result)), .file)
      }
    }
    var result = try diff(script(1), script(2))
    result.leftHeader.arguments = [long, long]
    let report = Report(
      diff: result, left: Report.Source(name: longName),
      right: Report.Source(name: "r", problems: [longName]))
    for line in report.text().split(separator: "\n") { #expect(line.count <= 100) }
    _ = try JSONSerialization.jsonObject(with: Data(report.json().utf8))
  }

  private let longName = String(repeating: "name", count: 100)

  @Test func `text of the guest cannot steer a terminal or break the JSON`() throws {
    func script(_ result: Int64) -> Script {
      Script {
        $0.read(0x5000, [0x1b, 0x5b, 0x32, 0x4a, 0x22, 0x5c, 0xff, 0x0a, 0])
        $0.call(.access, 0x5000, 0, result: result)
      }
    }
    let report = Report(
      diff: try diff(script(0), script(-2)), left: Report.Source(name: "l"),
      right: Report.Source(name: "r"))
    #expect(!report.text().unicodeScalars.contains { $0.value != 10 && $0.value < 32 })
    #expect(report.text().contains("\\x1b[2J\"\\\\\\xff\\n"))
    _ = try JSONSerialization.jsonObject(with: Data(report.json().utf8))
  }

  @Test func `a report has findings where a call is missing on both sides, a diff has not`() throws
  {
    let script = Script { $0.call(.rseq, 0, 0, 0, 0, result: -38, flags: .missing) }
    let result = try diff(script, script)
    let source = Report.Source(name: "a")
    #expect(!Report(diff: result, left: source, right: source, scope: .differences).hasFindings)
    let report = Report(diff: result, left: source, right: source)
    #expect(report.hasFindings)
    #expect(report.text().contains("not known: no run on a kernel that has it"))
  }
}

/// Compares a text with a file of Goldens/. With GOLDEN=update the file is written, and the test
/// fails, so that no update passes unseen.
func expectGolden(_ name: String, _ text: String) throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Goldens").appendingPathComponent(name)
  if ProcessInfo.processInfo.environment["GOLDEN"] == "update" {
    try Data(text.utf8).write(to: file)
    Issue.record("\(name) was written anew")
    return
  }
  let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
  let lines = zip(
    text.split(separator: "\n", omittingEmptySubsequences: false),
    golden.split(separator: "\n", omittingEmptySubsequences: false))
  for (actual, expected) in lines where actual != expected {
    #expect(actual == expected, "in \(name)")
    return
  }
  #expect(text == golden, "in \(name)")
}
