// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// `epimetheus report --support`.
struct SupportCommandTests {
  private static var trace: String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../traces/recorded/linux-ls.epi"
    ).standardizedFileURL.path(percentEncoded: false)
  }

  @Test func `a trace is held against every kind of support set`() throws {
    try Scratch.with { scratch in
      let list = scratch.path("own.syscalls")
      try "read\nwrite\nmmap 6 lib partial\n".write(toFile: list, atomically: true, encoding: .utf8)
      let folder = scratch.path("rules")
      try FileManager.default.createDirectory(
        atPath: folder + "/below", withIntermediateDirectories: true)
      try "flags = O_RDONLY;\nopenat(d, p, flags = <flags>);\n".write(
        toFile: folder + "/a.scml", atomically: true, encoding: .utf8)
      try "read(fd, ..);".write(
        toFile: folder + "/below/b.scml", atomically: true, encoding: .utf8)
      let table = scratch.path("gvisor.json")
      try #"{"linux":{"amd64":{"syscalls":{"0":{"name":"read","support":"Full Support"}}}}}"#
        .write(toFile: table, atomically: true, encoding: .utf8)
      let sets = ["our-kernel", "unikraft-0.17.0", list, folder, folder + "/a.scml", table]
      for set in sets {
        let run = try Subprogram.epimetheus("report", "--support", set, Self.trace, Self.trace)
        #expect(run.end == .exited(0), "\(set): \(run.errorText)")
        #expect(run.text.contains("kernel    \(set)"), "\(run.text.prefix(200))")
        let json = try Subprogram.epimetheus(
          "report", "--support", set, "--json", Self.trace, "--fail-on", "missing")
        #expect(json.end == .exited(1), "\(set)")
        let object = try JSONSerialization.jsonObject(with: json.output) as? [String: Any]
        #expect(object?["schema"] as? String == "epimetheus-support")
        #expect((object?["calls"] as? [Any])?.count == 28)
      }
    }
  }

  @Test func `what our kernel's dispatcher only answers or refuses is no support`() throws {
    let run = try Subprogram.epimetheus("export", "scml", "--support", "our-kernel")
    let lines = run.text.split(separator: "\n")
    for call in ["connect", "getpeername", "getsockname"] {
      #expect(lines.contains { $0 == "// stub: \(call)" }, "\(call)")
    }
    let open = try #require(lines.first { $0.hasPrefix("openat(") })
    #expect(open.contains("O_CLOEXEC") && !open.contains("O_TMPFILE"))
    let files = try Subprogram.epimetheus("report", "--support", "our-kernel", Self.trace)
    #expect(files.text.contains("\n  missing  /proc/filesystems"), "\(files.text.suffix(400))")
    let rename = try #require(lines.first { $0.hasPrefix("renameat2(") })
    #expect(rename.contains("RENAME_NOREPLACE") && !rename.contains("RENAME_EXCHANGE"))
  }

  @Test func `a set that cannot be read says what to do`() throws {
    try Scratch.with { scratch in
      let bad = scratch.path("bad.scml")
      try "read(fd);\nwrite(".write(toFile: bad, atomically: true, encoding: .utf8)
      let cases: [(set: String, code: Int32, text: String)] = [
        ("no-such-set", 2, "plan --list"), (bad, 42, "bad.scml:2"),
      ]
      for (set, code, text) in cases {
        let run = try Subprogram.epimetheus("report", "--support", set, Self.trace)
        #expect(run.end == .exited(code), "\(run.errorText)")
        #expect(run.errorText.contains(text), "\(run.errorText)")
      }
      let empty = scratch.path("empty")
      try FileManager.default.createDirectory(
        atPath: empty, withIntermediateDirectories: true)
      let run = try Subprogram.epimetheus("report", "--support", empty, Self.trace)
      #expect(run.end == .exited(42))
      #expect(run.errorText.contains(".scml"))
    }
  }

  @Test(arguments: [
    ["report", "--fail-on", "missing", "a.epi"], ["report", "a", "b", "c"], ["report"],
    ["report", "--support", "our-kernel", "--fail-on", "some", "a.epi"],
  ])
  func `options that do not belong together exit with 2`(arguments: [String]) throws {
    let run = try Subprogram.run([Subprogram.epimetheus] + arguments)
    #expect(run.end == .exited(2), "\(run.end) \(run.errorText)")
  }

  @Test func `a plan is made of traces, of probes and of databases, and says which are predicted`()
    throws
  {
    try Scratch.with { scratch in
      let probe = scratch.path("sleep.json")
      let run = try Subprogram.epimetheus("probe", "-o", probe, "--", "/bin/busybox", "sleep", "0")
      try #require(run.end == .exited(0), "\(run.errorText)")
      let database = scratch.url.appending(path: "db")
      let folder = database.appending(path: "app/suite/run/data")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("0,Y,N,N,N\n1,Y,Y,N,N\n".utf8).write(to: folder.appending(path: "dyn.csv"))
      let sources = [FormatCommandTests.traces[1], probe, database.path(percentEncoded: false)]
      let names = ["app", "linux-lua", "sleep"]
      func plan(_ set: String, _ sources: [String]) throws -> [String: Any] {
        let run = try Subprogram.run(
          [Subprogram.epimetheus, "plan", "--json", "--on", set] + sources)
        try #require(run.end == .exited(0), "\(run.errorText)")
        return try #require(
          JSONSerialization.jsonObject(with: run.output) as? [String: Any])
      }
      for set in ["kerla", "our-kernel"] {
        let found = try plan(set, sources)
        let steps = try #require(found["steps"] as? [[String: Any]])
        let unlocked = steps.flatMap { $0["unlocked"] as? [String] ?? [] }
        #expect((unlocked + (found["running"] as? [String] ?? [])).sorted() == names)
        #expect(found["predicted"] as? [String] == ["linux-lua"])
        let again = try plan(set, sources.reversed())
        #expect(again as NSDictionary == found as NSDictionary)
      }
      // What our kernel answers is measured with the program of the trace: it lacks rseq alone.
      let steps = try plan("our-kernel", [sources[0]])["steps"] as? [[String: Any]]
      let work = (steps ?? []).flatMap { $0["work"] as? [[String: Any]] ?? [] }
      #expect(work.map { $0["call"] as? String } == ["rseq"])
      // What is cut is told, and not counted.
      let cut = scratch.url.appending(path: "cut.epi")
      let whole = try Data(contentsOf: URL(filePath: sources[0]))
      try whole.dropLast(60).write(to: cut)
      let doubts = try plan("our-kernel", [cut.path(percentEncoded: false)])["doubtful"]
      #expect(doubts as? [[String: String]] == [["name": "cut", "doubt": "lostEvents"]])
      try Data("{\"format\":\"other\"}".utf8).write(to: URL(filePath: probe))
      #expect(try Subprogram.epimetheus("plan", probe).end == .exited(42))
    }
  }
}
