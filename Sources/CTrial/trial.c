// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CTrial.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct trial_instruction) == sizeof(struct sock_filter), "sock_filter");

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

// What parent and child tell each other by memory alone: behind the filter no call is certain.
struct handshake {
  volatile int32_t exec_error;
  // 0: not yet; 1 and more: the listener's number and 1; negative: minus the errno.
  volatile int32_t listener;
  volatile int32_t go;
  // 0: not yet; 1: it traces the program; negative: minus the errno.
  volatile int32_t tracer;
  // The program's pid, which its tracer waits for.
  volatile int32_t pid;
};

int trial_pipe(int32_t *read_end, int32_t *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  *read_end = ends[0], *write_end = ends[1];
  return 0;
}

// Copies first: a stream may be given under a number that another one is to get.
static int set_streams(const int32_t streams[3]) {
  int copies[3];
  for (int i = 0; i < 3; i++)
    if ((copies[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 3)) < 0) return -errno;
  for (int i = 0; i < 3; i++)
    if (dup2(copies[i], i) < 0) return -errno;
  return 0;
}

static int install(const struct trial_program *program) {
  struct sock_fprog filter = {program->filter_length, (struct sock_filter *)program->filter};
  unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
  return listener < 0 ? -errno : listener + 1;
}

static void run_child(const struct trial_program *program, int32_t tracer,
                      struct handshake *shared) {
  int error = 0;
  sigset_t none;
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Yama lets only an ancestor attach, unless it is told otherwise.
  if (tracer > 0) prctl(PR_SET_PTRACER, tracer);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  error = set_streams(program->streams);
  if (error == 0 && program->directory && chdir(program->directory)) error = -errno;
  // So that what a disturbed program does is the same each time.
  personality((unsigned)personality(0xffffffff) | ADDR_NO_RANDOMIZE);
  if (error == 0 && program->filter_length) error = install(program);
  if (error < 0) {
    shared->listener = error;
    _exit(127);
  }
  shared->listener = error ? error : 1;
  while (!shared->go) __builtin_ia32_pause();
  // It comes back with a success, too: faked.
  int result = execve(program->path, program->arguments, program->environment);
  shared->exec_error = result < 0 ? errno : ENOEXEC;
  _exit(127);
}

static void run_tracer(const struct trial_program *program, struct handshake *shared) {
  const struct timespec pause = {0, 20000};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Else it would hold the pipes that tell of the program's end.
  syscall(SYS_close_range, 3, ~0U, 0);
  while (shared->pid == 0) nanosleep(&pause, NULL);
  trial_clear_flags(shared->pid, program->flags, program->flag_count, &shared->tracer);
  _exit(0);
}

static int await_tracer(struct handshake *shared) {
  const struct timespec pause = {0, 20000};
  while (shared->tracer == 0) nanosleep(&pause, NULL);
  return shared->tracer < 0 ? shared->tracer : 0;
}

static int fetch_listener(struct trial_process *process, struct handshake *shared, int has_filter) {
  const struct timespec pause = {0, 20000};
  while (shared->listener == 0) {
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
      return shared->listener < 0 ? shared->listener : -ECHILD;
    nanosleep(&pause, NULL);
  }
  if (shared->listener < 0) return shared->listener;
  if (!has_filter) return 0;
  process->listener = (int)syscall(SYS_pidfd_getfd, process->pidfd, shared->listener - 1, 0);
  return process->listener < 0 ? -errno : 0;
}

int trial_start(const struct trial_program *program, struct trial_process *process, int32_t *step) {
  sigset_t all, mask;
  struct handshake *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  *step = trial_step_fork;
  if (shared == MAP_FAILED) return -errno;
  *process = (struct trial_process){-1, -1, -1, -1, &shared->exec_error};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  int result = 0;
  if (program->flag_count) {
    process->tracer = fork();
    if (process->tracer < 0) result = -errno;
    if (process->tracer == 0) run_tracer(program, shared);
  }
  if (result == 0 && (process->pid = fork()) < 0) result = -errno;
  if (process->pid == 0) run_child(program, process->tracer, shared);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  if (result == 0) {
    *step = trial_step_listener;
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    result = process->pidfd < 0 ? -errno : 0;
    if (result == 0) result = fetch_listener(process, shared, program->filter_length > 0);
    if (shared->listener < 0) *step = trial_step_filter;
    if (result == 0 && process->tracer > 0) {
      *step = trial_step_trace;
      shared->pid = process->pid;
      result = await_tracer(shared);
    }
    shared->go = result == 0;
  }
  if (result < 0) {
    int32_t exited, value;
    trial_end(process, &exited, &value);
    trial_forget(process);
  }
  return result;
}

void trial_forget(struct trial_process *process) {
  if (process->pidfd >= 0) close(process->pidfd);
  if (process->listener >= 0) close(process->listener);
  munmap((void *)process->exec_error, sizeof(struct handshake));
  process->pidfd = process->listener = -1;
}

int trial_receive(int32_t listener, struct trial_call *call) {
  struct seccomp_notif request;
  memset(&request, 0, sizeof request);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0) return -errno;
  call->id = request.id;
  call->pid = (int32_t)request.pid;
  call->number = (uint32_t)request.data.nr;
  memcpy(call->arguments, request.data.args, sizeof call->arguments);
  return 0;
}

int trial_answer(int32_t listener, uint64_t id, int64_t result, int32_t goes_on) {
  struct seccomp_notif_resp answer = {id, 0, 0, 0};
  if (goes_on) {
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  } else if (result < 0 && result >= -4095) {
    answer.error = (int32_t)result;
  } else {
    answer.val = result;
  }
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 ? -errno : 0;
}

int trial_status(const struct trial_process *process, int32_t *exited, int32_t *value) {
  siginfo_t info = {0};
  if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return -errno;
  if (info.si_pid == 0) return -EAGAIN;
  *exited = info.si_code == CLD_EXITED;
  *value = info.si_status;
  return 0;
}

int trial_end(const struct trial_process *process, int32_t *exited, int32_t *value) {
  int status = 0;
  if (process->pid > 0) {
    kill(-process->pid, SIGKILL);
    kill(process->pid, SIGKILL);
  }
  if (process->tracer > 0) {
    kill(process->tracer, SIGKILL);
    while (waitpid(process->tracer, &status, 0) < 0 && errno == EINTR) continue;
  }
  if (process->pid <= 0) return -ESRCH;
  while (waitpid(process->pid, &status, 0) < 0)
    if (errno != EINTR) return -errno;
  *exited = WIFEXITED(status);
  *value = *exited ? WEXITSTATUS(status) : WTERMSIG(status);
  return 0;
}
