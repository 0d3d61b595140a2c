// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Recorder
import TestSupport
import Testing

/// Of a run on Linux the length of each mapped file is known, so a replay says which accesses lie
/// behind the end of one.
@Suite(.serialized, .enabled(if: ObserveSession.refusalOfProbe == nil))
struct FileLengthTests {
  /// Touches pages before and behind the end of a file, while that moves; exits with how many of
  /// the accesses failed.
  private static let program = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <setjmp.h>
    #include <signal.h>
    #include <sys/mman.h>
    #include <unistd.h>
    static sigjmp_buf place;
    static int failed;
    static void handle(int signal) { (void)signal; siglongjmp(place, 1); }
    static void touch(volatile char *page) {
      if (sigsetjmp(place, 1)) failed++; else (void)*page;
    }
    int main(int argc, char **argv) {
      signal(SIGBUS, handle);
      int file = open(argv[argc - 1], O_RDWR | O_CREAT | O_TRUNC, 0600);
      int end = open(argv[argc - 1], O_WRONLY | O_APPEND);
      if (write(file, "x", 1) != 1) return 100;
      char *map = mmap(0, 8 * 4096, PROT_READ, MAP_SHARED, file, 0);
      char *own = mmap(0, 8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 4096);
      touch(map);
      touch(map + 4096);                                   // 1
      touch(own);                                          // 2
      if (ftruncate(file, 2 * 4096)) return 101;
      touch(map + 4096);
      touch(own);
      touch(map + 2 * 4096);                               // 3
      if (ftruncate(file, 0)) return 102;
      touch(map);                                          // 4
      touch(own);                                          // 5
      if (pwrite(file, "x", 1, 2 * 4096) != 1) return 103;
      touch(map + 2 * 4096);
      touch(map + 3 * 4096);                               // 6
      if (ftruncate(file, 3 * 4096)) return 104;
      if (write(end, "x", 1) != 1) return 105;
      touch(map + 3 * 4096);
      touch(map + 4 * 4096);                               // 7
    #ifdef FALLOCATE
      if (posix_fallocate(file, 4 * 4096, 4096)) return 106;
      touch(map + 4 * 4096);
      touch(own + 4 * 4096);                               // 8
    #endif
      return failed;
    }
    """

  /// Page faults of the program itself, and how they ended.
  private func faults(_ trace: String) throws -> [String] {
    let dump = try Subprogram.epimetheus("dump", trace)
    #expect(dump.end == .exited(0), "\(dump.errorText)")
    return dump.text.split(separator: "\n").filter {
      $0.contains(" fault ") && $0.contains("user")
    }.map { $0.replacingOccurrences(of: " [spurious]", with: "") }
  }

  private func record(_ scratch: Scratch, fallocates: Bool) throws -> String {
    let program = try scratch.compile(
      Self.program, as: "lengths", ["-static"] + (fallocates ? ["-DFALLOCATE"] : []))
    let trace = scratch.path("a.epi")
    let record = try Subprogram.epimetheus(
      "record", "--on", "linux", "--by", "ebpf", "-o", trace, "--", program, scratch.path("file"))
    #expect(record.end == .exited(fallocates ? 8 : 7), "\(record.errorText)")
    return trace
  }

  @Test(arguments: [false, true])
  func `a replay knows what lies behind the end of a file`(fallocates: Bool) throws {
    try Scratch.with { scratch in
      let trace = try record(scratch, fallocates: fallocates)
      let replayed = scratch.path("b.epi")
      #expect(try Subprogram.epimetheus("replay", trace, "-o", replayed).end == .exited(0))
      let recorded = try faults(trace)
      #expect(recorded.filter { $0.hasSuffix("= -SIGBUS") }.count == (fallocates ? 8 : 7))
      #expect(try faults(replayed) == recorded)
      let again = scratch.path("c.epi")
      #expect(try Subprogram.epimetheus("replay", replayed, "-o", again).end == .exited(0))
      let bytes = try [replayed, again].map { try Data(contentsOf: URL(filePath: $0)) }
      #expect(bytes[0] == bytes[1])
    }
  }

  @Test func `where no length is told, a file has contents everywhere until it is truncated`()
    throws
  {
    try Scratch.with { scratch in
      let trace = try record(scratch, fallocates: true)
      let dump = try Subprogram.epimetheus("dump", trace)
      let lines = dump.text.split(separator: "\n", omittingEmptySubsequences: false)
      let kept = lines.filter { !$0.contains(" input length ") }
      #expect(kept.count == lines.count - 2)
      let text = scratch.path("old.txt")
      try kept.joined(separator: "\n").write(toFile: text, atomically: true, encoding: .utf8)
      let old = scratch.path("old.epi")
      #expect(try Subprogram.epimetheus("assemble", text, "-o", old).end == .exited(0))
      let replayed = scratch.path("b.epi")
      #expect(try Subprogram.epimetheus("replay", old, "-o", replayed).end == .exited(0))
      let (recorded, ours) = try (faults(trace), faults(replayed))
      let differing = zip(recorded, ours).filter { $0 != $1 }
      #expect(ours.count == recorded.count && differing.count == 2)
      #expect(differing.allSatisfy { $0.hasSuffix("= -SIGBUS") && $1.hasSuffix("= 0") })
    }
  }
}
