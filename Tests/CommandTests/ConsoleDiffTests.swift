// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// Runs on Unikraft, as its console tells of them, against runs of the same programs on Linux.
struct ConsoleDiffTests {
  /// Unikraft's dynamic lua against lua on Linux: what is named, by hand from the console.
  @Test(.enabled(if: ImportCommandTests.hasSamples, "the console samples are needed"))
  func `a diff with Linux names what Unikraft lacks`() throws {
    try Scratch.with { scratch in
      let console = ImportCommandTests.samples.appending(path: "console-dyn-lua.txt")
      let run = try Subprogram.epimetheus(
        "import", "unikraft", console.path(percentEncoded: false), "-o", scratch.path("u.epi"))
      try #require(run.end == .exited(0), "\(run.errorText)")
      let linux = ImportCommandTests.root.appending(path: "traces/recorded/linux-lua.epi")
      let diff = try Subprogram.epimetheus(
        "diff", "--json", linux.path(percentEncoded: false), scratch.path("u.epi"))
      #expect(diff.end == .exited(1))
      let object = try JSONSerialization.jsonObject(with: diff.output) as? [String: Any]
      let missing = try #require(object?["missingCalls"] as? [[String: Any]])
      #expect(
        Set(missing.compactMap { $0["call"] as? String }) == ["rseq", "set_robust_list"])
    }
  }

  private struct Diff: Decodable {
    struct Missing: Decodable {
      var call: String
      var weight: String
    }
    struct OneSided: Decodable {
      var call: String
      var side: String
    }
    struct Root: Decodable {
      var `class`: String
      var subject: String
      var request: String
      var isFinding: Bool
    }
    var missingCalls: [Missing]
    var oneSidedCalls: [OneSided]
    var divergences: [Root]

    func calls(_ side: String) -> Set<String> {
      Set(oneSidedCalls.filter { $0.side == side }.map(\.call))
    }
  }

  /// The diff of a program on this machine and of one of the samples.
  private func compare(
    _ program: [String], with sample: String, in scratch: Scratch
  ) throws -> Diff {
    let record = try Subprogram.run(
      [
        Subprogram.epimetheus, "record", "--on", "linux", "-o", scratch.path("l.epi"), "--",
      ] + program, environment: ["PATH": "/bin"])
    try #require(record.end == .exited(0), "\(record.errorText)")
    let console = ImportCommandTests.samples.appending(path: "console-\(sample).txt")
    let run = try Subprogram.epimetheus(
      "import", "unikraft", console.path(percentEncoded: false), "-o", scratch.path("u.epi"))
    try #require(run.end == .exited(0), "\(run.errorText)")
    let diff = try Subprogram.epimetheus(
      "diff", "--json", scratch.path("l.epi"), scratch.path("u.epi"))
    #expect(diff.end == .exited(1))
    return try JSONDecoder().decode(Diff.self, from: Data(diff.output))
  }

  /// The sample's C library is an older one: it does not ask for what today's asks for. Its kernel
  /// is not asked, so it lacks nothing; it has no /proc.
  @Test(.enabled(if: ImportCommandTests.hasSamples, "the console samples are needed"))
  func `a diff of hello names what only one C library asks, and the link that is not there`()
    throws
  {
    try Scratch.with { scratch in
      let hello = try scratch.compile(
        "#include <stdio.h>\nint main(void) { printf(\"Hello, World!\\n\"); return 0; }",
        as: "hello",
        ["-static-pie"])
      let diff = try compare([hello], with: "helloworld-c", in: scratch)
      #expect(diff.missingCalls.isEmpty)
      #expect(diff.calls("left").isSuperset(of: ["set_robust_list", "rseq", "set_tid_address"]))
      #expect(diff.calls("right") == ["uname", "ioctl"])
      let differences = diff.divergences.filter(\.isFinding)
      #expect(
        differences.map { "\($0.class) \($0.subject)" }
          // Its stdout is a terminal there and a pipe here.
          == ["path arch_prctl", "errno readlink", "outputBytes newfstatat"])
      #expect(differences[1].request.contains("/proc/self/exe"))
    }
  }

  /// The sample's image has no cache of libraries, and another C library.
  @Test(.enabled(if: ImportCommandTests.hasSamples, "the console samples are needed"))
  func `a diff of dynamic hello names the file that is not there and the other library`() throws {
    try Scratch.with { scratch in
      let hello = try scratch.compile(
        "#include <stdio.h>\nint main(void) { printf(\"Hello, World!\\n\"); return 0; }",
        as: "hello", [])
      let diff = try compare([hello], with: "dyn-hello-c", in: scratch)
      #expect(diff.missingCalls.isEmpty)
      #expect(diff.calls("left").isSuperset(of: ["set_robust_list", "rseq", "set_tid_address"]))
      #expect(diff.calls("right") == ["uname", "stat", "ioctl"])
      let differences = diff.divergences.filter(\.isFinding)
      #expect(
        differences.map { "\($0.class) \($0.subject)" }
          == ["path mmap", "errno openat", "outputBytes newfstatat"])
      #expect(differences[1].request.contains("/etc/ld.so.cache"))
      let files = [scratch.path("l.epi"), scratch.path("u.epi")]
      let run = try Subprogram.run(
        [Subprogram.epimetheus, "diff", "--calls", "memory,openat", "--json"] + files)
      let object = try JSONSerialization.jsonObject(with: run.output) as? [String: Any]
      let listed = try #require(object?["listedCalls"] as? [[String: Any]])
      // Each side has as many as it makes, however they are paired.
      for (side, file) in zip(["left", "right"], files) {
        let dump = try Subprogram.epimetheus("dump", file)
        let made = dump.text.split(separator: "\n").filter { line in
          ["brk", "mmap", "mprotect", "munmap", "openat"].contains { line.contains(" \($0)(") }
        }
        #expect(listed.count { $0[side] as? String != nil } == made.count, "\(side)")
      }
      let cache = listed.first { ($0["request"] as? String)?.contains("ld.so.cache") == true }
      #expect(cache?["left"] as? String == "3" && cache?["right"] as? String == "-1 ENOENT")
      #expect(cache?["isSame"] as? Bool == false)
      #expect(listed.contains { $0["isSame"] as? Bool == true })
      let text = try Subprogram.run(
        [Subprogram.epimetheus, "diff", "--calls", "memory,openat"] + files)
      #expect(text.text.split(separator: "\n").contains { $0.contains("  not made  ") })
      for calls in ["", "memry"] {
        let wrong = try Subprogram.run([Subprogram.epimetheus, "diff", "--calls", calls] + files)
        #expect(wrong.end == .exited(2))
      }
    }
  }

  @Test(
    .enabled(
      if: ImportCommandTests.hasSamples
        && FileManager.default.fileExists(atPath: "/usr/bin/sqlite3"),
      "the console samples and sqlite3 are needed"))
  func `a diff of sqlite3 names the call that is missing`() throws {
    try Scratch.with { scratch in
      let database = scratch.path("chinook.db")
      let query = "select count(*) from Artist;"
      let make = try Subprogram.run(["/usr/bin/sqlite3", database, "create table Artist(a)"])
      try #require(make.end == .exited(0))
      let diff = try compare(
        ["/usr/bin/sqlite3", database, query], with: "sqlite3", in: scratch)
      #expect(diff.missingCalls.map(\.call) == ["set_robust_list"])
      #expect(diff.missingCalls.first?.weight == "stubMayDo")
      #expect(diff.calls("left").isSuperset(of: ["rseq", "getrandom", "pread64"]))
      #expect(diff.calls("right") == ["uname", "rt_sigprocmask", "readlink"])
      // By whatever path and whatever name of the call, the database is the same question.
      let requests = diff.divergences.filter { ["request", "path"].contains($0.class) }
      #expect(!requests.contains { $0.request.contains("chinook.db") })
    }
  }
}
