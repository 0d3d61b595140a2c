// SPDX-License-Identifier: BSD-3-Clause

import Import
import Testing
import Trace

struct StraceImportTests {
  @Test func `a call in each of strace's columns is the same call`() {
    let call = #"openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3"#
    let expected = [
      #"1 guest-read ?0x8000000100000000 12 "/etc/passwd\0""#,
      "1 openat(-100, ?0x8000000100000000, 0x80000, 0x0) = 3",
    ]
    let columns = [
      "", "1234  ", "[pid  1234] ", "12:00:01 ", "12:00:01.000001 ", "1700000000.000001 ",
      "     0.000001 ", "[ 257] ", "[00007f11cb6d5ad7] ",
      "1234 12:00:01.000001 [ 257] [00007f11cb6d5ad7] ", "1234 1700000000.000001 ",
    ]
    for column in columns {
      let imported = Imported(.strace, column + call + "\n")
      #expect(imported.lines == expected, "\(column)")
      let hasTime = column.contains(":") || column.contains(".")
      #expect(imported.header.unseen.contains(.times) != hasTime, "\(column)")
    }
  }

  @Test func `names behind process ids are gone over`() {
    let imported = Imported(
      .strace,
      """
      8371<sh> getpid() = 8371<sh>
      8372<a b>c> 12:00:00 getpid() = 8372
      [pid  8371<k:1/u]>] getpid( <unfinished ...>
      [pid 8372<x>] getppid()                = 8371<sh>
      8371<sh> <... getpid resumed>)   = 8371
      8371<sh getpid() = 1

      """)
    #expect(imported.summary.taskCount == 2)
    #expect(imported.summary.callCount == 4)
    #expect(imported.summary.refusals.isEmpty)
    #expect(imported.summary.otherLineCount == 1)
  }

