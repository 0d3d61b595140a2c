// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Recorder
import TestSupport
import Testing

/// What a program on Linux inherits from the one that starts it is in its trace and in a replay.
@Suite(.serialized)
struct InheritedDescriptorTests {
  private static let source = """
    #include <fcntl.h>
    #include <unistd.h>
    int main(void) {
      if (fcntl(8, F_DUPFD, 8) != 10) return 1;
      if (fcntl(9, F_GETFL) != (O_WRONLY | O_APPEND | 0100000)) return 2;
      if (fcntl(5, F_GETFD) != -1) return 3;
      return close(7) ? 4 : 0;
    }
    """

  private static let mechanisms =
    ObserveSession.refusalOfProbe == nil ? ["ebpf", "ptrace"] : ["ptrace"]

  @Test(arguments: mechanisms)
  func `inherited descriptors are recorded and replayed`(mechanism: String) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.source, as: "inherits", ["-static"])
      let (trace, replayed) = (scratch.path("a.epi"), scratch.path("b.epi"))
      let log = scratch.path("hunter2-log")
      let run = try Subprogram.run([
        "/bin/sh", "-c",
        "exec 7</dev/null; exec 8</dev/zero; printf abc >$3; exec 9>>$3; printf de >&9; "
          + "exec 3<&- 4<&- 5<&- 6<&-; "
          + "exec $0 record --on linux --by $1 --env NAME=hunter2 --redact NAME -o $2 -- $4",
        Subprogram.epimetheus, mechanism, trace, log, program,
      ])
      #expect(run.end == .exited(0), "\(run.errorText)")
      let dump = try Subprogram.epimetheus("dump", trace)
      let lines = dump.text.split(separator: "\n").filter { $0.hasPrefix("descriptor ") }
      // The shell that ran the tests may have given more.
      #expect(lines.contains("descriptor 7 0x8000 0 character 7 \"/dev/null\""))
      #expect(lines.contains("descriptor 8 0x8000 0 character 8 \"/dev/zero\""))
      let path = log.replacingOccurrences(of: "hunter2", with: "xxxxxxx")
      #expect(lines.contains("descriptor 9 0x8401 5 regular 9 \"\(path)\""), "\(lines)")
      #expect(try Subprogram.epimetheus("replay", trace, "-o", replayed).end == .exited(0))
      let calls = try [trace, replayed].map { file in
        try Subprogram.epimetheus("dump", file).text.split(separator: "\n").filter {
          $0.contains("fcntl(") || $0.contains("close(7)")
        }
      }
      #expect(calls[0].count == 4 && calls[0] == calls[1])
      let info = try Subprogram.epimetheus("info", trace)
      #expect(info.text.contains("O_WRONLY|O_APPEND|O_LARGEFILE"))
    }
  }
}
