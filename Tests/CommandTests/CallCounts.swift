// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// How often a run made each call and how many page faults it had in user mode, by one witness.
struct CallCounts: Equatable {
  var calls: [String: Int]
  /// Nil where the witness does not see faults.
  var userFaults: Int?

  static let strace = "/usr/bin/strace"
  static let perf = "/usr/bin/perf"

  /// Whether perf(1) is here and may trace.
  static let hasPerf: Bool = {
    guard FileManager.default.isExecutableFile(atPath: perf) else { return false }
    return
      (try? Scratch.with { scratch in
        let data = scratch.path("perf.data")
        let run = try Subprogram.run(perfRecord(into: data) + ["/bin/true"])
        return try run.end == .exited(0) && faults(inPerfData: data) > 0
      }) ?? false
  }()

  static func observer(into trace: String) -> [String] {
    [Subprogram.epimetheus, "record", "--on", "linux", "--by", "ebpf", "-o", trace, "--"]
  }

  static func strace(into log: String) -> [String] {
    [setarch, "-R", strace, "-f", "-qq", "-s0", "-esignal=none", "-o", log]
  }

  static func perfRecord(into data: String) -> [String] {
    [setarch, "-R", perf, "record", "-q", "-e", "exceptions:page_fault_user", "-o", data, "--"]
  }

  private static let setarch = "/usr/bin/setarch"

  private struct Info: Decodable {
    struct Call: Decodable {
      var call: String
      var count: Int
    }
    var lostEvents: Int
    var ending: String
    var calls: [Call]
  }

  /// Of a trace that our observer recorded, in which nothing may be lost.
  init(ofTrace path: String) throws {
    let info = try JSONDecoder().decode(
      Info.self, from: try Subprogram.epimetheus("info", "--json", path).output)
    #expect(info.lostEvents == 0)
    #expect(info.ending == "exited 0")
    calls = Dictionary(uniqueKeysWithValues: info.calls.map { ($0.call, $0.count) })
    // Most lines of a long dump are others.
    let faults = try Subprogram.run(
      ["/bin/sh", "-c", "\"$0\" dump \"$1\" | grep -E '^ *[0-9]+ fault .*user'"]
        + [Subprogram.epimetheus, path])
    userFaults = faults.text.split(separator: "\n").count { line in
      let words = line.split(separator: " ")
      return words.contains { $0.split(separator: "|").contains("user") }
        && Self.isCounted(words[2])
    }
  }

  /// Whether a fault there is counted: those of the stack are not, because the length of the
  /// environment decides how many pages of it there are, and perf adds to that.
  private static func isCounted(_ address: Substring) -> Bool {
    guard let value = UInt64(address.dropFirst(2), radix: 16) else { return false }
    return value < 0x7fff_fff0_0000
  }

  /// The calls that strace saw begin, without the execve that starts the program.
  init(ofLog path: String) throws {
    let names = try Subprogram.run(
      ["/bin/sh", "-c", "sed -n 's/^[0-9]* *\\([a-z0-9_]*\\)(.*/\\1/p' \"$0\" | sort | uniq -c"]
        + [path])
    calls = [:]
    for line in names.text.split(separator: "\n") {
      let words = line.split(separator: " ")
      calls[String(words[1])] = Int(words[0])
    }
    calls["execve"]? -= 1
    calls = calls.filter { $0.value > 0 }
  }

  /// The faults that perf counted.
  static func faults(inPerfData path: String) throws -> Int {
    let script = try Subprogram.run([perf, "script", "-i", path, "-F", "trace"])
    return script.text.split(separator: "\n").count { line in
      line.split(separator: " ").contains {
        $0.hasPrefix("address=") && isCounted($0.dropFirst(8))
      }
    }
  }
}
