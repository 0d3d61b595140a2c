// SPDX-License-Identifier: BSD-3-Clause

import Import
import TestSupport
import Testing
import Trace

/// perf's own count of page faults, and the text of `perf trace`.
struct PerfImportTests {
  @Test func `page-faults of perf script, with and without address and symbols`() {
    let imported = Imported(
      .perf,
      """
          a comm 22 83828.432693:  1 page-faults:  ffffffff8175336a elf_load+0x28a ([kernel.kallsyms])
          busybox 22/22 83828.432716: page-faults:     7ffc2c54c509 ffffffff81b73c18
          busybox 22/22 [001] 83828.432738: page-faults:u:           40ebf0           40ebf0
          busybox 22/22 83828.432740: minor-faults: 5eb898 [unknown] (//anon) 410331 main+0x4 (/bin/a)
          busybox 22/22 83828.432741:  3 major-faults: 5eb899 [unknown] 410332 operator new(long)
          busybox 22/22 83828.432742: page-faults: x

      """)
    #expect(imported.isAccountedFor)
    #expect(
      imported.lines == [
        "1 fault ?0x0 ip ?0x0 ?0 = ?0", "@23000+0 1 fault 0x7ffc2c54c509 ip ?0x0 ?0 = ?0",
        "@45000+0 1 fault 0x40ebf0 ip 0x40ebf0 ?user = ?0",
        "@47000+0 1 fault 0x5eb898 ip 0x410331 ?user = ?0", "1 gap 2",
        "@48000+0 1 fault 0x5eb899 ip 0x410332 ?user = ?0",
      ])
    #expect(imported.summary.refusals.map(\.line) == [6])
    #expect(imported.summary.lostCount == 2)
    #expect(!imported.header.unseen.contains(.faults))
  }

  /// What perf 6.1 writes, but for the spaces in the middle.
  @Test func `calls of perf trace`() {
    let imported = Imported(
      .perf,
      """
               ? (         ): t/26458  ... [continued]: execve())      = 0
           0.083 ( 0.024 ms): t/26458 brk()                            = 0x55e2435f1000
           0.449 ( 0.035 ms): t/26458 mmap(len: 8192, prot: READ|WRITE, flags: \
      PRIVATE|ANONYMOUS) = 0x7f737b360000
           0.518 ( 0.024 ms): t/26458 access(filename: 0x7b3942a0, mode: R) = -1 ENOENT (No \
      such file or directory)
           0.572 ( 0.030 ms): t/26458 openat(dfd: CWD, filename: 0x7b3930b1, flags: \
      RDONLY|CLOEXEC) = 4
           0.859 ( 0.021 ms): t/26458 pread64(fd: 4</a>, buf: 0x7ffd953e7f70, count: 784, pos: \
      64) = 784
           1.316 ( 0.026 ms): t/26458 newfstatat(dfd: 4, filename: 0x7b393c99, statbuf: \
      0x7ffd953e81f0, flag: 4096) = 0
           4.846 ( 0.161 ms): t/26458 clone3(uargs: 0x7ffd953e8e10, size: 88) = 26459
               ? (         ): t/26459  ... [continued]: clone3())      = 0
           5.075 (         ): t/26458 clock_nanosleep(rqtp: 0x7ffd953e8fc0)      ...
           5.849 ( 0.017 ms): my t/26459 rt_sigprocmask(how: SETMASK, nset: 0x7f737b170fb0, \
      sigsetsize: 8) = 0
           5.075 ( 4.787 ms): t/26458  ... [continued]: clock_nanosleep())  = 0
           9.000 ( 0.001 ms): t/26458  ... [continued]: read())        = 7
           9.898 ( 0.446 ms): t/26458 clone(clone_flags: CHILD_CLEARTID|CHILD_SETTID|0x11, \
      child_tidptr: 0x7f737b171a10) = 26460 (t)
          10.000 ( 0.001 ms): t/26458 made_up(a: 1)                    = 0
      LOST 12 events!
          11.091 (         ): t/26459 exit_group(error_code: 3)        = ?
          12.000 (         ): t/26458 wait4(upid: -1)                   ...
       Summary of events:
                                             _start (/usr/lib/ld.so)
      hello

      """)
    #expect(imported.isAccountedFor)
    #expect(
      imported.lines == [
        "@0+24000 1 brk(0x0) = 0x55e2435f1000",
        "@366000+35000 1 mmap(0x0, 8192, 0x3, 0x22, ?0, ?0) = 0x7f737b360000",
        "@435000+0 1 wording arguments \"filename: 0x7b3942a0, mode: R\"",
        "@435000+24000 1 access(?0x0, 0x4) = -ENOENT",
        "@489000+0 1 wording arguments \"dfd: CWD, filename: 0x7b3930b1, flags: RDONLY|CLOEXEC\"",
        "@489000+30000 1 openat(-100, ?0x0, 0x80000, ?0x0) = 4",
        "@776000+21000 1 pread64(4, 0x7ffd953e7f70, 784, 64) = 784",
        "@1233000+0 1 wording arguments "
          + "\"dfd: 4, filename: 0x7b393c99, statbuf: 0x7ffd953e81f0, flag: 4096\"",
        "@1233000+26000 1 newfstatat(4, ?0x0, 0x7ffd953e81f0, 0x1000) = 0",
        "@4763000+161000 1 clone3(0x7ffd953e8e10, 88) = 26459",
        "@5766000+17000 2 rt_sigprocmask(2, 0x7f737b170fb0, 0x0, 8) = 0",
        "@4992000+4787000 1 clock_nanosleep(0, 0x0, 0x7ffd953e8fc0, 0x0) = 0",
        "@8917000+1000 1 read(?0, ?0x0, ?0) = 7",
        "@9815000+0 1 wording result \"26460 (t)\"",
        "@9815000+446000 1 clone(0x1200011, 0x0, ?0x0, 0x7f737b171a10, ?0x0) = 26460", "1 gap 12",
        "@11008000+0 2 exit_group(3) = ?", "@11917000+0 1 wait4(-1, 0x0, 0x0, 0x0) = ?",
      ])
    #expect(imported.summary.refusals.map(\.line) == [15])
    #expect(imported.summary.otherLineCount == 2)
    #expect(imported.summary.stackLineCount == 1)
    #expect(imported.header.unseen.contains(.faults))
  }

  @Test func `page faults of perf trace`() {
    let imported = Imported(
      .perf,
      """
      83904629.375 ( 0.000 ms): t/26428 minfault [elf_load+0x28a] => 0x555d0d2dc058 (?k)
      83904630.082 ( 0.000 ms): t/26428 minfault [lookup+0x18] => [stack]@0x7ffee724ffe8 (d.)
      83904630.288 ( 0.000 ms): t/26428 majfault [memset+0x32] => /usr/lib/libc.so.6@0x1d4868 (d.)
      83904630.300 ( 0.000 ms): t/26428 minfault [x
      83904631.300 ( 0.010 ms): close(fd: 3) = 0

      """)
    #expect(imported.isAccountedFor)
    #expect(
      imported.lines == [
        "1 wording arguments \"[elf_load+0x28a] => 0x555d0d2dc058 (?k)\"",
        "1 fault 0x555d0d2dc058 ip ?0x0 ?0 = ?0",
        "@707000+0 1 wording arguments \"[lookup+0x18] => [stack]@0x7ffee724ffe8 (d.)\"",
        "@707000+0 1 fault 0x7ffee724ffe8 ip ?0x0 ?user = ?0",
        "@913000+0 1 wording arguments \"[memset+0x32] => /usr/lib/libc.so.6@0x1d4868 (d.)\"",
        "@913000+0 1 fault ?0x0 ip ?0x0 ?user = ?0", "@1925000+10000 2 close(3) = 0",
      ])
    #expect(imported.summary.refusals.map(\.line) == [4])
    #expect(!imported.header.unseen.contains(.faults))
  }
}
