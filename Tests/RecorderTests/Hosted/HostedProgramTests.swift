// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing
import Trace
import TraceFile

private let busybox = "/bin/busybox"
private let musl = "/usr/bin/musl-gcc"

private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

/// Programs on our kernel do as on Linux.
@Suite struct HostedProgramTests {
  /// Applets, by their arguments; all read `/etc/passwd` as stdin.
  static let applets: [[String]] = [
    ["true"], ["false"], ["echo", "a", "b"], ["ls", "-l", "/usr"], ["sha256sum", busybox],
    ["awk", "BEGIN { for (i = 0; i < 9999; i++) s += i * 1.5; print s }"],
    ["awk", "-F:", "{ print $1, $3 }"], ["sort", "-r"], ["cat"], ["wc"], ["grep", "root"],
    ["grep", "no such line"], ["dd", "bs=100", "count=3"], ["printf", "%s-%d\\n", "x", "7"],
    ["expr", "6", "*", "7"], ["dc", "-e", "2 100 ^ p"], ["sed", "s/o/0/g"], ["tr", "a-z", "A-Z"],
    ["head", "-c", "5000", busybox], ["md5sum", busybox], ["gzip", "-c"], ["seq", "1", "2000"],
    ["stat", "/etc/passwd"], ["cat", "/no/such/file"],
    ["sh", "-c", "i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo $i; done; exit 9"],
  ]

  /// The same stdout, stderr and exit status as without us, and a whole trace that agrees.
  private func expectAsNative(_ program: [String], in scratch: Scratch) throws {
    let input = try Data(contentsOf: URL(filePath: "/etc/passwd"))
    let native = try Subprogram.run(
      program, input: input, environment: HostedRun.environment, in: scratch.url)
    let hosted = try HostedRun.record(program, input: input, in: scratch)
    #expect(hosted.command.output == native.output)
    #expect(hosted.command.end == native.end)
    #expect(hosted.end == .exited)
    if case .exited(let status) = native.end { #expect(hosted.status == Int64(status)) }
    #expect(hosted.command.errorText.hasPrefix(native.errorText))
  }

  @Test(.enabled(if: exists(busybox), "busybox-static is not installed"), arguments: applets)
  func `an applet does as on Linux`(arguments: [String]) throws {
    try Scratch.with { try expectAsNative([busybox] + arguments, in: $0) }
  }

  @Test func `a static-PIE program does as on Linux`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(
        Guests.arithmetic, as: "arithmetic", ["-static-pie", "-lm"])
      try expectAsNative([program, "one", "two"], in: scratch)
    }
  }

  @Test func `a static program at a fixed address does as on Linux`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(
        Guests.arithmetic, as: "arithmetic", ["-static", "-no-pie", "-lm"])
      try expectAsNative([program, "one", "two"], in: scratch)
    }
  }

  @Test(.enabled(if: exists(musl), "musl-tools is not installed"))
  func `a static musl program does as on Linux`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(
        Guests.arithmetic, as: "arithmetic", compiler: musl, ["-static"])
      try expectAsNative([program, "one", "two"], in: scratch)
    }
  }

  @Test func `a dynamic program of several libraries does as on Linux`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(
        Guests.arithmetic, as: "arithmetic", ["-Wl,--no-as-needed", "-lm", "-lresolv", "-lanl"])
      try expectAsNative([program, "one", "two"], in: scratch)
    }
  }

  @Test func `the header names the program and its interpreter with their digests`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Guests.arithmetic, as: "arithmetic", ["-lm"])
      let run = try HostedRun.record([program], in: scratch)
      let paths = run.header.files.map { String(decoding: $0.path, as: UTF8.self) }
      #expect(paths == [program, "/lib64/ld-linux-x86-64.so.2"])
      for (path, file) in zip(paths, run.header.files) {
        let native = try Subprogram.run(["/usr/bin/sha256sum", path])
        let digest = file.digest.map { byte in
          String(UInt16(byte) + 256, radix: 16).dropFirst()
        }
        #expect(native.text.hasPrefix(digest.joined()))
      }
    }
  }

  @Test func `vector registers are kept across calls and faults`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Guests.vectors, as: "vectors", ["-mavx2", "-static-pie"])
      let run = try HostedRun.record([program], in: scratch)
      #expect(run.command.end == .exited(0))
    }
  }

  @Test func `recorded twice, the same bytes`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Guests.arithmetic, as: "arithmetic", ["-lm"])
      let traces = try (0..<2).map { index in
        let trace = scratch.path("\(index).epi")
        _ = try Subprogram.run(
          [Subprogram.epimetheus, "record", "--clock", "2000000000", "-o", trace, "--", program],
          environment: HostedRun.environment, in: scratch.url)
        return try Data(contentsOf: URL(filePath: trace))
      }
      #expect(traces[0] == traces[1])
      #expect(traces[0].count > 500)
    }
  }

  @Test func `the seed decides the random bytes`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Guests.random, as: "random", ["-static-pie"])
      let runs = try ["1", "1", "2"].map { seed in
        try HostedRun.record([program], options: ["--seed", seed], in: scratch).command.text
      }
      #expect(runs[0] == runs[1])
      #expect(runs[0] != runs[2])
    }
  }

  @Test func `the root is all that a program sees`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Guests.reader, as: "reader", ["-static-pie"])
      try "below".write(toFile: scratch.path("file"), atomically: true, encoding: .utf8)
      let run = try HostedRun.record(
        ["/reader", "/../../file", "/etc/passwd"], options: ["--root", scratch.path("")],
        in: scratch)
      #expect(run.command.text == "below")
      #expect(run.command.end == .exited(1))
      _ = program
    }
  }
}
