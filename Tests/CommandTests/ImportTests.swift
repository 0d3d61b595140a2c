// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// `import` as a user has it: from text to trace, back to the same text, and into a diff.
struct ImportCommandTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let samples = root.appending(path: "../shared/data/unikraft").standardized

  static var hasSamples: Bool {
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
