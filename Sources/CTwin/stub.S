// SPDX-License-Identifier: BSD-3-Clause
// The code of the twin's process: one page, position-independent, without a stack of its own but
// in the area. What it does is in CTwin.h; the area's first words are laid out in start.c.

#include "CTwin.h"

// Of the area's first words.
#define COUNT 0
#define DONE 8
#define FIRST 16
#define MAPS 24
#define PATH 64
#define ACTION 128

// Of struct twin_command.
#define KIND 0
#define WANTS_MAP 4
#define NUMBER 8
#define ARGUMENTS 16
#define RESULT 64
#define SIGNAL 72
#define TEXT 80
#define TEXT_COUNT 88

#define UC_RAX 144
#define UC_RIP 168

#define TASK_SIZE 0x7ffffffff000

  .section .rodata
  .globl twin_stub_start
  .globl twin_stub_end
  .balign 16
twin_stub_start:
  // mmap(area): descriptor 5, which then is closed.
  movl $9, %eax
  movl $TWIN_AREA, %edi
  movl $TWIN_AREA_SIZE, %esi
  movl $3, %edx
  movl $0x11, %r10d
  movl $5, %r8d
  xorl %r9d, %r9d
  syscall
  cmpq $TWIN_AREA, %rax
  jne fail
  movq %rax, %r12
  leaq TWIN_COMMANDS(%r12), %rsp
  movl $3, %eax
  movl $5, %edi
  syscall
  // munmap of all else.
  movl $11, %eax
  xorl %edi, %edi
  movl $TWIN_AREA, %esi
  syscall
  movl $11, %eax
  movl $(TWIN_AREA + TWIN_AREA_SIZE), %edi
  movl $(TWIN_STUB - TWIN_AREA - TWIN_AREA_SIZE), %esi
  syscall
  movl $11, %eax
  movl $(TWIN_STUB + 4096), %edi
  movabsq $(TASK_SIZE - TWIN_STUB - 4096), %rsi
  syscall
  testq %rax, %rax
  jnz fail
  // open("/proc/self/maps")
  movl $2, %eax
  leaq PATH(%r12), %rdi
  movl $0x80000, %esi
  xorl %edx, %edx
  syscall
  testq %rax, %rax
  js fail
  movq %rax, MAPS(%r12)
  // rt_sigaction of SIGSEGV and SIGBUS: SA_SIGINFO | SA_RESTORER.
  leaq handler(%rip), %rax
  movq %rax, ACTION(%r12)
  movq $0x04000004, ACTION+8(%r12)
  leaq restorer(%rip), %rax
  movq %rax, ACTION+16(%r12)
  movq $0, ACTION+24(%r12)
  movl $11, %edi
  call act
  movl $7, %edi
  call act

ready:
  // A byte says that the batch is done, a byte that the next is there.
  movl $1, %eax
  movl $1, %edi
  movq %r12, %rsi
  movl $1, %edx
  syscall
  xorl %eax, %eax
  xorl %edi, %edi
  leaq 32(%r12), %rsi
  movl $1, %edx
  syscall
  cmpq $1, %rax
  jne leave
  movq FIRST(%r12), %r13
  shlq $7, %r13
  leaq TWIN_COMMANDS(%r12, %r13), %r13
  movq $0, DONE(%r12)
  leaq TWIN_TEXT(%r12), %r15

next:
  movq DONE(%r12), %rax
  cmpq COUNT(%r12), %rax
  jae ready
  leaq (TWIN_AREA_SIZE - TWIN_TEXT_RESERVE)(%r12), %rax
  cmpq %rax, %r15
  jae ready
  movl $0, SIGNAL(%r13)
  movl $0, SIGNAL+4(%r13)
  movl KIND(%r13), %eax
  cmpl $1, %eax
  je read
  ja write
  movq ARGUMENTS(%r13), %rdi
  movq ARGUMENTS+8(%r13), %rsi
  movq ARGUMENTS+16(%r13), %rdx
  movq ARGUMENTS+24(%r13), %r10
  movq ARGUMENTS+32(%r13), %r8
  movq ARGUMENTS+40(%r13), %r9
  movq NUMBER(%r13), %rax
  syscall
  jmp touched
read:
  movq NUMBER(%r13), %rbx
  movq (%rbx), %rax
  jmp touched
write:
  movq NUMBER(%r13), %rbx
  movq ARGUMENTS(%r13), %rax
  movq %rax, (%rbx)
touched:
  movq %rax, RESULT(%r13)
after:
  movq $0, TEXT_COUNT(%r13)
  cmpl $0, WANTS_MAP(%r13)
  je done
  movq %r15, %rax
  subq %r12, %rax
  movq %rax, TEXT(%r13)
more:
  // pread64(maps)
  movl $17, %eax
  movq MAPS(%r12), %rdi
  movq %r15, %rsi
  leaq TWIN_AREA_SIZE(%r12), %rdx
  subq %r15, %rdx
  movq TEXT_COUNT(%r13), %r10
  syscall
  testq %rax, %rax
  jle done
  addq %rax, %r15
  addq %rax, TEXT_COUNT(%r13)
  jmp more
done:
  addq $TWIN_COMMAND_SIZE, %r13
  incq DONE(%r12)
  jmp next

act:
  movl $13, %eax
  leaq ACTION(%r12), %rsi
  xorl %edx, %edx
  movl $8, %r10d
  syscall
  ret

  // Of a touch alone: it goes on behind it, with the signal and its code for an outcome.
handler:
  movl %edi, SIGNAL(%r13)
  movl 8(%rsi), %eax
  movl %eax, SIGNAL+4(%r13)
  leaq failed(%rip), %rax
  movq %rax, UC_RIP(%rdx)
  ret
failed:
  movq $0, RESULT(%r13)
  jmp after
restorer:
  movl $15, %eax
  syscall

fail:
  movl $231, %eax
  movl $1, %edi
  syscall
leave:
  movl $231, %eax
  xorl %edi, %edi
  syscall
twin_stub_end:

  .section .note.GNU-stack, "", @progbits
