// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Recorder
import TestSupport
import Testing

/// Faults that Linux had and our kernel would not.
@Suite(.serialized)
struct SpuriousFaultTests {
  /// Stores to pages that a fork has write-protected, to some of them only, and to new ones.
  private static let forking = """
    #include <fcntl.h>
    #include <sys/mman.h>
    #include <sys/wait.h>
    #include <unistd.h>
    int main(int argc, char **argv) {
      int file = open(argv[argc - 1], O_RDWR | O_CREAT, 0600);
      if (ftruncate(file, 64 * 4096)) return 1;
      volatile char *own = mmap(0, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
      for (int i = 0; i < 20; i++) own[i * 4096] = 1;
      int child = fork();
      if (child == 0) _exit(0);
      waitpid(child, 0, 0);
      for (int i = 10; i < 30; i++) own[i * 4096] = 2;
      return 0;
    }
    """

  @Test(.enabled(if: ObserveSession.refusalOfProbe == nil))
  func `pages that a fork has write-protected are there on our kernel`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.forking, as: "forking", ["-static"])
      let trace = scratch.path("a.epi")
      let record = try Subprogram.epimetheus(
        "record", "--on", "linux", "--by", "ebpf", "-o", trace, "--", program,
        scratch.path("file"))
      #expect(record.end == .exited(0), "\(record.errorText)")
      let report = try Subprogram.epimetheus("report", "--json", trace)
      let object = try JSONSerialization.jsonObject(with: report.output) as? [String: Any]
      let checked = try #require(object?["checked"] as? [String: Any])
      let places = try #require(checked["spuriousFaults"] as? [[String: Any]])
      let own = places.first { $0["place"] as? String == scratch.path("file") }
      #expect(own?["count"] as? Int == 10, "\(places)")
      let text = try Subprogram.epimetheus("report", trace)
      let words = text.text.split { $0.isWhitespace }.joined(separator: " ")
      #expect(words.contains("that the right would not have"))
    }
  }

  /// The second load finds the page there, the store after it does, too, and so does the last load,
  /// which Linux ended.
  private static let twice = """
    epimetheus-trace 1
    origin linux
    kernel "Linux"
    personality linux
    unseen inputs
    program "/program"
    directory "/"
    mmap-base 0x7ffff7fff000
    1 mapped 0x10000-0x12000 rw-p 0 anonymous
    1 fault 0x10000 ip 0x400000 user|write = 0
    1 fault 0x10008 ip 0x400000 user = 0
    1 fault 0x10010 ip 0x400000 present|user|write = 0
    1 fault 0x11000 ip 0x400000 user = 0
    1 fault 0x10020 ip 0x400000 user = -SIGSEGV
    1 end killed = 11
    """

  @Test func `a fault on a page that is there is marked, one that ended otherwise is a finding`()
    throws
  {
    try Scratch.with { scratch in
      let text = scratch.path("a.txt")
      try (Self.twice + "\n").write(toFile: text, atomically: true, encoding: .utf8)
      let trace = scratch.path("a.epi")
      let assembled = try Subprogram.epimetheus("assemble", text, "-o", trace)
      #expect(assembled.end == .exited(0), "\(assembled.errorText)")
      let replayed = scratch.path("b.epi")
      #expect(try Subprogram.epimetheus("replay", trace, "-o", replayed).end == .exited(0))
      let dump = try Subprogram.epimetheus("dump", replayed)
      let faults = dump.text.split(separator: "\n").filter { $0.contains(" fault ") }
      #expect(
        faults.map { $0.hasSuffix("= 0 [spurious]") } == [false, true, true, false, true])
      let report = try Subprogram.epimetheus("report", trace)
      let words = report.text.split { $0.isWhitespace }.joined(separator: " ")
      #expect(words.contains("2 that the right would not have"))
      #expect(report.text.contains("faultOutcome"))
    }
  }
}
