// SPDX-License-Identifier: BSD-3-Clause

extension Guests {
  /// Finds a `syscall` instruction in the host's C library and calls through it: argument 1 is the
  /// number, the others are the arguments; or `scribble SEED ODDS`. Works without address-space
  /// randomisation only.
  static let escaping = #"""
    #include <elf.h>
    #include <link.h>
    #include <signal.h>
    #include <stdint.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/syscall.h>
    #include <unistd.h>

    /* Without address-space randomisation the host's program lies here. */
    #define HOST_PROGRAM 0x555555554000ul

    static uint8_t *gate;

    static long host(long number, long a, long b, long c, long d, long e, long f) {
      register long r10 __asm__("r10") = d;
      register long r8 __asm__("r8") = e;
      register long r9 __asm__("r9") = f;
      long result = number;
      __asm__ volatile("call *%[gate]"
                       : "+a"(result)
                       : [gate] "b"(gate), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                       : "rcx", "r11", "memory");
      return result;
    }

    /* The host's C library, found as a debugger finds it, and a `syscall; ret` in it. */
    static int find_gate(void) {
      Elf64_Ehdr *header = (Elf64_Ehdr *)HOST_PROGRAM;
      Elf64_Phdr *program = (Elf64_Phdr *)(HOST_PROGRAM + header->e_phoff);
      Elf64_Dyn *dynamic = 0;
      for (int i = 0; i < header->e_phnum; i++)
        if (program[i].p_type == PT_DYNAMIC) dynamic = (Elf64_Dyn *)(HOST_PROGRAM + program[i].p_vaddr);
      if (!dynamic) return 0;
      struct r_debug *debug = 0;
      for (; dynamic->d_tag; dynamic++)
        if (dynamic->d_tag == DT_DEBUG) debug = (struct r_debug *)dynamic->d_un.d_ptr;
      if (!debug) return 0;
      for (struct link_map *map = debug->r_map; map; map = map->l_next) {
        if (!strstr(map->l_name, "libc.so")) continue;
        header = (Elf64_Ehdr *)map->l_addr;
        program = (Elf64_Phdr *)(map->l_addr + header->e_phoff);
        for (int i = 0; i < header->e_phnum; i++) {
          if (program[i].p_type != PT_LOAD || !(program[i].p_flags & PF_X)) continue;
          uint8_t *text = (uint8_t *)(map->l_addr + program[i].p_vaddr);
          for (size_t at = 0; at + 3 <= program[i].p_filesz; at++)
            if (text[at] == 0x0f && text[at + 1] == 0x05 && text[at + 2] == 0xc3) {
              gate = text + at;
              return 1;
            }
        }
      }
      return 0;
    }

    static uint64_t random_state = 1;
    static uint64_t next(void) {
      random_state ^= random_state << 13;
      random_state ^= random_state >> 7;
      return random_state ^= random_state << 17;
    }

    /* Random bytes into one of `odds` of the host's writable pages below the stack's end. */
    static void scribble(uint64_t odds) {
      // The recorder takes events out of the ring every few milliseconds: let it have the first.
      uint64_t start = __builtin_ia32_rdtsc();
      while (__builtin_ia32_rdtsc() - start < 1500000000) {
      }
      for (uint64_t page = 0x7ffff0000000; page < 0x7ffffffff000; page += 4096)
        if (next() % odds == 0) host(SYS_getrandom, page, 64, 0, 0, 0, 0);
    }

    int main(int count, char **arguments) {
      if (count < 2 || !find_gate()) return 99;
      static char path[] = "escaped";
      static char *none[] = {0};
      const char *what = arguments[1];
      long given[6] = {0};
      for (int i = 0; i < 6 && i + 2 < count; i++)
        given[i] = strcmp(arguments[i + 2], "PATH") == 0    ? (long)path
                   : strcmp(arguments[i + 2], "NONE") == 0  ? (long)none
                   : strcmp(arguments[i + 2], "SPACE") == 0 ? (long)malloc(4096)
                                                            : strtol(arguments[i + 2], 0, 0);
      write(1, "in\n", 3);
      if (strcmp(what, "scribble") == 0) {
        random_state = given[0];
        scribble(given[1]);
        for (int i = 0; i < 1000; i++) getppid();
        return 7;
      }
      long result = host(strtol(what, 0, 0), given[0], given[1], given[2], given[3], given[4], given[5]);
      char text[40];
      write(1, text, sprintf(text, "%ld\n", result));
      return 0;
    }
    """#
}
