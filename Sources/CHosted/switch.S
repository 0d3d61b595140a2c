// SPDX-License-Identifier: BSD-3-Clause
// The switch between host and guest. Offsets are those of struct hosted_context in machine.c.

#define HOST_STACK 0
#define HOST_FS 8
#define GUEST_FS 16
#define IN_GUEST 24
#define SIGNAL 32
#define INFO 40
#define FRAME 48
#define ENTRY 56
#define STACK 64
#define HAS_FSGSBASE 72
#define NEXT_IP 80
#define NEXT_STACK 88
#define HAS_COMPACTION 96
#define DIRECT_FRAME 104
#define SPILL 112

// Offsets in ucontext_t. Source: asm/sigcontext.h, asm/ucontext.h.
#define UC_R8 40
#define UC_R9 48
#define UC_R10 56
#define UC_R11 64
#define UC_R12 72
#define UC_R13 80
#define UC_R14 88
#define UC_R15 96
#define UC_RDI 104
#define UC_RSI 112
#define UC_RBP 120
#define UC_RBX 128
#define UC_RDX 136
#define UC_RAX 144
#define UC_RCX 152
#define UC_RSP 160
#define UC_RIP 168
#define UC_FLAGS 176
#define UC_VECTORS 224

#define SYS_rt_sigreturn 15
#define SYS_arch_prctl 158
#define ARCH_SET_FS 0x1002
#define ALIGNMENT_CHECK 0x40000
// Flags that the host's code must not inherit: alignment check, nested task, direction, trap.
#define GUEST_ONLY_FLAGS 0x44500
#define PLAIN_FLAGS 0x202
// What hosted_context.signal holds after hosted_direct. Known to machine.c.
#define NO_SIGNAL 0

// Offsets in an XSAVE image. Source: Intel SDM 1, 13.4.
#define XSAVE_COMPONENTS 512

  .text

// Saves what the host's calling convention keeps; the trap's entry pops it again.
.macro leave_host
  endbr64
  pushq %rbx
  pushq %rbp
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  leaq hosted_context(%rip), %r11
  movq %rsp, HOST_STACK(%r11)
.endm

// Sets the FS base from offset \from of the context, whose address is in r11; spoils rax, rdi, rsi.
.macro load_fs from
  movq \from(%r11), %rsi
  cmpq $0, HAS_FSGSBASE(%r11)
  je 1f
  wrfsbase %rsi
  jmp 2f
1:
  movl $SYS_arch_prctl, %eax
  movl $ARCH_SET_FS, %edi
  movq %r11, %rbx
  syscall
  movq %rbx, %r11
2:
.endm

// void hosted_first(void): the guest's first instruction.
  .globl hosted_first
  .hidden hosted_first
  .type hosted_first, @function
hosted_first:
  leave_host
  movl $0xff, %eax
  xorl %edx, %edx
  leaq hosted_initial_vectors(%rip), %rcx
  xrstor (%rcx)
  load_fs GUEST_FS
  movq $1, IN_GUEST(%r11)
  pushq $PLAIN_FLAGS
  popfq
  movq STACK(%r11), %rsp
  movl $0, %eax
  movl $0, %ebx
  movl $0, %ecx
  movl $0, %edx
  movl $0, %esi
  movl $0, %edi
  movl $0, %ebp
  movl $0, %r8d
  movl $0, %r9d
  movl $0, %r10d
  movl $0, %r11d
  movl $0, %r12d
  movl $0, %r13d
  movl $0, %r14d
  movl $0, %r15d
  jmpq *hosted_context+ENTRY(%rip)
  .size hosted_first, . - hosted_first

// void hosted_resume(void): the guest goes on from the frame of its last trap.
  .globl hosted_resume
  .hidden hosted_resume
  .type hosted_resume, @function
hosted_resume:
  leave_host
  load_fs GUEST_FS
  movq $1, IN_GUEST(%r11)
  movq FRAME(%r11), %rsp
  movl $SYS_rt_sigreturn, %eax
  syscall
  ud2
  .size hosted_resume, . - hosted_resume

// void hosted_continue(void): as hosted_resume, without the kernel: for a frame of 64-bit code with
// plain flags. No guest memory is written, so the red zone stays.
  .globl hosted_continue
  .hidden hosted_continue
  .type hosted_continue, @function
hosted_continue:
  leave_host
  load_fs GUEST_FS
  movq FRAME(%r11), %r15
  movq UC_VECTORS(%r15), %rcx
  movl $-1, %eax
  movl $-1, %edx
  xrstor64 (%rcx)
  movq UC_RIP(%r15), %rax
  movq %rax, NEXT_IP(%r11)
  movq UC_RSP(%r15), %rax
  movq %rax, NEXT_STACK(%r11)
  movq $1, IN_GUEST(%r11)
  leaq UC_FLAGS(%r15), %rsp
  popfq
  movq UC_R8(%r15), %r8
  movq UC_R9(%r15), %r9
  movq UC_R10(%r15), %r10
  movq UC_R11(%r15), %r11
  movq UC_R12(%r15), %r12
  movq UC_R13(%r15), %r13
  movq UC_R14(%r15), %r14
  movq UC_RDI(%r15), %rdi
  movq UC_RSI(%r15), %rsi
  movq UC_RBP(%r15), %rbp
  movq UC_RBX(%r15), %rbx
  movq UC_RDX(%r15), %rdx
  movq UC_RAX(%r15), %rax
  movq UC_RCX(%r15), %rcx
  movq UC_R15(%r15), %r15
  movq hosted_context+NEXT_STACK(%rip), %rsp
  jmpq *hosted_context+NEXT_IP(%rip)
  .size hosted_continue, . - hosted_continue

