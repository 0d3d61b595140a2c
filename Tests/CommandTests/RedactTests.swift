// SPDX-License-Identifier: BSD-3-Clause

import TestSupport
import Testing

struct RedactTests {
  @Test func `a program's own secret is nowhere in its trace`() throws {
    try Scratch.with { scratch in
      let file = scratch.path("a.epi")
      let secret = "hunter2hunter2"
      let run = try Subprogram.epimetheus(
        "record", "--on", "linux", "--by", "ptrace", "--env", "PASSWORD=\(secret)", "--env",
        "PATH=/bin", "--redact", "PASS*", "-o", file, "--", "/bin/busybox", "sh", "-c",
        "echo $PASSWORD; /bin/busybox true")
      #expect(run.end == .exited(0), "\(run.errorText)")
      #expect(run.text == secret + "\n")
      let dump = try Subprogram.epimetheus("dump", file)
      #expect(!dump.text.contains(secret))
      #expect(dump.text.contains("xxxxxxxxxxxxxx"))
    }
  }
}