  @Test(arguments: [
    (#"openat(-100, "\x2f\x61", 0x80000) = 3"#, "/a"),
    (#"openat(dfd=AT_FDCWD, filename="/a", flags=O_RDONLY|O_CLOEXEC) = 3"#, "/a"),
    (#"openat(-100 /* AT_FDCWD */, "/a", 0x80000 /* O_RDONLY|O_CLOEXEC */) = 3"#, "/a"),
    (#"openat(AT_FDCWD</tmp/x, y>, "/a", O_RDONLY|O_CLOEXEC) = 3</a>"#, "/a"),
    (#"openat(AT_FDCWD, "/\"(\\,\n\101\1012", O_RDONLY|O_CLOEXEC) = 3"#, "/\"(\\,\nAA2"),
  ])
  func `the same call written otherwise`(line: String, path: String) {
    let events = Imported(.strace, line + "\n").events
    let call = events[events.count - 1]
    #expect(call.operands[0] & 0xffff_ffff == 0xffff_ff9c)
    #expect(call.operands[2] == 0x80000)
    #expect(call.result == 3)
    #expect(events.payloadBytes(at: 0) == [UInt8](path.utf8) + [0])
  }

  @Test func `text that is cut is a beginning, and longer than what is kept`() {
    let cut = Imported(.strace, #"write(1, "abc"..., 4000) = 4000"# + "\n")
    #expect(cut.lines.first == #"1 guest-read ?0x8000000100000000 4000 "abc" ..."#)
    let path = Imported(.strace, #"chdir("/abc"...) = 0"# + "\n")
    #expect(path.lines.first == #"1 guest-read ?0x8000000000000000 ?5 "/abc" ..."#)
  }

  @Test func `times count from the first line, over midnight, with durations`() {
    let clock = Imported(
      .strace,
      """
      23:59:59.500000 getpid() = 7 <0.000012>
      00:00:00.250000 getpid() = 7 <0.000001>

      """)
    #expect(clock.lines == ["@0+12000 1 getpid() = 7", "@750000000+1000 1 getpid() = 7"])
    let step = "     0.000100 getpid() = 7\n"
    let relative = Imported(.strace, "     0.000000 getpid() = 7\n" + step + step)
    #expect(relative.lines.last == "@200000+0 1 getpid() = 7")
  }

  @Test func `calls of several tasks that interrupt each other`() {
    let imported = Imported(
      .strace,
      """
      10 execve("/bin/sh", ["sh", "-c", "x"], 0x7ffd /* 2 vars */) = 0
      10 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD <unfinished ...>
      11 close(4 <unfinished ...>
      10 <... clone resumed>, child_tidptr=0x7f10) = 11
      11 <... close resumed>) = -1 EBADF (Bad file descriptor)
      10 clone(child_stack=0x1000, flags=CLONE_VM|CLONE_THREAD, tls=0x20) = 12
      12 getpid() = 10
      11 +++ exited with 3 +++
      10 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=11, si_status=3} ---
      12 futex(0x10, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>
      10 exit_group(0) = ?
      12 <... futex resumed>) = ?
      12 +++ exited with 0 +++
      10 +++ exited with 0 +++

      """)
    #expect(imported.isAccountedFor)
    #expect(imported.summary.refusals.isEmpty)
    #expect(
      imported.lines == [
        #"1 wording start "execve(\"/bin/sh\", [\"sh\", \"-c\", \"x\"], 0x7ffd /* 2 vars */)""#,
        "2 task-started fork 1",
        "1 clone(0x200011, 0x0, 0x0, 0x7f10, 0x0) = 11",
        "2 close(4) = -EBADF",
        "1 clone(0x10100, 0x1000, 0x0, 0x0, 0x20) = 12",
        "3 task-started thread 1",
        "3 getpid() = 10",
        "2 task-ended exited = 3",
        #"1 wording arguments "{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=11, si_status=3}""#,
        "1 signal SIGCHLD 1 0x0",
        "1 exit_group(0) = ?",
        "3 futex(0x10, 0x80, 2, 0x0, 0x0, 0x0) = ?",
        "3 task-ended exited = 0",
        "1 end exited = 0",
      ])
    let arguments = imported.header.arguments.map { String(decoding: $0, as: UTF8.self) }
    #expect(arguments == ["sh", "-c", "x"])
  }

  @Test func `strace's remarks in the middle of a call`() {
    let imported = Imported(
      .strace,
      """
      getpid() = 20
      vfork(strace: Process 21 attached
       <unfinished ...>
      [pid    21] getppid() = 20
      [pid    20] <... vfork resumed>) = 21
      [pid    20] getpid() = 20

      """)
    #expect(imported.isAccountedFor)
    #expect(
      imported.lines == [
        "1 getpid() = 20", "2 task-started vfork 1", "2 getppid() = 20", "1 vfork() = 21",
        "1 getpid() = 20",
      ])
  }

  @Test(arguments: [
    ("= -1 ENOENT (No such file or directory)", "-ENOENT"),
    ("= ? ERESTARTSYS (To be restarted if SA_RESTART is set)", "-ERESTARTSYS"),
    ("= -1 (errno 700)", "-700"), ("= 3</dev/pts/1>", "3"), ("= 0x7f00", "32512"),
    ("= ?", "?"), ("= ? <unavailable>", "?0"),
  ])
  func `results`(text: String, expected: String) {
    let lines = Imported(.strace, "dup(3) " + text + "\n").lines
    #expect(lines.last?.hasPrefix("1 dup(3) = " + expected) == true, "\(lines)")
  }

  @Test func `what is no value keeps the words of the source and is not known`() {
    let imported = Imported(
      .strace, "rt_sigaction(SIGINT, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, NULL, 8) = 0\n")
    #expect(
      imported.lines == [
        #"1 wording arguments "SIGINT, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, NULL, 8""#,
        "1 rt_sigaction(2, ?0x0, 0x0, 8) = 0",
      ])
    let unknown = Imported(.strace, "openat(AT_FDCWD, NULL, O_NEW_FLAG|O_CLOEXEC) = 3\n")
    // Whether there is a mode depends on the flags, so it is not known either.
    #expect(unknown.lines.last == "1 openat(-100, 0x0, ?0x0, ?0x0) = 3")
    #expect(unknown.header.unseen.contains(.operands))
  }

  @Test func `every line is counted, and refused by its number`() {
    let imported = Imported(
      .strace,
      """
      strace: Process 12 attached
      getpid() = 12
       > /lib/libc.so.6(getpid+0xb) [0x1000]
      a program's own output
      frobnicate(1, 2) = 0
      close(3

      close(4) ) 0
      <... read resumed>"", 5) = 0
      --- SIGNONE {} ---
      --- stopped by SIGTTOU ---
      +++ superseded by execve in pid 3 +++

      """)
    #expect(imported.isAccountedFor)
    #expect(imported.summary.refusals.map(\.line) == [5, 8, 9, 10])
    #expect(imported.summary.stackLineCount == 1)
    // The call that goes no further is there, with a result that nobody knows.
    #expect(imported.lines.contains("1 close(?0) = ?0"), "\(imported.lines)")
  }
}
