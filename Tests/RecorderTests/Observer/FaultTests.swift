// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing
import Trace

/// Programs whose page faults are known beforehand.
extension ObserveTests.ProbeTests {
  /// The faults of a run of `Programs.faulting` between its two marks.
  private func faults(_ how: String) throws -> [Event] {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.faulting, as: "faulting", ["-static"])
      let observed = try Observation.run([program, how], by: .ebpf)
      #expect(observed.all(.gap).isEmpty)
      let all = (0..<observed.events.count).map { observed.events[$0] }
      func isMark(_ event: Event) -> Bool {
        event.kind == .systemCall && event.code == SystemCallNumber.getppid.rawValue
      }
      let marks = all.indices.filter { isMark(all[$0]) }
      guard let first = marks.first else { return [] }
      let last = marks.count > 1 ? marks[1] : all.count
      return all[first..<last].filter { $0.kind == .pageFault }
    }
  }

  @Test func `as many faults as pages are touched, in that order`() throws {
    let faults = try faults("write")
    #expect(faults.count == 100)
    #expect(faults.allSatisfy { $0.result == 0 && $0.code == 6 && $0.operands[1] != 0 })
    let pages = faults.map { $0.operands[0] >> 12 }
    #expect(pages == (0..<100).map { pages[0] + UInt64($0) })
  }

  @Test func `a page that is read first faults again when it is written`() throws {
    let faults = try faults("read-write")
    #expect(faults.map(\.code) == [4, 7])
    #expect(Set(faults.map { $0.operands[0] >> 12 }).count == 1)
  }

  @Test func `the kernel's own touches are told with the call's instruction`() throws {
    let faults = try faults("kernel")
    #expect(faults.map { $0.code & 4 } == [0, 0, 0])
    #expect(faults.allSatisfy { $0.result == 0 && $0.code & 2 != 0 })
    #expect(Set(faults.map { $0.operands[1] }).count == 1)
    #expect(faults.allSatisfy { $0.operands[1] > 0x400000 && $0.operands[1] < 0x800000 })
  }

  @Test func `what is not resolved ends as a signal or as EFAULT`() throws {
    let crash = try faults("crash")
    #expect(crash.map(\.result) == [-11])
    #expect(crash.first?.operands[0] == 0x1234)
    let bus = try faults("bus")
    #expect(bus.map(\.result) == [-7])
    let wrong = try faults("efault")
    #expect(wrong.map(\.result) == [-14])
    #expect(wrong.first?.operands[0] == 0x1000)
  }

  @Test func `each task has its own faults`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.faulting, as: "faulting", ["-static", "-pthread"])
      let observed = try Observation.run([program, "tasks"], by: .ebpf)
      #expect(observed.all(.gap).isEmpty)
      for task in UInt32(2)...4 {
        // What a thread touches of its stack comes on top, at most a few pages.
        let own = observed.all(.pageFault, task: task).filter { $0.operands[0] >> 44 == 1 }
        #expect(own.count == 50, "task \(task)")
      }
    }
  }
}

extension Programs {
  /// Touches memory in known ways between two calls of getppid.
  static let faulting = #"""
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <pthread.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static char *map(char *at, long pages) {
      int flags = MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0);
      char *memory = mmap(at, pages * 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
      madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
      return memory;
    }
    static void *touch(void *base) {
      volatile char *memory = map(base, 50);
      for (int i = 0; i < 50; i++) memory[i * 4096] = 1;
      return 0;
    }
    int main(int argc, char **argv) {
      const char *how = argc > 1 ? argv[1] : "";
      volatile char *memory = map(0, 100);
      if (!strcmp(how, "tasks")) {
        for (long i = 0; i < 2; i++) {
          pthread_t thread;
          pthread_create(&thread, 0, touch, (char *)((1L << 44) + (i << 30)));
          pthread_join(thread, 0);
        }
        if (fork() == 0) {
          touch((char *)((1L << 44) + (3L << 30)));
          _exit(0);
        }
        wait(0);
        return 0;
      }
      int file = open(argv[0], O_RDONLY);
      volatile char *beyond = mmap(0, 1 << 24, PROT_READ, MAP_SHARED, file, 0);
      getppid();
      if (!strcmp(how, "write"))
        for (int i = 0; i < 100; i++) memory[i * 4096] = 1;
      if (!strcmp(how, "read-write")) {
        (void)memory[0];
        memory[0] = 1;
      }
      if (!strcmp(how, "kernel")) pread(file, (char *)memory, 3 * 4096, 0);
      if (!strcmp(how, "crash")) *(volatile char *)0x1234 = 1;
      if (!strcmp(how, "bus")) (void)beyond[(1 << 24) - 1];
      if (!strcmp(how, "efault")) pread(file, (char *)0x1000, 1, 0);
      getppid();
      return 0;
    }
    """#
}
