// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Recorder
import TestSupport
import Testing

/// However a run on Linux is observed, its trace tells how long mapped files are and how their file
/// systems place large mappings, and a replay puts them there.
@Suite(.serialized)
struct MappedLengthTests {
  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <sys/mman.h>
    #include <unistd.h>
    int main(int argc, char **argv) {
      int file = open(argv[argc - 1], O_RDWR), memory = memfd_create("x", 0);
      if (file != 3 || memory != 4 || ftruncate(memory, 5 << 20)) return 1;
      for (int i = 3; i < 5; i++) {
        if (mmap(0, 4096, PROT_READ, MAP_SHARED, i, 0) == MAP_FAILED) return 2;
        if (mmap(0, (3 << 20) + 4096, PROT_READ, MAP_PRIVATE, i, 0) == MAP_FAILED) return 3;
        if (mmap(0, 3 << 20, PROT_READ, MAP_SHARED, i, 4096) == MAP_FAILED) return 4;
      }
      return 0;
    }
    """

  private static let mechanisms =
    ObserveSession.refusalOfProbe == nil ? ["ebpf", "ptrace"] : ["ptrace"]

  @Test(arguments: mechanisms)
  func `large mappings stand where the file system has them`(mechanism: String) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.source, as: "maps", ["-static"])
      let file = scratch.path("file")
      try Data(count: 6 << 20).write(to: URL(filePath: file))
      let (trace, replayed) = (scratch.path("a.epi"), scratch.path("b.epi"))
      let record = try Subprogram.epimetheus(
        "record", "--on", "linux", "--by", mechanism, "-o", trace, "--", program, file)
      #expect(record.end == .exited(0), "\(record.errorText)")
      #expect(try Subprogram.epimetheus("replay", trace, "-o", replayed).end == .exited(0))
      let lines = try [trace, replayed].map { path in
        try Subprogram.epimetheus("dump", path).text.split(separator: "\n").filter {
          $0.contains(" input length ") || $0.contains(" mmap(")
        }
      }
      #expect(lines[0] == lines[1])
      let lengths = lines[0].filter { $0.contains(" input length ") }
      #expect(lengths.filter { $0.hasSuffix(" = 6291456") }.count == 3, "\(lengths)")
      #expect(lengths.filter { $0.hasSuffix(" = 5242880") }.count == 3)
      // A page tells nothing of file systems, what is large does.
      #expect(lengths.filter { $0.contains(" +1:0x") }.count == 4)
    }
  }
}
