// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CObserver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Where the descriptors go that the guardian keeps; it closes those below.
enum { kept_descriptors = 512 };

// Kills the tasks of the map until none is left, 10 seconds at most.
static void end_tasks(int32_t tasks) {
  for (int round = 0; round < 10000; round++) {
    int32_t key = -1, next;
    int count = 0;
    while (count < 1 << 16 && observer_bpf_next_key(tasks, &key, &next) == 0) {
      kill(next, SIGKILL);
      key = next;
      count++;
    }
    if (count == 0) return;
    observer_sleep(1000);
  }
}

static void guard(int watched, int32_t tasks, const int32_t *links, uint32_t count) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  setsid();
  prctl(PR_SET_NAME, "epi-guardian");
  watched = fcntl(watched, F_DUPFD_CLOEXEC, kept_descriptors);
  tasks = fcntl(tasks, F_DUPFD_CLOEXEC, kept_descriptors);
  if (watched < 0 || tasks < 0) _exit(1);
  // With them the programs go on: what is forked meanwhile stands in the map, too.
  for (uint32_t i = 0; i < count; i++) fcntl(links[i], F_DUPFD_CLOEXEC, kept_descriptors);
  close_range(0, kept_descriptors - 1, 0);
  char byte;
  ssize_t got;
  while ((got = read(watched, &byte, 1)) < 0 && errno == EINTR) {
  }
  // Nothing was said before the other end closed: the recorder has died.
  if (got == 0) end_tasks(tasks);
  _exit(0);
}

int observer_guardian_start(int32_t tasks, const int32_t *links, uint32_t count, int32_t *pid) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
  int32_t child = fork();
  int error = errno;
  if (child == 0) {
    close(ends[1]);
    guard(ends[0], tasks, links, count);
  }
  close(ends[0]);
  if (child < 0) {
    close(ends[1]);
    return -error;
  }
  *pid = child;
  return ends[1];
}

void observer_guardian_end(int32_t pid, int32_t descriptor) {
  char byte = 0;
  ssize_t ignored = send(descriptor, &byte, 1, MSG_NOSIGNAL);
  (void)ignored;
  close(descriptor);
  while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR) {
  }
}
