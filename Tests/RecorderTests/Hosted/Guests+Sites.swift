// SPDX-License-Identifier: BSD-3-Clause

extension Guests {
  /// System calls in all the ways that a compiler or a hand writes them, each often enough to be
  /// rewritten; then what its argument says. Exits with 0 where all is as the CPU does it; with 1
  /// for `look` where the text is not what was compiled.
  static let sites = #"""
    #include <stdint.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <unistd.h>

    long numbered(void), compared(long number), split_number(void), split_check(long number);
    long registers(void), two(void);
    extern unsigned char numbered_call[], compared_call[], compared_check[];

    __asm__(
        ".text\n .skip 32, 0x90\n"
        "numbered: xorl %ecx, %ecx\n movl $110, %eax\n"
        "numbered_call: syscall\n ret\n"
        ".skip 32, 0x90\n"
        "compared: movl %edi, %eax\n"
        "compared_call: syscall\n"
        "compared_check: cmpq $-4095, %rax\n jae 1f\n ret\n"
        "1: movq $-1, %rax\n ret\n"
        ".balign 4096, 0x90\n .skip 4090, 0x90\n"
        "split_number: movl $110, %eax\n syscall\n ret\n"
        ".balign 4096, 0x90\n .skip 4088, 0x90\n"
        "split_check: movl %edi, %eax\n syscall\n cmpq $-4095, %rax\n jae 1f\n ret\n"
        "1: movq $-1, %rax\n ret\n"
        ".skip 32, 0x90\n"
        "two: xorl %ecx, %ecx\n movl $110, %eax\n syscall\n movl $39, %eax\n syscall\n ret\n"
        ".skip 32, 0x90\n"
        "registers: pushq %rbx\n pushq %rbp\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
        "movl $20, %r15d\n"
        "1: movl $1, %ebx\n movl $2, %ebp\n movl $3, %edi\n movl $4, %esi\n movl $5, %edx\n"
        "movl $6, %r8d\n movl $7, %r9d\n movl $8, %r10d\n movl $9, %r12d\n movl $10, %r13d\n"
        "movl $11, %r14d\n movq $77, -8(%rsp)\n movl $0x9fc0, -16(%rsp)\n ldmxcsr -16(%rsp)\n"
        "vpcmpeqd %ymm15, %ymm15, %ymm15\n fldpi\n"
        "std\n stc\n movl $39, %eax\n syscall\n"
        "2: jnc 9f\n lahf\n cld\n"
        "pushq %r11\n popq %rax\n testl $0x401, %eax\n jz 9f\n"
        "leaq 2b(%rip), %rax\n cmpq %rax, %rcx\n jne 9f\n"
        "cmpq $1, %rbx\n jne 9f\n cmpq $2, %rbp\n jne 9f\n cmpq $3, %rdi\n jne 9f\n"
        "cmpq $4, %rsi\n jne 9f\n cmpq $5, %rdx\n jne 9f\n cmpq $6, %r8\n jne 9f\n"
        "cmpq $7, %r9\n jne 9f\n cmpq $8, %r10\n jne 9f\n cmpq $9, %r12\n jne 9f\n"
        "cmpq $10, %r13\n jne 9f\n cmpq $11, %r14\n jne 9f\n"
        "stmxcsr -24(%rsp)\n cmpl $0x9fc0, -24(%rsp)\n jne 9f\n"
        "vmovmskps %ymm15, %eax\n cmpl $255, %eax\n jne 9f\n"
        "fldpi\n fcomip %st(1), %st\n jne 9f\n fstp %st(0)\n"
        "decl %r15d\n jnz 1b\n xorl %eax, %eax\n jmp 8f\n"
        "9: cld\n movl $1, %eax\n"
        "8: popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbp\n popq %rbx\n ret\n");

    static long enter(void *place, long value) {
      long result = value;
      __asm__ volatile("subq $128, %%rsp\n call *%[place]\n addq $128, %%rsp"
                       : "+a"(result) : [place] "b"(place)
                       : "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
      return result;
    }

    static int check(void) {
      long process = getpid(), parent = getppid();
      for (int i = 0; i < 20; i++) {
        if (numbered() != parent) return 10;
        if (compared(39) != process || compared(110) != parent || compared(999) != -1) return 11;
        if (split_number() != parent || split_check(39) != process) return 12;
        if (two() != process) return 13;
      }
      /* Into the middle, where instructions begin. */
      for (int i = 0; i < 3; i++) {
        if (enter(numbered_call, 39) != process) return 14;
        if (enter(compared_call, 39) != process) return 15;
        if (enter(compared_check, 5) != 5 || enter(compared_check, -2) != -1) return 16;
      }
      return 0;
    }

    int main(int count, char **arguments) {
      const char *how = count > 1 ? arguments[1] : "";
      int problem = check();
      if (problem) return problem;
      if (!strcmp(how, "registers") && registers()) return 20;
      if (!strcmp(how, "look"))
        return !(numbered_call[-5] == 0xb8 && numbered_call[0] == 0x0f && compared_call[0] == 0x0f);
      if (!strcmp(how, "say")) {
        /* The kernel reads the text itself. */
        write(1, numbered_call - 5, 8);
        write(1, compared_call, 9);
      }
      if (!strcmp(how, "modify")) {
        void *page = (void *)((uintptr_t)numbered_call & ~4095ul);
        for (int i = 0; i < 20; i++) {
          int number = i % 2 ? 110 : 39;
          if (mprotect(page, 8192, PROT_READ | PROT_WRITE | PROT_EXEC)) return 30;
          memcpy(numbered_call - 4, &number, 4);
          if (mprotect(page, 8192, PROT_READ | PROT_EXEC)) return 31;
          for (int j = 0; j < 6; j++)
            if (numbered() != (i % 2 ? getppid() : getpid())) return 32;
        }
        return 0;
      }
      if (!strcmp(how, "conflict")) {
        uint64_t *place = (uint64_t *)0x7f060000;
        uint64_t *memory = mmap(place, 65536, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (memory != place) return 40;
        for (int i = 0; i < 8192; i++)
          if (memory[i]) return 41;
        memset(memory, 0x5a, 65536);
        if (check()) return 42;
        for (int i = 0; i < 8192; i++)
          if (memory[i] != 0x5a5a5a5a5a5a5a5a) return 43;
        return 0;
      }
      return check();
    }
    """#
}
