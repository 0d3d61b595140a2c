// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CTrial.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { loss_limit = 4096 };

// A call under way: what an argument, or a word of memory, was before a flag was cleared.
struct loss {
  int32_t task;
  uint32_t argument;
  // Where the word stands; 0 where it is the register.
  uint64_t address;
  uint64_t before;
  uint64_t after;
  // Whether the call may make a task that is not known yet.
  int is_bearing;
};

// Tasks to which something is to be given back. One that finds no room keeps what it has.
static struct loss losses[loss_limit];

// Tasks that stopped for the first time while a call was under way that may have made them.
static int32_t held[loss_limit];

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

static int note(struct loss loss) {
  for (int i = 0; i < loss_limit; i++)
    if (losses[i].task == 0) {
      losses[i] = loss;
      return 1;
    }
  return 0;
}

static void forget(int32_t task) {
  for (int i = 0; i < loss_limit; i++)
    if (losses[i].task == task) losses[i].task = 0;
}

static int is_under_way(int32_t task) {
  for (int i = 0; i < loss_limit; i++)
    if (losses[i].task == task) return 1;
  return 0;
}

// A word of a task's memory. Whether there is one.
static int peek(int32_t task, uint64_t address, uint64_t *word) {
  errno = 0;
  *word = (uint64_t)ptrace(PTRACE_PEEKDATA, task, address, 0);
  return errno == 0;
}

static int is_meant(int32_t task, const struct trial_flag *flag,
                    struct user_regs_struct *registers) {
  if (flag->number != (uint32_t)registers->orig_rax) return 0;
  if (flag->subcommand_argument >= 0 &&
      (uint32_t)*argument_of(registers, (uint32_t)flag->subcommand_argument) != flag->subcommand)
    return 0;
  uint64_t word = *argument_of(registers, flag->argument);
  if (flag->offset >= 0 && !peek(task, word + (uint64_t)flag->offset, &word)) return 0;
  return (word & flag->mask) == flag->value;
}

// Lets the call that a task stands before fail.
static void refuse(int32_t task, struct user_regs_struct *registers, int32_t error) {
  registers->orig_rax = -1ULL;
  registers->rax = (unsigned long long)-(long long)error;
  ptrace(PTRACE_SETREGS, task, 0, registers);
}

// Clears a flag in memory; writes to read-only memory, too, as a debugger does.
static int clear_word(int32_t task, const struct trial_flag *flag, uint64_t address,
                      int is_bearing) {
  struct loss loss = {task, flag->argument, address + (uint64_t)flag->offset, 0, 0, is_bearing};
  if (!peek(task, loss.address, &loss.before)) return 0;
  loss.after = loss.before & ~flag->value;
  if (ptrace(PTRACE_POKEDATA, task, loss.address, loss.after) < 0) return 0;
  for (int i = 0; i < loss_limit; i++)
    if (losses[i].task == task && losses[i].address == loss.address) {
      losses[i].after = loss.after;
      return 1;
    }
  return note(loss);
}

// Clears what is to be cleared of the call that a task stands before; whether to look at its end.
static int clear(int32_t task, const struct trial_flag *flags, size_t count) {
  struct user_regs_struct before, registers;
  int must_return = 0;
  if (ptrace(PTRACE_GETREGS, task, 0, &before) < 0) return 0;
  registers = before;
  int is_bearing = before.orig_rax == SYS_clone || before.orig_rax == SYS_clone3;
  for (size_t i = 0; i < count; i++)
    if (flags[i].error && is_meant(task, &flags[i], &before)) {
      refuse(task, &registers, flags[i].error);
      return 0;
    }
  for (size_t i = 0; i < count; i++) {
    if (flags[i].error || !is_meant(task, &flags[i], &before)) continue;
    if (flags[i].offset < 0)
      *argument_of(&registers, flags[i].argument) &= ~flags[i].value;
    else
      must_return |=
          clear_word(task, &flags[i], *argument_of(&before, flags[i].argument), is_bearing);
  }
  if (ptrace(PTRACE_SETREGS, task, 0, &registers) < 0) return must_return;
  for (uint32_t index = 0; index < 6; index++) {
    uint64_t first = *argument_of(&before, index), then = *argument_of(&registers, index);
    if (first != then)
      must_return |= note((struct loss){task, index, 0, first, then, is_bearing});
  }
  return must_return;
}

