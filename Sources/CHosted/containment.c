// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CHosted.h"

#include <asm/prctl.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int drop_capabilities(void) {
  // Without CAP_SETPCAP the bounding set stays, and means nothing: no new privileges come.
  for (int capability = 0; capability <= 63; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno == EINVAL) break;
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  memset(data, 0, sizeof data);
  return syscall(SYS_capset, &header, data) == 0 ? 0 : errno;
}

static int limit(int resource, uint64_t value) {
  struct rlimit now;
  if (getrlimit((__rlimit_resource_t)resource, &now) != 0) return errno;
  if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value) value = now.rlim_max;
  struct rlimit next = {.rlim_cur = value, .rlim_max = value};
  return setrlimit((__rlimit_resource_t)resource, &next) == 0 ? 0 : errno;
}

static int close_others(int first, int second) {
  int low = first < second ? first : second;
  int high = first < second ? second : first;
  if (low > 3 && syscall(SYS_close_range, 3u, (unsigned)low - 1, 0) != 0) return errno;
  if (high > low + 1 && syscall(SYS_close_range, (unsigned)low + 1, (unsigned)high - 1, 0) != 0)
    return errno;
  return syscall(SYS_close_range, (unsigned)high + 1, ~0u, 0) == 0 ? 0 : errno;
}

int hosted_contain(const struct hosted_limits *limits, pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return errno;
  if (getppid() != parent) return ESRCH;
  if (setsid() < 0) return errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  int failure = drop_capabilities();
  if (!failure) failure = limit(RLIMIT_CORE, 0);
  if (!failure) failure = limit(RLIMIT_NPROC, 0);
  if (!failure) failure = limit(RLIMIT_MEMLOCK, 0);
  if (!failure) failure = limit(RLIMIT_NOFILE, 4096);
  if (!failure) failure = limit(RLIMIT_DATA, limits->data);
  if (!failure) failure = close_others(limits->memory_file, limits->broker);
  if (failure) return failure;
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  // Capabilities and session are set: a change of them would reset the parent-death signal.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return errno;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  return getppid() == parent ? 0 : ESRCH;
}

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define NUMBER offsetof(struct seccomp_data, nr)
#define LOW(index) (offsetof(struct seccomp_data, args) + 8 * (index))
#define HIGH(index) (LOW(index) + 4)
// With the number loaded: that call is allowed.
#define ALLOW(number) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), RETURN(SECCOMP_RET_ALLOW)
// With the number loaded: that call becomes a trap of the guest's (a vsyscall gets here only so).
#define TRAP(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), RETURN(SECCOMP_RET_TRAP)
// With the number loaded: that call is allowed where argument `index` is `value`.
#define ALLOW_IF(number, index, value)                                   \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4), LOAD(LOW(index)),   \
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, 1),      \
      RETURN(SECCOMP_RET_ALLOW), LOAD(NUMBER)

int hosted_filter(int broker) {
  struct sock_filter program[] = {
      LOAD(offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      RETURN(SECCOMP_RET_KILL_PROCESS),
      LOAD(NUMBER),
      ALLOW(SYS_rt_sigreturn),
      // Anonymous memory that is shared escapes RLIMIT_DATA, huge pages belong to all.
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 7),
      LOAD(LOW(3)),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_HUGETLB | MAP_LOCKED, 4, 0),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, MAP_SHARED | MAP_ANONYMOUS),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAP_SHARED | MAP_ANONYMOUS, 2, 0),
      RETURN(SECCOMP_RET_ALLOW),
      RETURN(SECCOMP_RET_KILL_PROCESS),
      RETURN(SECCOMP_RET_KILL_PROCESS),
      ALLOW(SYS_munmap),
      ALLOW(SYS_mprotect),
      ALLOW(SYS_mremap),
      ALLOW(SYS_madvise),
      ALLOW(SYS_brk),
      ALLOW(SYS_pread64),
      ALLOW(SYS_preadv),
      ALLOW_IF(SYS_read, 0, 0),
      ALLOW_IF(SYS_readv, 0, 0),
      ALLOW_IF(SYS_write, 0, 1),
      ALLOW_IF(SYS_write, 0, 2),
      ALLOW_IF(SYS_writev, 0, 1),
      ALLOW_IF(SYS_writev, 0, 2),
      ALLOW_IF(SYS_sendmsg, 0, broker),
      ALLOW_IF(SYS_recvmsg, 0, broker),
      ALLOW(SYS_close),
      ALLOW(SYS_futex),
      ALLOW(SYS_exit_group),
      ALLOW(SYS_clock_gettime),
      ALLOW(SYS_getrandom),
      ALLOW_IF(SYS_arch_prctl, 0, ARCH_SET_FS),
      ALLOW_IF(SYS_arch_prctl, 0, ARCH_SET_GS),
      TRAP(SYS_gettimeofday),
      TRAP(SYS_time),
      TRAP(SYS_getcpu),
      RETURN(SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0 ? 0 : errno;
}
