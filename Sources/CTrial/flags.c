// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CTrial.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { loss_limit = 4096 };

// A call under way: what its argument was before a flag was cleared.
struct loss {
  int32_t task;
  uint32_t argument;
  uint64_t before;
};

// Tasks whose registers are to be given back. One that finds no room keeps what it has.
static struct loss losses[loss_limit];

static unsigned long long *argument_of(struct user_regs_struct *registers, uint32_t index) {
  switch (index) {
    case 0: return &registers->rdi;
    case 1: return &registers->rsi;
    case 2: return &registers->rdx;
    case 3: return &registers->r10;
    case 4: return &registers->r8;
    default: return &registers->r9;
  }
}

static int note(int32_t task, uint32_t argument, uint64_t before) {
  for (int i = 0; i < loss_limit; i++)
    if (losses[i].task == 0) {
      losses[i] = (struct loss){task, argument, before};
      return 1;
    }
  return 0;
}

static void forget(int32_t task) {
  for (int i = 0; i < loss_limit; i++)
    if (losses[i].task == task) losses[i].task = 0;
}

static int is_meant(const struct trial_flag *flag, struct user_regs_struct *registers) {
  if (flag->number != (uint32_t)registers->orig_rax) return 0;
  if (flag->subcommand_argument >= 0 &&
      (uint32_t)*argument_of(registers, (uint32_t)flag->subcommand_argument) != flag->subcommand)
    return 0;
  return (*argument_of(registers, flag->argument) & flag->mask) == flag->value;
}

// Clears what is to be cleared of the call that a task stands before; whether to look at its end.
static int clear(int32_t task, const struct trial_flag *flags, size_t count) {
  struct user_regs_struct before, registers;
  int must_return = 0;
  if (ptrace(PTRACE_GETREGS, task, 0, &before) < 0) return 0;
  registers = before;
  for (size_t i = 0; i < count; i++)
    if (is_meant(&flags[i], &before))
      *argument_of(&registers, flags[i].argument) &= ~flags[i].value;
  if (ptrace(PTRACE_SETREGS, task, 0, &registers) < 0) return 0;
  for (uint32_t index = 0; index < 6; index++) {
    unsigned long long value = *argument_of(&before, index);
    if (*argument_of(&registers, index) != value) must_return |= note(task, index, value);
  }
  return must_return;
}

// Behind the call the program finds its registers as it left them. A call that is made again after
// a signal has the flag again, and loses it again.
static void give_back(int32_t task) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, task, 0, &registers) == 0) {
    // Behind execveat(2) there is another program.
    int is_new = registers.orig_rax == SYS_execveat && registers.rax == 0;
    for (int i = 0; i < loss_limit && !is_new; i++)
      if (losses[i].task == task) *argument_of(&registers, losses[i].argument) = losses[i].before;
    ptrace(PTRACE_SETREGS, task, 0, &registers);
  }
  forget(task);
}

static int stops(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

void trial_clear_flags(int32_t pid, const struct trial_flag *flags, size_t count,
                       volatile int32_t *state) {
  const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
                       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  int status;
  if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0) {
    *state = -errno;
    return;
  }
  *state = 1;
  for (;;) {
    int32_t task = waitpid(-1, &status, __WALL);
    if (task < 0 && errno == EINTR) continue;
    if (task < 0) return;
    if (!WIFSTOPPED(status)) {
      forget(task);
      continue;
    }
    int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP) {
      int looks = clear(task, flags, count);
      ptrace(looks ? PTRACE_SYSCALL : PTRACE_CONT, task, 0, 0);
    } else if (signal == (SIGTRAP | 0x80)) {
      give_back(task);
      ptrace(PTRACE_CONT, task, 0, 0);
    } else if (event == PTRACE_EVENT_STOP && stops(signal)) {
      ptrace(PTRACE_LISTEN, task, 0, 0);
    } else if (event) {
      // Of a task that began, or whose call began one: the call goes on to its end.
      int is_under_way = 0;
      for (int i = 0; i < loss_limit; i++) is_under_way |= losses[i].task == task;
      ptrace(is_under_way ? PTRACE_SYSCALL : PTRACE_CONT, task, 0, 0);
    } else {
      ptrace(PTRACE_CONT, task, 0, signal);
    }
  }
}
