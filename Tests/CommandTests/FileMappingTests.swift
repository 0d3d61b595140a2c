// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// Programs that map files say the same on our kernel as on Linux, and replay byte for byte.
@Suite(.serialized)
struct FileMappingTests {
  /// Records a program, replays the recording, and gives what the program wrote.
  private func recorded(
    _ arguments: [String], options: [String] = [], _ scratch: Scratch,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Subprogram {
    let recording = try Subprogram.run(
      [Subprogram.epimetheus, "record", "-o", scratch.path("a.epi")] + options + ["--"] + arguments)
    let replay = try Subprogram.epimetheus(
      "replay", scratch.path("a.epi"), "-o", scratch.path("b.epi"))
    #expect(replay.end == .exited(0), "\(replay.errorText)", sourceLocation: sourceLocation)
    let a = try Data(contentsOf: URL(filePath: scratch.path("a.epi")))
    let b = try Data(contentsOf: URL(filePath: scratch.path("b.epi")))
    #expect(
      a == b, "a replay of the recording is not the recording", sourceLocation: sourceLocation)
    return recording
  }

  private func compile(
    _ name: String, _ link: [String], _ scratch: Scratch
  ) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let source = folder.appending(path: "traces/programs/\(name).c")
    return try scratch.compile(
      String(contentsOf: source, encoding: .utf8), as: name, link)
  }

  /// Runs a program on our kernel and on Linux and compares what it says, line by line.
  private func compare(
    _ arguments: [String], options: [String], _ scratch: Scratch,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let ours = try recorded(arguments, options: options, scratch)
    let native = try Subprogram.run(arguments)
    #expect(native.end == .exited(0), sourceLocation: sourceLocation)
    #expect(ours.end == native.end, "\(ours.errorText)", sourceLocation: sourceLocation)
    let pairs = zip(ours.text.split(separator: "\n"), native.text.split(separator: "\n"))
    let first = pairs.first { $0 != $1 }
    #expect(
      ours.text == native.text, "first difference: \(String(describing: first))",
      sourceLocation: sourceLocation)
  }

  @Test(arguments: [["-static"], ["-static-pie"], []], [[], ["--fault-around", "16"]])
  func `a program that maps files says what it says on Linux`(
    link: [String], options: [String]
  ) throws {
    try Scratch.with { scratch in
      let program = try compile("file-mappings", link, scratch)
      try compare([program, scratch.path("new"), program], options: options, scratch)
      #expect(!FileManager.default.fileExists(atPath: scratch.path("new")))
    }
  }

  @Test(arguments: [1, 2, 3])
  func `random operations on mappings end as they end on Linux`(seed: Int) throws {
    try Scratch.with { scratch in
      let program = try compile("random-mappings", ["-static"], scratch)
      try compare(
        [program, scratch.path("new"), "\(seed)", "120"],
        options: seed % 2 == 0 ? ["--fault-around", "16"] : [], scratch)
    }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3")))
  func `SQLite keeps a write-ahead log with its shared index`() throws {
    try Scratch.with { scratch in
      let statements = """
        PRAGMA journal_mode=WAL; PRAGMA mmap_size=1000000;
        CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<500)
          INSERT INTO t SELECT i, hex(i*i*7) FROM n;
        UPDATE t SET b = b || 'x' WHERE a % 7 = 0;
        SELECT count(*), sum(length(b)) FROM t; PRAGMA wal_checkpoint(TRUNCATE);
        PRAGMA integrity_check; SELECT max(b) FROM t;
        """
      let arguments = ["/usr/bin/sqlite3", scratch.path("a.db"), statements]
      let ours = try recorded(arguments, scratch)
      let native = try Subprogram.run(arguments)
      #expect(ours.end == .exited(0), "\(ours.errorText)")
      #expect(ours.text == native.text)
    }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/git")))
  func `git reads a pack`() throws {
    try Scratch.with { scratch in
      let folder = scratch.path("repository")
      let environment = [
        "HOME": scratch.path(""), "GIT_CONFIG_NOSYSTEM": "1", "PATH": "/usr/bin:/bin",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
      ]
      func git(_ arguments: String...) throws {
        let run = try Subprogram.run(
          ["/usr/bin/git", "-C", folder] + arguments, environment: environment)
        try #require(run.end == .exited(0), "\(run.errorText)")
      }
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false)
      try git("init", "-q")
      let text = (0..<5000).map { "line \($0 * $0)" }.joined(separator: "\n")
      try text.write(toFile: folder + "/file", atomically: true, encoding: .utf8)
      try git("add", "file")
      try git("commit", "-q", "-m", "one")
      try git("repack", "-a", "-d", "-q")
      let arguments = [
        "/usr/bin/git", "-c", "safe.directory=*", "--git-dir", folder + "/.git", "cat-file", "-p",
        "HEAD:file",
      ]
      let ours = try recorded(arguments, scratch)
      #expect(ours.end == .exited(0), "\(ours.errorText)")
      #expect(ours.text == text)
    }
  }
}
