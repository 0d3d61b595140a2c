// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The C programs that are measured. They print one number: cycles of the time-stamp counter for
/// each operation of their loop.
enum Programs {
  static let callLoop = """
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    #include <x86intrin.h>
    int main(int argc, char **argv) {
      long count = atol(argv[1]);
      unsigned long long start = __rdtsc();
      for (long i = 0; i < count; i++) syscall(SYS_getppid);
      printf("%llu\\n", (__rdtsc() - start) / count);
    }
    """

  static let pageLoop = """
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <x86intrin.h>
    int main(int argc, char **argv) {
      long pages = atol(argv[1]);
      int flags = MAP_PRIVATE | MAP_ANONYMOUS;
      char *memory = mmap(0, pages * 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
      madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
      unsigned long long start = __rdtsc();
      for (long i = 0; i < pages; i++) memory[i * 4096] = 1;
      printf("%llu\\n", (__rdtsc() - start) / pages);
    }
    """

  /// Builds a program and gives its path.
  static func build(_ source: String, as name: String, with harness: Harness) throws -> String {
    let file = harness.path(name + ".c")
    try source.write(toFile: file, atomically: true, encoding: .utf8)
    let program = harness.path(name)
    try harness.run(["cc", "-O2", "-static-pie", "-o", program, file])
    return program
  }
}
