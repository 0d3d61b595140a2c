// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import TestSupport
import Testing
import Trace
import TraceFile

/// Where calls are made is told alike by all who record, and is where the program has `syscall`.
@Suite(.serialized)
struct CallSiteTests {
  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    int main(void) {
      for (int i = 0; i < 3000; i++) syscall(SYS_getppid);
      syscall(SYS_gettid);
      fcntl(0, F_GETFD);
      fcntl(0, F_GETFD);
      fcntl(0, F_GETFL);
      return 0;
    }
    """

  /// The site of each call that has one, in order.
  private func sites(_ path: String) throws -> [(name: String, address: UInt64)] {
    let reader = try TraceReader(path: path)
    #expect(reader.header.seen.contains(.callSites))
    var sites: [(name: String, address: UInt64)] = []
    var waiting: [UInt32: UInt64] = [:]
    while let event = try reader.next() {
      if event.kind == .callSite {
        #expect(waiting[event.task] == nil)
        waiting[event.task] = event.operands[0]
      } else if event.kind == .systemCall, let site = waiting.removeValue(forKey: event.task) {
        let call = SystemCallNumber(rawValue: event.code)
        var name = SystemCallTable.name(of: call).map { "\($0)" } ?? "?"
        if let what = SystemCallTable.subcommandName(of: call, operands: event.operands) {
          name += " \(what)"
        }
        sites.append((name, site))
      }
    }
    #expect(waiting.isEmpty)
    return sites
  }

  /// One instruction makes two kinds of calls; `--rewrite` makes it a jump before the second.
  private static let twice = ["getppid", "gettid"]

  /// The addresses of `syscall` instructions of a static program, by objdump.
  private func instructions(_ program: String) throws -> Set<UInt64> {
    let listing = try Subprogram.run(["/usr/bin/objdump", "-d", program])
    let lines = listing.text.split(separator: "\n").filter { $0.contains("\tsyscall") }
    return Set(
      lines.compactMap { line in
        UInt64(line.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces), radix: 16)
      })
  }

  @Test func `each way to record tells the same sites, once for each kind of call`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.source, as: "p", ["-O1", "-static", "-no-pie"])
      let known = try instructions(program)
      try #require(known.count > 5)
      var ways = [
        ["--by", "ptrace", "--on", "linux"], [], ["--rewrite"],
      ]
      let doctor = try Subprogram.epimetheus("doctor", "--json")
      if doctor.text.contains("ebpf") { ways.append(["--by", "ebpf", "--on", "linux"]) }
      var own: [[String]] = []
      for (index, way) in ways.enumerated() {
        let trace = scratch.path("\(index).epi")
        let record = try Subprogram.run(
          [Subprogram.epimetheus, "record", "-o", trace] + way + ["--", program])
        if way.contains("ebpf"), record.end == .exited(75) || record.end == .exited(2) { continue }
        try #require(record.end == .exited(0), "\(way): \(record.errorText)")
        let sites = try sites(trace)
        #expect(Set(sites.map(\.name)).count == sites.count, "\(way)")
        for site in sites {
          #expect(known.contains(site.address), "\(way): \(site.name) at \(site.address)")
        }
        let mine = sites.filter {
          Self.twice.contains($0.name) || $0.name.hasPrefix("fcntl F_GET")
        }
        own.append(mine.map { "\($0.name) \(String($0.address, radix: 16))" })
        let again = scratch.path("\(index)-replayed.epi")
        try #require(
          try Subprogram.epimetheus("replay", trace, "-o", again).end == .exited(0))
        let replayed = try self.sites(again)
        #expect(replayed.map(\.name) == sites.map(\.name), "\(way)")
        #expect(replayed.map(\.address) == sites.map(\.address), "\(way)")
      }
      #expect(own.allSatisfy { $0 == own[0] })
      #expect(own[0].count == 4)
    }
  }

  @Test func `the report says where a missing call was made first`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(
        Self.source.replacing("SYS_gettid", with: "SYS_inotify_init"), as: "p", ["-O1", "-static"])
      let trace = scratch.path("l.epi")
      let record = try Subprogram.epimetheus("record", "--on", "linux", "-o", trace, "--", program)
      try #require(record.end == .exited(0), "\(record.errorText)")
      let site = try #require(try sites(trace).first { $0.name == "inotify_init" })
      let report = try Subprogram.epimetheus("report", "--json", trace)
      let object = try #require(
        try JSONSerialization.jsonObject(with: report.output) as? [String: Any])
      let calls = try #require(object["missingCalls"] as? [[String: Any]])
      let call = try #require(calls.first { $0["call"] as? String == "inotify_init" })
      let first = try #require(call["firstSite"] as? [String: Any])
      #expect(first["instruction"] as? String == "0x" + String(site.address, radix: 16))
      #expect(first["file"] as? String == program)
      let lines = try Subprogram.epimetheus("report", trace).text
      #expect(lines.contains("0x" + String(site.address, radix: 16)))
    }
  }
}
