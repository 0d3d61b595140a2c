// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import TestSupport
import Testing
import Trace

private let canFixAddresses =
  (try? Subprogram.run(["/usr/bin/setarch", "-R", "/bin/true"]).end) == .exited(0)

/// A guest that jumps into the host's C library, where system calls are real, gets nowhere.
///
/// Without address-space randomisation the guest knows where the host's program lies; a real
/// attacker would have to find out first.
@Suite(.enabled(if: canFixAddresses, "personality(2) is not permitted"))
struct HostedContainmentTests {
  /// What the escaping guest is asked to call: a name for the report, and its arguments.
  static let forbidden: [(String, [String])] = [
    ("open for writing", ["2", "PATH", "0101", "0777"]),
    ("open for reading", ["2", "PATH", "0"]),
    ("openat", ["257", "-100", "PATH", "0101", "0777"]),
    ("openat2", ["437", "-100", "PATH", "SPACE", "24"]),
    ("creat", ["85", "PATH", "0777"]),
    ("mkdir", ["83", "PATH", "0777"]),
    ("unlink", ["87", "PATH"]),
    ("symlink", ["88", "PATH", "PATH"]),
    ("chmod", ["90", "PATH", "0777"]),
    ("execve", ["59", "PATH", "NONE", "NONE"]),
    ("execveat", ["322", "-100", "PATH", "NONE", "NONE", "0"]),
    ("fork", ["57"]), ("vfork", ["58"]), ("clone", ["56", "0"]),
    ("clone3", ["435", "SPACE", "64"]),
    ("kill", ["62", "PARENT", "0"]), ("kill all", ["62", "-1", "0"]),
    ("tgkill", ["234", "PARENT", "PARENT", "0"]),
    ("rt_sigqueueinfo", ["129", "PARENT", "9", "SPACE"]),
    ("pidfd_open", ["434", "PARENT", "0"]),
    ("ptrace", ["101", "16", "PARENT", "0", "0"]),
    ("process_vm_readv", ["310", "PARENT", "SPACE", "1", "SPACE", "1", "0"]),
    ("socket", ["41", "2", "1", "0"]), ("socketpair", ["53", "1", "1", "0", "SPACE"]),
    ("connect", ["42", "0", "SPACE", "16"]), ("bind", ["49", "0", "SPACE", "16"]),
    ("ioctl", ["16", "0", "0x5412", "PATH"]), ("fcntl", ["72", "1", "4", "0"]),
    ("dup", ["32", "1"]), ("memfd_create", ["319", "PATH", "0"]),
    ("prctl", ["157", "59", "0", "0", "0", "0"]), ("seccomp", ["317", "1", "0", "SPACE"]),
    ("setuid", ["105", "0"]), ("setsid", ["112"]), ("setrlimit", ["160", "4", "SPACE"]),
    ("unshare", ["272", "0x10000000"]), ("mount", ["165", "PATH", "PATH", "0", "0", "0"]),
    ("bpf", ["321", "0", "SPACE", "64"]), ("io_uring_setup", ["425", "1", "SPACE"]),
    ("perf_event_open", ["298", "SPACE", "0", "-1", "-1", "0"]),
    ("reboot", ["169", "0", "0", "0"]), ("pwrite64", ["18", "1", "PATH", "7", "0"]),
    ("write elsewhere", ["1", "3", "PATH", "7"]), ("read elsewhere", ["0", "1", "SPACE", "7"]),
    ("sendmsg elsewhere", ["46", "1", "SPACE", "0"]),
    ("shared anonymous memory", ["9", "0", "4096", "3", "0x21", "-1", "0"]),
    ("huge pages", ["9", "0", "0x200000", "3", "0x40022", "-1", "0"]),
    ("the x32 open", ["0x40000002", "PATH", "0101", "0777"]),
  ]

  /// Gives `body` a way to run the escaping guest with some arguments.
  private func withEscape(
    options: [String] = [],
    _ body: (Scratch, (_ arguments: [String]) throws -> HostedRun) throws -> Void
  ) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Guests.escaping, as: "escape", ["-static-pie"])
      try body(scratch) { arguments in
        try HostedRun.record(
          [program] + arguments.map { $0 == "PARENT" ? "\(getpid())" : $0 },
          options: ["--timeout", "5"] + options, in: scratch, fixed: true)
      }
    }
  }

  @Test(arguments: [[], ["--rewrite"]])
  func `a forbidden call ends the run and does nothing`(options: [String]) throws {
    try withEscape(options: options) { scratch, escape in
      for (name, arguments) in Self.forbidden {
        let run = try escape(arguments)
        #expect(run.command.text == "in\n", "\(name)")
        #expect(run.end == .machineFailed, "\(name)")
        #expect(run.status == Int64(SIGSYS), "\(name)")
        #expect(run.count(of: .systemCall) > 0, "\(name)")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("escaped")), "\(name)")
      }
    }
  }

  @Test func `the guest does reach the host's system calls`() throws {
    try withEscape { _, escape in
      let run = try escape(["1", "1", "PATH", "7"])
      #expect(run.command.text == "in\nescaped7\n")
      #expect(run.end == .exited)
    }
  }

  @Test func `an exit behind the kernel's back is no exit of the program`() throws {
    try withEscape { _, escape in
      let run = try escape(["231", "0"])
      #expect(run.end == .machineFailed)
      #expect(run.status == 0)
      #expect(run.command.end == .exited(75))
    }
  }

  @Test func `a guest that overwrites the host leaves a readable trace`() throws {
    try withEscape { _, escape in
      for (seed, odds) in [(1, 1), (2, 3), (3, 30), (4, 300), (5, 3000)] {
        let run = try escape(["scribble", "\(seed)", "\(odds)"])
        #expect(run.end != nil, "seed \(seed), odds \(odds)")
        #expect(run.count(of: .systemCall) > 0)
        #expect(run.command.text == "in\n")
      }
    }
  }
}