// The handler of every signal that a guest's instruction can raise, on the alternate stack:
// rdi is the signal, rsi the siginfo_t, rdx the ucontext_t. Returns from the switch that entered
// the guest.
  .globl hosted_signal
  .hidden hosted_signal
  .type hosted_signal, @function
hosted_signal:
  endbr64
  leaq hosted_context(%rip), %r11
  cmpq $0, IN_GUEST(%r11)
  je 9f
  movq $0, IN_GUEST(%r11)
  movq %rdi, SIGNAL(%r11)
  movq %rsi, INFO(%r11)
  movq %rdx, FRAME(%r11)
  cmpq $0, HAS_FSGSBASE(%r11)
  je 3f
  rdfsbase %rax
  movq %rax, GUEST_FS(%r11)
3:
  load_fs HOST_FS
  movq HOST_STACK(%r11), %rsp
  pushfq
  testl $ALIGNMENT_CHECK, (%rsp)
  jz 4f
  andl $~ALIGNMENT_CHECK, (%rsp)
  popfq
  pushfq
4:
  popq %rax
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbp
  popq %rbx
  retq
9:
  jmp hosted_host_fault
  .size hosted_signal, . - hosted_signal

// Where the stub of a rewritten site jumps to, with all registers the guest's own but rcx, the
// address behind the call, and r11, where the guest goes on. Leaves a frame as the kernel would,
// and returns from the switch that entered the guest. No guest memory is touched.
  .globl hosted_direct
  .hidden hosted_direct
  .type hosted_direct, @function
hosted_direct:
  movq %r15, hosted_context+SPILL(%rip)
  movq hosted_context+DIRECT_FRAME(%rip), %r15
  movq %r11, UC_RIP(%r15)
  movq %rsp, UC_RSP(%r15)
  movq hosted_context+HOST_STACK(%rip), %rsp
  pushfq
  popq %r11
  movq %r11, UC_FLAGS(%r15)
  movq %r11, UC_R11(%r15)
  movq %rax, UC_RAX(%r15)
  movq %rbx, UC_RBX(%r15)
  movq %rcx, UC_RCX(%r15)
  movq %rdx, UC_RDX(%r15)
  movq %rsi, UC_RSI(%r15)
  movq %rdi, UC_RDI(%r15)
  movq %rbp, UC_RBP(%r15)
  movq %r8, UC_R8(%r15)
  movq %r9, UC_R9(%r15)
  movq %r10, UC_R10(%r15)
  movq %r12, UC_R12(%r15)
  movq %r13, UC_R13(%r15)
  movq %r14, UC_R14(%r15)
  movq hosted_context+SPILL(%rip), %rax
  movq %rax, UC_R15(%r15)
  testl $GUEST_ONLY_FLAGS, %r11d
  jz 1f
  pushq $PLAIN_FLAGS
  popfq
1:
  leaq hosted_context(%rip), %r11
  movq $0, IN_GUEST(%r11)
  movq $NO_SIGNAL, SIGNAL(%r11)
  movq %r15, FRAME(%r11)
  movq UC_VECTORS(%r15), %rcx
  movl $-1, %eax
  movl $-1, %edx
  cmpq $0, HAS_COMPACTION(%r11)
  je 2f
  xsavec64 (%rcx)
  jmp 3f
2:
  xsave64 (%rcx)
3:
  // The host's own settings: no trap of the guest's arithmetic, no MMX registers in use.
  ldmxcsr hosted_initial_vectors+24(%rip)
  testb $1, XSAVE_COMPONENTS(%rcx)
  jz 4f
  fninit
4:
  rdfsbase %rax
  movq %rax, GUEST_FS(%r11)
  load_fs HOST_FS
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbp
  popq %rbx
  retq
  .size hosted_direct, . - hosted_direct

// int hosted_copy(void *to, const void *from, size_t count): 0, or -1 where the source is gone.
// The guest's frame lies at the top of the alternate stack: from below it the signal of a fault
// goes further down instead of over it.
  .globl hosted_copy
  .hidden hosted_copy
  .type hosted_copy, @function
hosted_copy:
  endbr64
  movq %rdx, %rcx
  movq %rsp, %r8
  movq hosted_context+FRAME(%rip), %rax
  testq %rax, %rax
  jz 1f
  cmpq hosted_context+DIRECT_FRAME(%rip), %rax
  je 1f
  leaq -1024(%rax), %rsp
1:
  rep movsb
  movq %r8, %rsp
  xorl %eax, %eax
  retq
// Where hosted_host_fault lets a copy go on that met the end of a file.
  .globl hosted_copy_failed
  .hidden hosted_copy_failed
hosted_copy_failed:
  movq %r8, %rsp
  movl $-1, %eax
  retq
  .size hosted_copy, . - hosted_copy

// The XSAVE image of a fresh task: all components initial, only MXCSR said.
  .section .rodata
  .balign 64
hosted_initial_vectors:
  .zero 24
  .long 0x1f80
  .zero 576 - 28

  .section .note.GNU-stack, "", @progbits
