// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing
import Trace

/// What a guest reads of files, whether the machine copies it from a mapping or reads it.
@Suite struct HostedFileTests {
  /// Sums what it reads in pieces of all sizes and places; says so, waits, and reads where the file
  /// may not be any more. Exits with 0 where that gave nothing, 1 where it gave a page.
  private static let guest = #"""
    #include <fcntl.h>
    #include <stdio.h>
    #include <unistd.h>
    int main(int count, char **arguments) {
      static unsigned char bytes[20000];
      int file = open(arguments[1], O_RDONLY);
      unsigned long sum = 0;
      long got;
      for (int i = 0; i < 40; i++) {
        got = pread(file, bytes + i * 7, i * 499, i * 9973);
        for (long j = 0; j < got; j++) sum = sum * 31 + bytes[i * 7 + j];
      }
      while ((got = read(file, bytes + 5, 4096)) > 0)
        for (long j = 0; j < got; j++) sum = sum * 31 + bytes[5 + j];
      printf("%lx\n", sum);
      fflush(stdout);
      read(0, bytes, 1);
      return pread(file, bytes, 4096, 40960) == 4096;
    }
    """#

  @Test func `a file that is read often gives what it gives on Linux`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.guest, as: "reader", ["-static-pie"])
      let file = scratch.path("file")
      for byteCount in [0, 1, 4096, 65537, 400_001] {
        let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 3) }
        try Data(bytes).write(to: URL(filePath: file))
        let native = try Subprogram.run([program, file])
        let hosted = try HostedRun.record([program, file], in: scratch)
        #expect(hosted.command.output == native.output, "\(byteCount)")
        #expect(hosted.command.end == native.end, "\(byteCount)")
      }
    }
  }

  @Test func `a file that is cut while it is read ends there`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.guest, as: "reader", ["-static-pie"])
      let file = scratch.path("file")
      try Data(repeating: 7, count: 400_000).write(to: URL(filePath: file))
      let process = Process()
      let (input, output) = (Pipe(), Pipe())
      process.executableURL = URL(filePath: Subprogram.epimetheus)
      process.arguments = [
        "record", "--timeout", "60", "-o", scratch.path("cut.epi"), "--", program, file,
      ]
      process.standardInput = input
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      #expect(try output.fileHandleForReading.read(upToCount: 1) != nil)
      let handle = try FileHandle(forWritingTo: URL(filePath: file))
      try handle.truncate(atOffset: 8192)
      try handle.close()
      try input.fileHandleForWriting.write(contentsOf: Data([10]))
      try input.fileHandleForWriting.close()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
  }
}