// Behind the call the program finds its registers and its memory as it left them. A call that is
// made again after a signal has the flag again, and loses it again.
static void give_back(int32_t task) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, task, 0, &registers) == 0) {
    // Behind execveat(2) there is another program.
    int is_new = registers.orig_rax == SYS_execveat && registers.rax == 0;
    for (int i = 0; i < loss_limit && !is_new; i++) {
      uint64_t word;
      if (losses[i].task != task) continue;
      if (losses[i].address == 0)
        *argument_of(&registers, losses[i].argument) = losses[i].before;
      else if (peek(task, losses[i].address, &word) && word == losses[i].after)
        ptrace(PTRACE_POKEDATA, task, losses[i].address, losses[i].before);
    }
    ptrace(PTRACE_SETREGS, task, 0, &registers);
  }
  forget(task);
}

static int stops(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

// Whether a call is under way that has lost something and may make a task that lacks it.
static int is_any_bearing(void) {
  for (int i = 0; i < loss_limit; i++)
    if (losses[i].task && losses[i].is_bearing) return 1;
  return 0;
}

static int take_held(int32_t task) {
  for (int i = 0; i < loss_limit; i++)
    if (held[i] == task) {
      held[i] = 0;
      return 1;
    }
  return 0;
}

static int hold(int32_t task) {
  for (int i = 0; i < loss_limit; i++)
    if (held[i] == 0) {
      held[i] = task;
      return 1;
    }
  return 0;
}

static void let_held_go(void) {
  for (int i = 0; i < loss_limit; i++)
    if (held[i]) {
      ptrace(PTRACE_CONT, held[i], 0, 0);
      held[i] = 0;
    }
}

// Whether a new task has the memory of the one that made it, by the flags that the call had left.
static int shares_memory(int32_t maker, struct user_regs_struct *registers) {
  uint64_t flags = 0;
  if (registers->orig_rax == SYS_vfork) return 1;
  if (registers->orig_rax == SYS_clone) flags = registers->rdi;
  if (registers->orig_rax == SYS_clone3) peek(maker, registers->rdi, &flags);
  return (flags & CLONE_VM) != 0;
}

// A task has made another, which goes on with what the call had lost: it is given back to it at its
// first stop, which comes before or after this. Memory that both have is given back once.
static void inherit(int32_t maker) {
  struct user_regs_struct registers;
  unsigned long child = 0;
  if (!is_under_way(maker) || ptrace(PTRACE_GETEVENTMSG, maker, 0, &child) < 0 ||
      ptrace(PTRACE_GETREGS, maker, 0, &registers) < 0)
    return;
  int is_shared = shares_memory(maker, &registers);
  for (int i = 0; i < loss_limit; i++) {
    if (losses[i].task != maker) continue;
    losses[i].is_bearing = 0;
    struct loss loss = losses[i];
    loss.task = (int32_t)child;
    if (loss.address == 0 || !is_shared) note(loss);
  }
  if (take_held((int32_t)child)) {
    give_back((int32_t)child);
    ptrace(PTRACE_CONT, (int32_t)child, 0, 0);
  }
  if (!is_any_bearing()) let_held_go();
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
      take_held(task);
      if (!is_any_bearing()) let_held_go();
      continue;
    }
    int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP) {
      int looks = clear(task, flags, count);
      ptrace(looks ? PTRACE_SYSCALL : PTRACE_CONT, task, 0, 0);
    } else if (signal == (SIGTRAP | 0x80)) {
      give_back(task);
      ptrace(PTRACE_CONT, task, 0, 0);
      if (!is_any_bearing()) let_held_go();
    } else if (event == PTRACE_EVENT_STOP && stops(signal)) {
      ptrace(PTRACE_LISTEN, task, 0, 0);
    } else if (event == PTRACE_EVENT_STOP) {
      // A task that begins, or one that was stopped and goes on.
      if (is_under_way(task))
        give_back(task);
      else if (is_any_bearing() && hold(task))
        continue;
      ptrace(PTRACE_CONT, task, 0, 0);
    } else if (event) {
      // Of a task whose call began another: the call goes on to its end.
      inherit(task);
      ptrace(is_under_way(task) ? PTRACE_SYSCALL : PTRACE_CONT, task, 0, 0);
    } else {
      ptrace(PTRACE_CONT, task, 0, signal);
    }
  }
}
