// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CHosted.h"

#include <asm/prctl.h>
#include <cpuid.h>
#include <errno.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#ifndef PR_SYS_DISPATCH_ON
#define PR_SYS_DISPATCH_ON 1
#endif
#define HWCAP2_FSGSBASE 2
#define HOST_END 0x7ffffffff000ull
#define VECTOR_PAGE_FAULT 14
#define VECTOR_PROTECTION 13
#define FAULT_PRESENT 1
#define FLAG_TRAP 0x100
#define FLAG_NESTED_TASK 0x4000
// SS and CS of 64-bit user code, as REG_CSGSFS has them. Source: asm/segment.h.
#define USER_SELECTORS 0x002b000000000033
// UC_FP_XSTATE of asm/ucontext.h.
#define HAS_EXTENDED_STATE 1
#define RSEQ_UNREGISTER 1
#define RSEQ_SIGNATURE 0x53053053
// The error code of #GP for `int $0x80` through an absent gate: the vector, and the IDT bit.
#define INTERRUPT_80_CODE (0x80 * 8 + 2)

// The signal of a trap that came by a rewritten site. Known to switch.S.
#define NO_SIGNAL 0
#define STATE_LEAF 0xd
#define HAS_XSAVEC 2

// The layout is known to switch.S.
struct hosted_context {
  uint64_t host_stack;
  uint64_t host_fs;
  uint64_t guest_fs;
  uint64_t in_guest;
  uint64_t signal;
  siginfo_t *info;
  ucontext_t *frame;
  uint64_t entry;
  uint64_t stack;
  uint64_t has_fsgsbase;
  uint64_t next_ip;
  uint64_t next_stack;
  uint64_t has_compaction;
  ucontext_t *direct_frame;
  uint64_t spill;
};
__attribute__((visibility("hidden"))) struct hosted_context hosted_context;

__attribute__((visibility("hidden"))) void hosted_first(void);
__attribute__((visibility("hidden"))) void hosted_resume(void);
__attribute__((visibility("hidden"))) void hosted_continue(void);
__attribute__((visibility("hidden"))) void hosted_signal(int, siginfo_t *, void *);
__attribute__((visibility("hidden"))) void hosted_host_fault(int, siginfo_t *, void *);
__attribute__((visibility("hidden"))) void hosted_copy_failed(void);

// Of the C library from glibc 2.35 on.
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

int hosted_check_layout(void) {
  int local = 0;
  void *fresh = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (fresh == MAP_FAILED) return -1;
  munmap(fresh, 4096);
  uint64_t addresses[] = {(uint64_t)&hosted_check_layout, (uint64_t)&mmap, (uint64_t)&local,
                          (uint64_t)fresh, (uint64_t)sbrk(0)};
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
    if (addresses[i] < HOSTED_BOUNDARY || addresses[i] >= HOST_END) return -1;
  return 0;
}

// The C library's registration costs a little at each signal and serves nobody here.
static void unregister_rseq(void) {
  if (&__rseq_offset == NULL || __rseq_size == 0) return;
  char *area = (char *)__builtin_thread_pointer() + __rseq_offset;
  syscall(SYS_rseq, area, 32, RSEQ_UNREGISTER, RSEQ_SIGNATURE);
}

static int arm_stack(void) {
  size_t size = 256 * 1024 + 16 * (size_t)getauxval(AT_MINSIGSTKSZ);
  void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return errno;
  stack_t stack = {.ss_sp = base, .ss_size = size};
  return sigaltstack(&stack, NULL) == 0 ? 0 : errno;
}

int hosted_arm(void) {
  hosted_context.has_fsgsbase = (getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE) != 0;
  if (syscall(SYS_arch_prctl, ARCH_GET_FS, &hosted_context.host_fs) != 0) return errno;
  unregister_rseq();
  int failure = arm_stack();
  if (failure) return failure;
  struct sigaction action = {.sa_sigaction = hosted_signal,
                             .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  const int signals[] = {SIGSYS, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    if (sigaction(signals[i], &action, NULL) != 0) return errno;
    sigaddset(&set, signals[i]);
  }
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, HOSTED_BOUNDARY,
            HOST_END - HOSTED_BOUNDARY, NULL) != 0)
    return errno;
  return 0;
}

