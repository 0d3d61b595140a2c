// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// What is said of files and functions is what readelf and nm say of them.
@Suite(.serialized)
struct SymbolTests {
  private static let source = """
    #include <fcntl.h>
    #include <sys/syscall.h>
    __attribute__((noinline)) long ask_for_watch(void) {
      long result;
      __asm__ volatile("nop; syscall" : "=a"(result) : "a"(SYS_inotify_init)
                       : "rcx", "r11", "memory");
      return result;
    }
    int main(void) {
      open("/there/is/nothing", O_RDONLY);
      open("/there/is/nothing", O_RDONLY);
      return ask_for_watch() < 0;
    }
    """

  private func object(_ arguments: String...) throws -> [String: Any] {
    let command = try Subprogram.run([Subprogram.epimetheus] + arguments)
    try #require(command.end == .exited(0) || command.end == .exited(1), "\(command.errorText)")
    return try #require(
      try JSONSerialization.jsonObject(with: command.output) as? [String: Any])
  }

  private func site(_ trace: String) throws -> [String: Any] {
    let calls = try #require(
      try object("report", "--json", trace)["missingCalls"] as? [[String: Any]])
    let call = try #require(calls.first { $0["call"] as? String == "inotify_init" })
    return try #require(call["firstSite"] as? [String: Any])
  }

  private func buildID(_ path: String) throws -> String {
    let notes = try Subprogram.run(["/usr/bin/readelf", "-nW", path]).text
    let line = try #require(notes.split(separator: "\n").first { $0.contains("Build ID: ") })
    return String(line.split(separator: " ").last ?? "")
  }

  @Test(arguments: [["--on", "linux"], ["--on", "linux", "--by", "ptrace"], []])
  func `a missing call is told with its function, while the file is the one`(
    how: [String]
  ) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.source, as: "p", ["-Wl,--build-id"])
      let trace = scratch.path("t.epi")
      let record = try Subprogram.run(
        [Subprogram.epimetheus, "record", "-o", trace] + how + ["--", program])
      // Our kernel lacks the call, and the program says so.
      try #require(record.end == .exited(how.isEmpty ? 1 : 0), "\(record.errorText)")
      let id = try buildID(program)
      let place = try site(trace)
      #expect(place["function"] as? String == "ask_for_watch")
      let symbols = try Subprogram.run(["/usr/bin/objdump", "-d", program]).text
      let lines = symbols.split(separator: "\n")
      let start = try #require(lines.firstIndex { $0.hasSuffix("<ask_for_watch>:") })
      let call = try #require(lines[start...].first { $0.contains("\tsyscall") })
      let address = UInt64(
        call.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces), radix: 16)
      let base = UInt64(lines[start].prefix { $0 != " " }, radix: 16)
      #expect(
        place["functionOffset"] as? String == "0x" + String(address! - base!, radix: 16))
      #expect(place["buildID"] as? String == id)
      let text = try Subprogram.run([Subprogram.epimetheus, "report", trace]).text
      #expect(text.contains("at ask_for_watch+0x"))

      // The same path with another build, and then with nothing: no name, but what to look for.
      _ = try scratch.compile(
        Self.source.replacing("nop;", with: "nop; nop;"), as: "p", ["-Wl,--build-id"])
      #expect(try buildID(program) != id)
      for _ in 0..<2 {
        let unnamed = try site(trace)
        #expect(unnamed["function"] is NSNull)
        #expect(unnamed["buildID"] as? String == id)
        #expect(unnamed["fileOffset"] as? String == place["fileOffset"] as? String)
        try? FileManager.default.removeItem(atPath: program)
      }
    }
  }

  @Test(arguments: [["--on", "linux"], ["--on", "linux", "--by", "ptrace"], []])
  func `info tells what the run stood on`(how: [String]) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.source, as: "p", ["-Wl,--build-id"])
      let traces = [scratch.path("1.epi"), scratch.path("2.epi")]
      for trace in traces {
        _ = try Subprogram.run(
          [Subprogram.epimetheus, "record", "-o", trace] + how + ["--", program])
      }
      // Process ids differ between runs on Linux; what files there are does not.
      let told = try traces.map { trace in
        try Subprogram.epimetheus("dump", trace).text.split(separator: "\n").filter {
          $0.contains(" mapped-file ") || $0.hasPrefix("file ") || $0.hasPrefix("processor")
        }
      }
      #expect(told[0] == told[1], "the same run gives the same bytes")
      if how.isEmpty {
        #expect(
          try Data(contentsOf: URL(filePath: traces[0]))
            == Data(contentsOf: URL(filePath: traces[1])))
      }
      let info = try object("info", "--json", traces[0])
      let files = try #require(info["files"] as? [[String: Any]])
      let own = try #require(files.first { $0["path"] as? String == program })
      #expect(own["buildID"] as? String == (try buildID(program)))
      let library = try #require(
        files.first { ($0["path"] as? String)?.hasSuffix("/libc.so.6") ?? false })
      let path = try #require(library["path"] as? String)
      #expect(library["buildID"] as? String == (try buildID(path)))
      let sum = try Subprogram.run(["/usr/bin/sha256sum", path]).text
      #expect(library["sha256"] as? String == sum.split(separator: " ").first.map(String.init))
      let missing = try #require(info["missingFiles"] as? [[String: Any]])
      let nothing = try #require(missing.first { $0["path"] as? String == "/there/is/nothing" })
      #expect(nothing["count"] as? Int == 2)
      let features = try #require(info["processorFeatures"] as? [String])
      let cpuinfo = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let line = try #require(cpuinfo.split(separator: "\n").first { $0.hasPrefix("flags") })
      #expect(line.hasSuffix(": " + features.joined(separator: " ")))
      let text = try Subprogram.run([Subprogram.epimetheus, "info", traces[0]]).text
      #expect(text.contains("/there/is/nothing"))
      #expect(text.contains(" features\n"))
    }
  }
}
