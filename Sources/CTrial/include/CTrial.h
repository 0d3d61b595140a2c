// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stddef.h>
#include <stdint.h>

// A program that runs behind a filter of system calls: seccomp(2), seccomp_unotify(2).
// Every function returns 0 or more on success and minus the errno otherwise.

/// An instruction of the filter. Linux: struct sock_filter.
struct trial_instruction {
  uint16_t code;
  uint8_t if_true;
  uint8_t if_false;
  uint32_t value;
};

/// A flag that calls lose on their way to the kernel.
struct trial_flag {
  uint32_t number;
  /// The argument that it stands in, 0 to 5.
  uint32_t argument;
  /// Where it stands behind that address, in bytes; -1 where it stands in the register.
  int32_t offset;
  /// The errno with which calls that have it fail; 0 where they lose it. Only of flags in memory: a
  /// filter sees registers itself.
  int32_t error;
  /// It is there where the argument's bits of `mask` are those of `value`; these are cleared.
  uint64_t mask;
  uint64_t value;
  /// The argument that says what the call does, and its low 32 bits; -1 where each call is meant.
  int32_t subcommand_argument;
  uint32_t subcommand;
};

/// A program to start.
struct trial_program {
  /// The path for execve(2).
  const char *path;
  /// NULL-terminated.
  char *const *arguments;
  /// NULL-terminated.
  char *const *environment;
  /// The directory to start in; NULL for the caller's.
  const char *directory;
  /// What becomes its stdin, stdout and stderr.
  int32_t streams[3];
  /// The filter; none where it has no instructions.
  const struct trial_instruction *filter;
  uint16_t filter_length;
  /// The flags to clear where the filter traces a call (SECCOMP_RET_TRACE).
  const struct trial_flag *flags;
  size_t flag_count;
};

/// What was started.
struct trial_process {
  /// The process, the leader of a session of its own.
  int32_t pid;
  /// Readable when it has ended: pidfd_open(2).
  int32_t pidfd;
  /// Where it tells of the calls that the filter asks about; -1 without a filter.
  int32_t listener;
  /// The process that clears flags; -1 where there are none.
  int32_t tracer;
  /// The errno of its execve(2), written when that fails. In memory that `trial_forget` gives back.
  volatile int32_t *exec_error;
};

/// Makes a pipe that no program inherits; reading from it does not wait.
int trial_pipe(int32_t *read_end, int32_t *write_end);

/// Where starting a program failed.
enum trial_step {
  trial_step_fork = 1,
  trial_step_filter = 2,
  trial_step_listener = 3,
  trial_step_trace = 4,
};

/// Starts a program. It is killed when the thread that started it ends. Its execve(2) is behind the
/// filter like every later call: whoever waits for it answers `listener`, too.
int trial_start(const struct trial_program *program, struct trial_process *process, int32_t *step);

/// Closes the descriptors and gives back the memory of a process that `trial_end` has waited for.
void trial_forget(struct trial_process *process);

/// A call that the filter asks about.
struct trial_call {
  uint64_t id;
  int32_t pid;
  uint32_t number;
  uint64_t arguments[6];
};

/// Takes the next call; -ENOENT if the task that made it is gone.
int trial_receive(int32_t listener, struct trial_call *call);

/// Lets a call give `result`, or, where `goes_on` is not 0, do its work.
int trial_answer(int32_t listener, uint64_t id, int64_t result, int32_t goes_on);

/// How a process ended that nobody has waited for, as `trial_end` gives it, which is still to be
/// called; -EAGAIN where it goes on.
int trial_status(const struct trial_process *process, int32_t *exited, int32_t *value);

/// Kills the session of a process and, where flags are cleared, whatever it started; waits for the
/// process, and gives how it ended: whether it exited, and its status or its signal.
int trial_end(const struct trial_process *process, int32_t *exited, int32_t *value);

/// What a tracer does that `trial_start` forks: attaches to `pid`, tells at `*state` that it has
/// (1) or minus the errno, clears flags in the calls that the filter traces, and gives each
/// register and word back behind its call, in a child that the call makes, too. What it traces is
/// killed when it ends. Returns when nothing is left.
void trial_clear_flags(int32_t pid, const struct trial_flag *flags, size_t count,
                       volatile int32_t *state);
