// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport

/// What the system's own C headers say, asked through its compiler.
enum Headers {
  /// The compiler; the tests that need it are skipped, visibly, without it.
  static let compiler = "/usr/bin/cc"

  static var areAvailable: Bool {
    FileManager.default.isExecutableFile(atPath: compiler)
      && FileManager.default.fileExists(atPath: "/usr/include/linux/mman.h")
  }

  /// The macros that a header defines, directly or not, with their texts.
  static func macros(of header: String) throws -> [String: String] {
    let run = try Subprogram.run(
      [compiler, "-E", "-dM", "-x", "c", "-"], input: Data("#include <\(header)>\n".utf8),
      environment: ProcessInfo.processInfo.environment)
    guard run.end == .exited(0) else { throw HeaderError(message: run.errorText) }
    var macros: [String: String] = [:]
    for line in run.text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2)
      if words.count == 3 { macros[String(words[1])] = String(words[2]) }
    }
    return macros
  }

  /// The macros of a header whose texts are plain decimal numbers and whose names begin so.
  static func numbers(of header: String, prefix: String) throws -> [String: Int] {
    try macros(of: header).filter { $0.key.hasPrefix(prefix) }.compactMapValues { Int($0) }
  }

  /// The values of C expressions as 64-bit numbers. Names in `optional` may be missing from the
  /// headers; then they are missing from the answer too.
  static func values(
    of expressions: [String], optional: [String], including headers: [String]
  ) throws -> [String: UInt64] {
    var source = "#define _GNU_SOURCE\n"
    for header in headers { source += "#include <\(header)>\n" }
    source += "int main(void) {\n"
    for text in expressions {
      source += "  printf(\"%s|%llu\\n\", \"\(text)\", (unsigned long long)(\(text)));\n"
    }
    for name in optional {
      source +=
        "#ifdef \(name)\n  printf(\"%s|%llu\\n\", \"\(name)\", (unsigned long long)(\(name)));"
      source += "\n#endif\n"
    }
    source += "  return 0;\n}\n"
    return try Scratch.with { scratch in
      let program = try scratch.compile(source, as: "values", compiler: compiler, ["-w"])
      var values: [String: UInt64] = [:]
      for line in try Subprogram.run([program]).text.split(separator: "\n") {
        let parts = line.split(separator: "|")
        values[String(parts[0])] = UInt64(parts[1])
      }
      return values
    }
  }

  /// Headers that together have the flags and codes of the table.
  static let flags = [
    "stdio.h", "asm/prctl.h", "asm/termbits.h", "asm/ioctls.h", "linux/mman.h", "linux/prctl.h",
    "linux/futex.h", "linux/fs.h", "linux/fiemap.h", "linux/random.h", "linux/sockios.h",
    "linux/userfaultfd.h", "linux/membarrier.h", "linux/memfd.h", "linux/close_range.h",
    "linux/openat2.h",
    "sys/mman.h", "fcntl.h", "sys/stat.h", "sys/epoll.h", "sys/eventfd.h", "sys/socket.h",
    "sys/timerfd.h", "sys/inotify.h", "sys/resource.h", "sys/wait.h", "sys/random.h", "sys/file.h",
    "sys/time.h", "poll.h",
    "sched.h", "signal.h", "time.h", "unistd.h", "netinet/in.h", "netinet/tcp.h", "sys/auxv.h",
  ]

  /// Headers that together have the structures.
  static let structures = [
    "stdio.h", "stddef.h", "asm/termbits.h", "linux/aio_abi.h", "linux/capability.h",
    "linux/futex.h", "linux/io_uring.h", "linux/mqueue.h", "linux/sched.h", "sched.h",
    "linux/openat2.h",
    "sys/statfs.h",
    "sys/stat.h", "sys/utsname.h", "sys/sysinfo.h", "sys/resource.h", "sys/times.h", "sys/timex.h",
    "sys/uio.h", "sys/epoll.h", "sys/ioctl.h", "sys/socket.h", "sys/sem.h", "sys/shm.h",
    "sys/msg.h", "asm/ldt.h", "net/if.h", "fcntl.h", "poll.h", "signal.h", "time.h",
    "utime.h", "sys/rseq.h", "dirent.h", "linux/kexec.h",
  ]
}

/// A header cannot be read.
struct HeaderError: Error {
  /// What the compiler said.
  let message: String
}

extension StaticString {
  /// The text, for a test to compare.
  var text: String { withUTF8Buffer { String(decoding: $0, as: UTF8.self) } }
}