int hosted_arm_direct(void) {
  unsigned size, b, c, d, features;
  if (!hosted_context.has_fsgsbase) return ENOTSUP;
  if (!__get_cpuid_count(STATE_LEAF, 0, &features, &size, &c, &d) ||
      !__get_cpuid_count(STATE_LEAF, 1, &features, &b, &c, &d))
    return ENOTSUP;
  // The frame first, then the image, which must begin as zeros and be aligned to 64 bytes.
  size_t head = (sizeof(ucontext_t) + 63) & ~(size_t)63;
  char *base = mmap(NULL, head + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return errno;
  hosted_context.has_compaction = (features & HAS_XSAVEC) != 0;
  ucontext_t *frame = (ucontext_t *)base;
  frame->uc_mcontext.fpregs = (fpregset_t)(base + head);
  hosted_context.direct_frame = frame;
  return 0;
}

void hosted_start(uint64_t entry, uint64_t stack) {
  hosted_context.entry = entry;
  hosted_context.stack = stack;
  hosted_context.frame = NULL;
}

static void decode_system_call(struct hosted_trap *trap, uint32_t number) {
  const greg_t *registers = hosted_context.frame->uc_mcontext.gregs;
  trap->kind = HOSTED_TRAP_SYSTEM_CALL;
  trap->number = number;
  trap->arguments[0] = (uint64_t)registers[REG_RDI];
  trap->arguments[1] = (uint64_t)registers[REG_RSI];
  trap->arguments[2] = (uint64_t)registers[REG_RDX];
  trap->arguments[3] = (uint64_t)registers[REG_R10];
  trap->arguments[4] = (uint64_t)registers[REG_R8];
  trap->arguments[5] = (uint64_t)registers[REG_R9];
}

static void decode_dispatch(struct hosted_trap *trap) {
  if (hosted_context.info->si_arch == AUDIT_ARCH_X86_64) {
    trap->site = trap->ip - HOSTED_CALL_SIZE;
    decode_system_call(trap, (uint32_t)hosted_context.info->si_syscall);
  } else {
    trap->kind = HOSTED_TRAP_EXCEPTION;
    trap->vector = VECTOR_PROTECTION;
    trap->code = INTERRUPT_80_CODE;
  }
}

// Whether the frame can be gone on from without the kernel: 64-bit code and stack, no single step.
static int is_plain(const ucontext_t *frame) {
  if (frame == hosted_context.direct_frame) return 1;
  const uint64_t selectors = (uint64_t)frame->uc_mcontext.gregs[REG_CSGSFS];
  return (selectors & 0xffff00000000ffff) == USER_SELECTORS &&
         (frame->uc_mcontext.gregs[REG_EFL] & (FLAG_TRAP | FLAG_NESTED_TASK)) == 0 &&
         (frame->uc_flags & HAS_EXTENDED_STATE) != 0;
}

void hosted_run(struct hosted_trap *trap) {
  if (hosted_context.frame == NULL)
    hosted_first();
  else if (is_plain(hosted_context.frame))
    hosted_continue();
  else
    hosted_resume();
  const greg_t *registers = hosted_context.frame->uc_mcontext.gregs;
  trap->ip = (uint64_t)registers[REG_RIP];
  trap->site = 0;
  if (hosted_context.signal == NO_SIGNAL) {
    // Where the guest goes on may be in the stub, which leaves here what is behind the call.
    trap->ip = (uint64_t)registers[REG_RCX];
    decode_system_call(trap, (uint32_t)registers[REG_RAX]);
    return;
  }
  trap->code = (uint64_t)registers[REG_ERR];
  trap->vector = (uint32_t)registers[REG_TRAPNO];
  if (hosted_context.info->si_code <= 0) {
    trap->kind = HOSTED_TRAP_FOREIGN_SIGNAL;
    trap->number = hosted_context.signal;
  } else if (hosted_context.signal == SIGSYS) {
    decode_dispatch(trap);
  } else if (hosted_context.signal == SIGBUS && trap->vector == VECTOR_PAGE_FAULT) {
    trap->kind = HOSTED_TRAP_NO_MEMORY;
    trap->address = (uint64_t)registers[REG_CR2];
  } else if (trap->vector == VECTOR_PAGE_FAULT) {
    // The host fills its page table when it likes; a page of the guest's is present once it is
    // mapped.
    if (hosted_context.info->si_code == SEGV_ACCERR) trap->code |= FAULT_PRESENT;
    trap->kind = HOSTED_TRAP_PAGE_FAULT;
    trap->address = (uint64_t)registers[REG_CR2];
  } else {
    trap->kind = HOSTED_TRAP_EXCEPTION;
  }
}

void hosted_become_system_call(struct hosted_trap *trap) {
  greg_t *registers = hosted_context.frame->uc_mcontext.gregs;
  registers[REG_RIP] += HOSTED_CALL_SIZE;
  // As the CPU's own instruction leaves them.
  registers[REG_RCX] = registers[REG_RIP];
  registers[REG_R11] = registers[REG_EFL];
  trap->ip = (uint64_t)registers[REG_RIP];
  decode_system_call(trap, (uint32_t)registers[REG_RAX]);
}

uint64_t hosted_ip(void) {
  return (uint64_t)hosted_context.frame->uc_mcontext.gregs[REG_RIP];
}

void hosted_set_ip(uint64_t ip) {
  hosted_context.frame->uc_mcontext.gregs[REG_RIP] = (greg_t)ip;
}

void hosted_set_result(uint64_t value) {
  hosted_context.frame->uc_mcontext.gregs[REG_RAX] = (greg_t)value;
}

void hosted_set_fs(uint64_t base) { hosted_context.guest_fs = base; }

void hosted_set_gs(uint64_t base) { syscall(SYS_arch_prctl, ARCH_SET_GS, base); }

// The host's own code faulted: nothing of this process can be trusted any more, unless it was a
// copy from a file that somebody has cut.
void hosted_host_fault(int signal, siginfo_t *info, void *context) {
  (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const uint64_t ip = (uint64_t)registers[REG_RIP];
  if (signal == SIGBUS && ip >= (uint64_t)&hosted_copy && ip < (uint64_t)&hosted_copy_failed) {
    registers[REG_RIP] = (greg_t)&hosted_copy_failed;
    return;
  }
  char text[160];
  int count = snprintf(text, sizeof text,
                       "epimetheus: the machine failed: signal %d at %#llx, ip %#llx\n", signal,
                       (unsigned long long)registers[REG_CR2],
                       (unsigned long long)registers[REG_RIP]);
  if (count > 0) (void)!write(2, text, (size_t)count);
  _exit(HOSTED_FAILURE_STATUS);
}
