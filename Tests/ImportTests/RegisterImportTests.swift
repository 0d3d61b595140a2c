// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Import
import TestSupport
import Testing
import Trace

/// Sources that have registers: perf's script and the log of a debugger.
struct RegisterImportTests {
  @Test func `perf script`() {
    let imported = Imported(
      .perf,
      """
      # a comment
                  true 26137 [000] 24281.440595:      raw_syscalls:sys_exit: NR 59 = 0
               a comm 26137/26137 [000] 24281.440600: raw_syscalls:sys_enter: NR 3 (3, 0, 0, 0, 0, 0)
                  true 26137 [000] 24281.440610: exceptions:page_fault_user: address=0x7f10 ip=0x40 error_code=0x6
                  true 26137 [000] 24281.440615:      raw_syscalls:sys_exit: NR 3 = -9
                  true 26138 [000] 24281.440616:      raw_syscalls:sys_exit: NR 1 = 5
                  true 26137 [000] 24281.440620: raw_syscalls:sys_enter: NR 231 (0, 0, 0, 0, 0, 0)
                  true 26137 [000] 24281.440620: raw_syscalls:sys_enter: NR x (0)
                      7f11 [unknown]
                  true 26137 [000] 24281.440620: sched:sched_switch: prev_comm=x

      """)
    #expect(imported.isAccountedFor)
    #expect(
      imported.lines == [
        "@15000+0 1 fault 0x7f10 ip 0x40 write|user = ?0", "@5000+15000 1 close(3) = -EBADF",
        "@21000+0 2 write(?0, ?0x0, ?0) = 5", "@25000+0 1 exit_group(0) = ?",
      ])
    #expect(imported.summary.refusals.map(\.line) == [8])
    #expect(!imported.header.unseen.contains(.faults))
  }

  @Test func `the log of a debugger at the stub`() {
    let imported = Imported(
      .gdbFaults,
      """
      {"t": "pf", "va": "0x400010020", "type": 5, "rip": "0x152e9f", "rsp": "0x11f30"}
      {"t": "pf", "va": "0x400011000", "type": 2, "rip": "0x121464", "rsp": "0x11f28"}
      {"t": "sys", "nr": 12, "rip": "0x1", "args": ["0x4002011c0", "0x2", "0x3", "0x4", "0x5", "0x6"]}
      {"t": "ret", "val": "0xfffffffffffffff4"}
      {"t": "ret", "val": "0x0"}
      {"t": "else"}
      {"t": "pf"}
      {"t": "sys", "nr": 231, "args": ["0x0", "0x3c", "0x0", "0x1", "0xe7", "0x0"]}

      """)
    #expect(imported.isAccountedFor)
    #expect(
      imported.lines == [
        "1 fault 0x400010020 ip 0x152e9f write|user = ?0",
        "1 fault 0x400011000 ip 0x121464 present|user|fetch = ?0",
        "1 brk(0x4002011c0) = -ENOMEM", "1 exit_group(0) = ?",
      ])
    #expect(imported.summary.refusals.map(\.line) == [5, 6, 7])
  }

  /// Nothing that stands in a text may end the process, and every line is counted once.
  @Test(arguments: ImportFormat.allCases)
  func `hostile text`(format: ImportFormat) {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    let pieces = [
      "openat(", "AT_FDCWD", ", ", "\"", "\\", "\\x", "...", ") = ", "= -1 E", "{", "}", "[", "]",
      "(", ")", "<unfinished ...>", "<... read resumed>", "read(", "futex(", "FUTEX_WAIT", "|",
      "clone(", "flags=", "socketpair(", "--- SIG", " ---", "+++ exited with ", " +++", "\n", " ",
      "0x", "99999999999999999999", "-1", "12:00:00 ", "1234 ", "[pid 1] ", "strace: Process ",
      " attached", "/*", "*/", "<", ">", "3</", "va:", "fd:", "<out>", "<ref:", "OK", "\u{1b}[3",
      "{\"t\": \"pf\", \"va\": \"", "\"nr\": ", "\"args\": [", "NR 1 (", "raw_syscalls:sys_enter:",
      "exceptions:page_fault_user:", "address=", "setsockopt(", "SOL_TCP", "iov_base=",
      "page-faults:", "1.000 (", " ms): ",
      "... [continued]: ", "minfault [", "] => ", "len: ", "\r", "\0",
      "fstat(3, {st_mode=", "S_IFREG|", "st_size=", "makedev(", "ioctl(1, ", "-512)", "0.000001 ",
    ]
    for _ in 0..<300 {
      var text: [UInt8] = []
      for _ in 0..<(random.next() % 60) {
        text += Array(pieces[Int(random.next() % UInt64(pieces.count))].utf8)
        if random.next() % 10 == 0 { text.append(UInt8(truncatingIfNeeded: random.next())) }
      }
      let imported = Imported(format, text)
      #expect(imported.isAccountedFor, "seed \(seed)")
      // The text form takes every event that an import makes.
      var whole: [UInt8] = []
      TraceText.append(imported.header, to: &whole)
      whole += Array(imported.lines.joined(separator: "\n").utf8)
      #expect(throws: Never.self, "seed \(seed)") {
        var source = try TraceTextSource(whole)
        while try source.next() != nil {}
      }
    }
  }
}
