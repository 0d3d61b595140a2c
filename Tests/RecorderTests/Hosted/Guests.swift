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

  /// Exits with 0 where ymm15, the red zone, MXCSR and the direction flag are as they were after
  /// calls and a page fault.
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

  /// Does something that few programs do, as its argument says. Exits with 1 where `gs` or
  /// `direction` find their register as it was.
  static let odd = #"""
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <unistd.h>
    int main(int count, char **arguments) {
      const char *how = arguments[1];
      if (!strcmp(how, "vsyscall")) {
        struct timeval time = {0};
        long result = ((long (*)(void *, void *))0xffffffffff600000)(&time, 0);
        _exit(result == 0 && time.tv_sec == 2000000000 ? 1 : 2);
      }
      if (!strcmp(how, "step"))
        __asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; nop; nop" ::: "memory");
      if (!strcmp(how, "gs")) {
        unsigned long base;
        __asm__ volatile("wrgsbase %0" ::"r"(&count));
        syscall(SYS_getpid);
        __asm__ volatile("rdgsbase %0" : "=r"(base));
        _exit(base == (unsigned long)&count);
      }
      if (!strcmp(how, "direction"))
        __asm__ volatile("std; movl $39, %%eax; syscall; movl $39, %%eax; syscall; pushfq\n"
                         "popq %%rbx; cld; shrl $10, %%ebx; andl $1, %%ebx; movl %%ebx, %%edi\n"
                         "movl $60, %%eax; syscall" ::: "memory");
      if (!strcmp(how, "compatibility")) {
        struct { unsigned offset; unsigned short selector; } __attribute__((packed)) far;
        unsigned char *code = mmap((void *)0x10000000, 4096, 7,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        memcpy(code, "\xb8\x14\0\0\0\xcd\x80\x0f\x0b", 9);
        far.offset = 0x10000000;
        far.selector = 0x23;
        __asm__ volatile("ljmp *%0" ::"m"(far));
      }
      if (!strcmp(how, "scatter")) {
        size_t pages = 66000;
        char *memory = mmap(0, pages * 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        for (size_t i = 0; i < pages; i++) memory[i * 8192] = 1;
      }
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
