// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CObserver.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

int observer_probe_user_dispatch(void) {
  // Mode 0 switches it off, which it is: only a kernel without it refuses.
  return prctl(PR_SET_SYSCALL_USER_DISPATCH, 0, 0, 0, 0) < 0 ? -errno : 0;
}

int observer_probe_fsgsbase(void) { return getauxval(AT_HWCAP2) & 2 ? 0 : -ENOSYS; }

int observer_probe_ptrace(void) {
  int go[2], result = 0, status;
  char byte = 0;
  if (pipe2(go, O_CLOEXEC) < 0) return -errno;
  pid_t child = fork();
  if (child < 0) result = -errno;
  if (child == 0) {
    close(go[1]);
    ssize_t ignored = read(go[0], &byte, 1);
    (void)ignored;
    _exit(0);
  }
  close(go[0]);
  if (child > 0) {
    struct ptrace_syscall_info info;
    if (ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_EXITKILL) < 0 ||
        ptrace(PTRACE_INTERRUPT, child, 0, 0) < 0 || waitpid(child, &status, __WALL) < 0 ||
        ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) < 0)
      result = -errno;
    kill(child, SIGKILL);
    waitpid(child, &status, __WALL);
  }
  close(go[1]);
  return result;
}

int observer_probe_perf(void) {
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_SW_PAGE_FAULTS;
  attributes.disabled = 1;
  int descriptor = (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
  if (descriptor < 0) return -errno;
  close(descriptor);
  return 0;
}

int observer_probe_memfd(void) {
  int descriptor = memfd_create("epimetheus-probe", MFD_CLOEXEC);
  if (descriptor < 0) return -errno;
  int result = ftruncate(descriptor, 4096) < 0 ? -errno : 0;
  close(descriptor);
  return result;
}

int observer_probe_seccomp(void) {
  uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 ? -errno : 0;
}

int observer_probe_landlock(void) {
  long version = syscall(444, 0, 0, 1);
  return version < 0 ? -errno : (int)version;
}

int observer_probe_userfaultfd(void) {
  int user_only = 0;
  int descriptor = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0 && errno == EPERM) {
    user_only = 1;
    descriptor = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | 1);
  }
  if (descriptor < 0) return -errno;
  struct uffdio_api api = {.api = UFFD_API};
  int result = ioctl(descriptor, UFFDIO_API, &api) < 0 ? -errno : user_only;
  uint64_t minor_faults_on_shared_memory = 1 << 10;
  if (result >= 0 && !(api.features & minor_faults_on_shared_memory)) result = -EOPNOTSUPP;
  close(descriptor);
  return result;
}
