// SPDX-License-Identifier: BSD-3-Clause

/// C programs that run on the hosted machine.
enum Guests {
  /// Uses several libraries, heap, stack, stdio and its arguments; exits with 3.
  static let arithmetic = #"""
    #include <math.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    int main(int count, char **arguments) {
      double *values = malloc(100000 * sizeof *values);
      double sum = 0;
      for (int i = 0; i < 100000; i++) values[i] = sin(i) * sqrt(i);
      for (int i = 0; i < 100000; i++) sum += values[i];
      printf("%.9f\n", sum);
      for (int i = 1; i < count; i++) printf("%d %s\n", i, arguments[i]);
      printf("%s\n", getenv("LC_ALL") ? getenv("LC_ALL") : "none");
      free(values);
      fprintf(stderr, "done\n");
      return 3;
    }
    """#

  /// Says `begun`, then ends as its argument says.
  static let ending = #"""
    #include <string.h>
    #include <unistd.h>
    int main(int count, char **arguments) {
      volatile int zero = 0;
      const char *how = count > 1 ? arguments[1] : "";
      write(1, "begun\n", 6);
      if (!strcmp(how, "store")) *(volatile int *)(8 + zero) = 1;
      if (!strcmp(how, "far")) *(volatile int *)(0x500000001000 + zero) = 1;
      if (!strcmp(how, "noncanonical")) *(volatile int *)(0x8000000000000000 + zero) = 1;
      if (!strcmp(how, "illegal")) __asm__("ud2");
      if (!strcmp(how, "divide")) __asm__("xorl %%ecx, %%ecx; divl %%ecx" ::: "eax", "ecx", "edx");
      if (!strcmp(how, "breakpoint")) __asm__("int3");
      if (!strcmp(how, "interrupt")) __asm__("int $0x80" ::"a"(20));
      if (!strcmp(how, "alignment")) {
        __asm__("pushfq; orl $0x40000, (%%rsp); popfq" ::: "memory", "cc");
        for (int i = 0; i < 100; i++) __asm__("syscall" ::"a"(39) : "rcx", "r11", "memory");
        __asm__("pushfq; andl $~0x40000, (%%rsp); popfq" ::: "memory", "cc");
      }
      if (!strcmp(how, "loop"))
        for (;;) {}
      _exit(5);
    }
    """#

  /// Exits with 0 where ymm15, the red zone, MXCSR and the direction flag are as they were after calls
  /// and a page fault.
  static let vectors = #"""
    #include <stdint.h>
    #include <sys/mman.h>
    int main(void) {
      uint8_t before[32], after[32];
      for (int i = 0; i < 32; i++) before[i] = i * 7 + 1;
      char *page = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      uint32_t control = 0x9fc0, seen = 0;
      uint64_t zone = 0;
      __asm__ volatile(
          "vmovdqu (%[before]), %%ymm15\n ldmxcsr %[control]\n movq $77, -8(%%rsp)\n"
          "movl $39, %%eax\n syscall\n movl $39, %%eax\n syscall\n"
          "movb $1, (%[page])\n"
          "movq -8(%%rsp), %[zone]\n stmxcsr %[seen]\n vmovdqu %%ymm15, (%[after])\n"
          : [zone] "=&r"(zone), [seen] "+m"(seen)
          : [before] "r"(before), [after] "r"(after), [page] "r"(page), [control] "m"(control)
          : "rax", "rcx", "r11", "xmm15", "memory");
      if (zone != 77) return 1;
      if (seen != control) return 2;
      for (int i = 0; i < 32; i++)
        if (before[i] != after[i]) return 3;
      return 0;
    }
    """#

  /// Prints 16 random bytes.
  static let random = #"""
    #include <stdio.h>
    #include <sys/random.h>
    int main(void) {
      unsigned char bytes[16];
      getrandom(bytes, sizeof bytes, 0);
      for (int i = 0; i < 16; i++) printf("%02x", bytes[i]);
      return 0;
    }
    """#

  /// Copies the files of its arguments to stdout; exits with 1 at the first that it cannot open.
  static let reader = #"""
    #include <fcntl.h>
    #include <unistd.h>
    int main(int count, char **arguments) {
      char bytes[100];
      for (int i = 1; i < count; i++) {
        int file = open(arguments[i], O_RDONLY);
        if (file < 0) return 1;
        long got = read(file, bytes, sizeof bytes);
        write(1, bytes, got > 0 ? got : 0);
      }
      return 0;
    }
    """#
}
