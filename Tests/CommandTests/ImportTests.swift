// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// `import` as a user has it: from text to trace, back to the same text, and into a diff.
struct ImportCommandTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let samples = root.appending(path: "../shared/data/unikraft").standardized

  private static var hasSamples: Bool {
    FileManager.default.fileExists(atPath: samples.path(percentEncoded: false))
  }

  private static var hasStrace: Bool {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")
  }

  private func dump(_ trace: String, _ options: [String], in scratch: Scratch) throws -> String {
    let run = try Subprogram.run([Subprogram.epimetheus, "dump"] + options + [trace])
    try #require(run.end == .exited(0), "\(run.errorText)")
    return run.text
  }

  private static let recorded = [
    "busybox-ls", "busybox-awk", "dynamic-ls", "dynamic-lua", "linux-ls", "linux-sh-pipe",
    "linux-lua", "linux-python", "killed",
  ]

  private static let styles = [
    ["--strace"], ["--unikraft", "0.12"], ["--unikraft", "0.12", "--as-released"],
    ["--unikraft", "0.17"], ["--unikraft", "0.17", "--as-released"],
  ]

  /// Text that our own printers wrote is imported and printed again: the same text.
  @Test(arguments: recorded, styles)
  func `dump, import, dump gives the same text`(name: String, style: [String]) throws {
    try Scratch.with { scratch in
      let trace = Self.root.appending(path: "traces/recorded/\(name).epi")
      let text = try dump(trace.path(percentEncoded: false), style, in: scratch)
      let file = scratch.path("text")
      try Data(text.utf8).write(to: URL(filePath: file))
      let format = style[0] == "--strace" ? "strace" : "unikraft"
      let imported = try Subprogram.epimetheus(
        "import", format, file, "-o", scratch.path("b.epi"))
      try #require(imported.end == .exited(0), "\(imported.errorText)")
      let again = try dump(scratch.path("b.epi"), style, in: scratch)
      let before = text.split(separator: "\n")
      let after = again.split(separator: "\n")
      #expect(before.count == after.count)
      for (old, new) in zip(before, after) where old != new {
        Issue.record("was \(old)\nis  \(new)")
        break
      }
    }
  }

  @Test func `colours do not change what is imported`() throws {
    try Scratch.with { scratch in
      let trace = Self.root.appending(path: "traces/recorded/dynamic-ls.epi")
        .path(percentEncoded: false)
      for (name, options) in [("plain", []), ("colored", ["--color"])] as [(String, [String])] {
        let text = try dump(trace, ["--unikraft", "0.12"] + options, in: scratch)
        let run = try Subprogram.epimetheus(
          "import", "unikraft", "-", "-o", scratch.path(name), input: Data(text.utf8))
        try #require(run.end == .exited(0), "\(run.errorText)")
      }
      let plain = try Data(contentsOf: URL(filePath: scratch.path("plain")))
      #expect(try Data(contentsOf: URL(filePath: scratch.path("colored"))) == plain)
    }
  }

  /// strace itself, with the options that change its lines.
  @Test(
    .enabled(if: hasStrace, "strace is needed"),
    arguments: [
      [], ["-f"], ["-f", "-Y"], ["-f", "-tt", "-T"], ["-ttt"], ["-r"], ["-i"], ["-n"], ["-k"],
      ["-y"], ["-yy"],
      ["-x"], ["-xx"], ["-X", "raw"], ["-X", "verbose"], ["-v", "-s", "200"],
    ])
  func `every line of strace is imported`(options: [String]) throws {
    try Scratch.with { scratch in
      let log = scratch.path("log")
      let strace = try Subprogram.run(
        ["/usr/bin/strace", "-o", log] + options
          + ["/bin/sh", "-c", "/bin/true; ls /; exec /bin/true"],
        environment: ["PATH": "/usr/bin:/bin"], in: scratch.url)
      try #require(strace.end == .exited(0), "\(strace.errorText)")
      let run = try Subprogram.epimetheus(
        "import", "--json", "strace", log, "-o", scratch.path("a.epi"))
      #expect(run.end == .exited(0), "\(run.text)")
      let object = try JSONSerialization.jsonObject(with: run.output) as? [String: Any]
      let lines = try #require(object?["lines"] as? [String: Int])
      #expect(lines["refused"] == 0)
      let text = try String(contentsOfFile: log, encoding: .utf8)
      let all = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines["all"] == all.count)
      #expect(lines["stack"] == all.count { $0.hasPrefix(" > ") })
      // Without columns, strace's text comes back, but for two parts of a call on two lines.
      if options.isEmpty {
        #expect(try dump(scratch.path("a.epi"), ["--strace"], in: scratch) == text)
      }
    }
  }

  /// A run on Linux told by strace against the same run of the same program told by our observer.
  @Test(.enabled(if: hasStrace, "strace is needed"))
  func `what strace tells of a run differs in nothing from what the observer tells`() throws {
    try Scratch.with { scratch in
      let log = scratch.path("log")
      let program = ["/bin/busybox", "ls", "/usr/share/common-licenses"]
      let environment = ["PATH": "/usr/bin:/bin"]
      _ = try Subprogram.run(
        ["/usr/bin/strace", "-s", "4096", "-o", log] + program, environment: environment)
      _ = try Subprogram.run(
        [Subprogram.epimetheus, "record", "--on", "linux", "-o", scratch.path("l.epi"), "--"]
          + program, environment: environment)
      _ = try Subprogram.epimetheus("import", "strace", log, "-o", scratch.path("s.epi"))
      let diff = try Subprogram.epimetheus("diff", scratch.path("l.epi"), scratch.path("s.epi"))
      #expect(diff.end == .exited(0), "\(diff.text)")
      #expect(diff.text.contains("arguments that a source does not tell"))
      let back = try Subprogram.epimetheus("diff", scratch.path("s.epi"), scratch.path("l.epi"))
      #expect(back.end == .exited(0), "\(back.text)")
    }
  }

  /// Unikraft's dynamic lua against lua on Linux: what is named, by hand from the console.
  @Test(.enabled(if: hasSamples, "the console samples are needed"))
  func `a diff with Linux names what Unikraft lacks`() throws {
    try Scratch.with { scratch in
      let console = Self.samples.appending(path: "console-dyn-lua.txt")
      let run = try Subprogram.epimetheus(
        "import", "unikraft", console.path(percentEncoded: false), "-o", scratch.path("u.epi"))
      try #require(run.end == .exited(0), "\(run.errorText)")
      let linux = Self.root.appending(path: "traces/recorded/linux-lua.epi")
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
    let console = Self.samples.appending(path: "console-\(sample).txt")
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
  @Test(.enabled(if: hasSamples, "the console samples are needed"))
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

  @Test(
    .enabled(
      if: hasSamples && FileManager.default.fileExists(atPath: "/usr/bin/sqlite3"),
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

  @Test func `what cannot be imported says what to type`() throws {
    try Scratch.with { scratch in
      let file = scratch.path("text")
      try Data("hello\nworld\n".utf8).write(to: URL(filePath: file))
      let output = scratch.path("a.epi")
      let nothing = try Subprogram.epimetheus("import", "strace", file, "-o", output)
      #expect(nothing.end == .exited(42))
      #expect(nothing.errorText.contains("none of its 2 lines is one of strace"))
      #expect(!FileManager.default.fileExists(atPath: output))
      let list = try Subprogram.epimetheus("import", "loupedb", file, "-o", output)
      #expect(list.end == .exited(2))
      #expect(list.errorText.contains("epimetheus plan --on"))
      #expect(try Subprogram.epimetheus("import", "dtrace", file, "-o", output).end == .exited(2))
      let gone = try Subprogram.epimetheus("import", "perf", file + "x", "-o", output)
      #expect(gone.end == .exited(42))
      let input = Data("getpid() = 1\nnonsense(1) = 2\n".utf8)
      let partial = try Subprogram.epimetheus("import", "strace", "-", "-o", output, input: input)
      #expect(partial.end == .exited(1))
      #expect(partial.errorText.contains("line 2: no system call of this name: nonsense(1) = 2"))
      let replay = try Subprogram.epimetheus("replay", output, "-o", scratch.path("b.epi"))
      #expect(replay.end == .exited(42))
      #expect(replay.errorText.contains("cannot be replayed"))
      #expect(!FileManager.default.fileExists(atPath: scratch.path("b.epi")))
    }
  }
}
