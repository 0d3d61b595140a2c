// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// The law of the project: a replay of a recording is the recording, and twice recorded is once.
@Suite(.serialized)
struct RecordReplayTests {
  private static let programs: [[String]] = [
    ["/bin/busybox", "true"],
    ["/bin/busybox", "ls", "-l", "/usr"],
    ["/bin/busybox", "sha256sum", "/bin/busybox"],
    ["/bin/busybox", "awk", "BEGIN { for (i = 0; i < 100; i++) s += i; print s }"],
    ["/bin/busybox", "sh", "-c", "for i in 1 2 3 4 5; do echo $i; done"],
    ["/bin/ls", "/"],
  ]

  @Test(arguments: programs)
  func `a replay of a recording is the recording, byte for byte`(program: [String]) throws {
    try Scratch.with { scratch in
      let recording = try Subprogram.run(
        [Subprogram.epimetheus, "record", "-o", scratch.path("a.epi"), "--"] + program)
      #expect(recording.end == .exited(0), "\(recording.errorText)")
      let replay = try Subprogram.epimetheus(
        "replay", scratch.path("a.epi"), "-o", scratch.path("b.epi"))
      #expect(replay.end == .exited(0), "\(replay.errorText)")
      let a = try Data(contentsOf: URL(filePath: scratch.path("a.epi")))
      let b = try Data(contentsOf: URL(filePath: scratch.path("b.epi")))
      #expect(a.count > 100)
      #expect(a == b)
    }
  }

  @Test(arguments: programs)
  func `twice recorded is twice the same bytes`(program: [String]) throws {
    try Scratch.with { scratch in
      for name in ["a.epi", "b.epi"] {
        let recording = try Subprogram.run(
          [Subprogram.epimetheus, "record", "-o", scratch.path(name), "--"] + program)
        #expect(recording.end == .exited(0), "\(recording.errorText)")
      }
      let a = try Data(contentsOf: URL(filePath: scratch.path("a.epi")))
      let b = try Data(contentsOf: URL(filePath: scratch.path("b.epi")))
      #expect(a == b)
    }
  }

  @Test func `a trace replays where the program is not`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(
        """
        #include <stdio.h>
        #include <stdlib.h>
        int main(void) {
          char *memory = malloc(1 << 20);
          for (int i = 0; i < 1 << 20; i += 4096) memory[i] = 1;
          puts("gone soon");
          return 7;
        }
        """, as: "program", ["-static-pie"])
      let recording = try Subprogram.epimetheus(
        "record", "-o", scratch.path("a.epi"), "--", program)
      #expect(recording.end == .exited(7), "\(recording.errorText)")
      #expect(recording.text == "gone soon\n")
      try FileManager.default.removeItem(atPath: program)
      let replay = try Subprogram.epimetheus(
        "replay", scratch.path("a.epi"), "-o", scratch.path("b.epi"), in: URL(filePath: "/"))
      #expect(replay.end == .exited(0), "\(replay.errorText)")
      let same = try Subprogram.run(["/usr/bin/cmp", scratch.path("a.epi"), scratch.path("b.epi")])
      #expect(same.end == .exited(0))
    }
  }
}
