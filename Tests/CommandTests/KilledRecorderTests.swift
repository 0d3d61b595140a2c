// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// A recorder that is killed leaves a trace that opens, and no process.
@Suite(.serialized)
struct KilledRecorderTests {
  /// A program with a child and a grandchild that all go on for a minute, and say their ids.
  private static let script = """
    sh -c 'sh -c "echo \\$\\$; exec sleep 60" & echo $$; exec sleep 60' & echo $$
    i=0; while [ $i -lt 2000 ]; do i=$((i+1)); : < /dev/null; done; echo ready; exec sleep 60
    """

  private func isThere(_ process: Int32) -> Bool {
    guard kill(process, 0) == 0,
      let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    else { return false }
    // One that nobody has reaped yet is gone all the same.
    return !(status.split(separator: ")").last?.hasPrefix(" Z") ?? true)
  }

  private func wait(until isDone: () -> Bool) -> Bool {
    for _ in 0..<1000 {
      if isDone() { return true }
      usleep(10_000)
    }
    return false
  }

  @Test(arguments: ["ebpf", "ptrace", "hosted"], [false, true])
  func `what it observed ends with it`(how: String, atOnce: Bool) throws {
    try Scratch.with { scratch in
      let trace = scratch.path("killed.epi")
      let output = scratch.url.appending(path: "output")
      let errors = scratch.url.appending(path: "errors")
      try Data().write(to: output)
      try Data().write(to: errors)
      let isHosted = how == "hosted"
      let process = Process()
      process.executableURL = URL(filePath: Subprogram.epimetheus)
      process.arguments =
        ["record", "-o", trace] + (isHosted ? [] : ["--on", "linux", "--by", how]) + ["--"]
        + (isHosted
          ? ["/bin/busybox", "sh", "-c", "while :; do :; done"] : ["/bin/sh", "-c", Self.script])
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: errors)
      try process.run()
      func said() -> [String] {
        let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
      }
      let hasBegun = wait {
        if !process.isRunning { return true }
        if !isHosted, !atOnce { return said().contains("ready") && said().count >= 4 }
        let size = try? FileManager.default.attributesOfItem(atPath: trace)[.size] as? Int
        return size ?? 0 > 0
      }
      #expect(hasBegun)
      let refusal = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
      if !process.isRunning {
        process.waitUntilExit()
        // What this machine does not permit is not tested, and the record says so.
        withKnownIssue("\(how) is not permitted: \(refusal)") { Issue.record("not recorded") }
        return
      }
      let recorder = process.processIdentifier
      let children = try? String(
        contentsOfFile: "/proc/\(recorder)/task/\(recorder)/children", encoding: .utf8)
      kill(recorder, SIGKILL)
      var ids = said().compactMap { Int32($0) }
      ids += (children ?? "").split(separator: " ").compactMap { Int32($0) }
      #expect(!ids.isEmpty || atOnce)
      // Not waitUntilExit, which waits for those that are left, too.
      let areGone = wait { ids.allSatisfy { !isThere($0) } }
      #expect(areGone, "\(ids.filter(isThere)) of \(ids)")
      let info = try Subprogram.epimetheus("info", trace)
      #expect(info.end == .exited(0), "\(info.errorText)")
      #expect(info.errorText.contains("is cut"))
    }
  }

  /// Makes a hundred calls and says so, and then none, or none that ends.
  private static func hundred(_ end: String) -> String {
    "i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo $i > /dev/null; done; echo ready; \(end)"
  }

  @Test(arguments: [
    ["--on", "linux", "--by", "ebpf"], ["--on", "linux", "--by", "ptrace"], ["--on", "hosted"],
    ["--on", "linux", "--by", "ptrace", "--print", "strace", "--redact", "NOTHING"],
  ])
  func `what it was told more than a second before is in the trace`(how: [String]) throws {
    try Scratch.with { scratch in
      let trace = scratch.path("killed.epi")
      let output = scratch.url.appending(path: "output")
      try Data().write(to: output)
      let isHosted = how.contains("hosted")
      let process = Process()
      process.executableURL = URL(filePath: Subprogram.epimetheus)
      process.arguments =
        ["record", "-o", trace] + how + ["--", "/bin/busybox", "sh", "-c"]
        + [Self.hundred(isHosted ? "while :; do :; done" : "exec sleep 60")]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = FileHandle.nullDevice
      try process.run()
      let isReady = wait {
        (try? Data(contentsOf: output))?.isEmpty == false || !process.isRunning
      }
      #expect(isReady)
      usleep(UInt32.random(in: 1_500_000...2_500_000))
      guard process.isRunning else {
        withKnownIssue("not permitted: \(how)") { Issue.record("not recorded") }
        return
      }
      kill(process.processIdentifier, SIGKILL)
      let dump = try Subprogram.epimetheus("dump", trace)
      #expect(dump.end == .exited(0), "\(dump.errorText)")
      #expect(dump.errorText.contains("is cut"))
      let writes = dump.text.split(separator: "\n").filter { $0.contains(" write(") }
      #expect(writes.count == 101, "of \(dump.text.count) bytes of text")
    }
  }
}
