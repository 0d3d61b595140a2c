// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CObserver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

struct failure {
  int32_t step;
  int32_t error;
};

static void fail(int report, int32_t step) {
  struct failure failure = {step, errno};
  ssize_t ignored = write(report, &failure, sizeof failure);
  (void)ignored;
  _exit(127);
}

// Copies first: a stream may be given under a number that another one is to get.
static void set_streams(const int32_t streams[3], int report) {
  int copies[3];
  for (int i = 0; i < 3; i++) {
    copies[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 3);
    // A recorder without that stream gives its program none either.
    if (copies[i] < 0 && streams[i] != i) fail(report, observer_step_streams);
  }
  for (int i = 0; i < 3; i++)
    if (copies[i] >= 0 && dup2(copies[i], i) < 0) fail(report, observer_step_streams);
}

static void run_child(const struct observer_program *program, int go, int report) {
  char byte;
  if (read(go, &byte, 1) != 1) _exit(127);
  set_streams(program->streams, report);
  if (program->directory && chdir(program->directory)) fail(report, observer_step_directory);
  if (program->fixed_layout) {
    int now = personality(0xffffffff);
    if (now < 0 || personality((unsigned)now | ADDR_NO_RANDOMIZE) < 0)
      fail(report, observer_step_personality);
  }
  if (program->dies_with_parent) prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Threads of a runtime block signals for their own ends; a program begins with none blocked.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(program->path, program->arguments, program->environment);
  fail(report, observer_step_exec);
}

static int wait_for_exec(int32_t pid, int report, int32_t *step) {
  int status;
  for (;;) {
    if (waitpid(pid, &status, __WALL) < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      struct failure failure;
      if (read(report, &failure, sizeof failure) == (ssize_t)sizeof failure) {
        *step = failure.step;
        return -failure.error;
      }
      *step = observer_step_exec;
      return -ECHILD;
    }
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) return 0;
    int event = status >> 16, signal = event ? 0 : WSTOPSIG(status);
    if (ptrace(PTRACE_CONT, pid, 0, (long)signal) < 0 && errno != ESRCH) return -errno;
  }
}

int observer_start(const struct observer_program *program, int32_t *pid, int32_t *step) {
  int go[2], report[2];
  sigset_t all, mask;
  *step = observer_step_fork;
  if (pipe2(go, O_CLOEXEC) < 0) return -errno;
  if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0) {
    int error = errno;
    close(go[0]), close(go[1]);
    return -error;
  }
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  int32_t child = fork();
  int error = errno, result = -error;
  if (child == 0) {
    close(go[1]), close(report[0]);
    run_child(program, go[0], report[1]);
  }
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  close(go[0]), close(report[1]);
  if (child > 0) {
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT |
                   PTRACE_O_EXITKILL;
    *step = observer_step_seize;
    result = ptrace(PTRACE_SEIZE, child, 0, options) < 0 ? -errno : 0;
    if (result == 0) {
      char byte = 0;
      ssize_t ignored = write(go[1], &byte, 1);
      (void)ignored;
      result = wait_for_exec(child, report[0], step);
    }
    if (result == 0) {
      *pid = child;
    } else {
      kill(child, SIGKILL);
      waitpid(child, NULL, __WALL);
    }
  }
  close(go[1]), close(report[0]);
  return result;
}
