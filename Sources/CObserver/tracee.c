// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CObserver.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#ifndef __WNOTHREAD
#define __WNOTHREAD 0x20000000
#endif

enum { page_size = 4096, batch = 64 };

static int is_stop_signal(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

int observer_wait(struct observer_stop *stop) {
  int status;
  pid_t pid = wait4(-1, &status, __WALL | __WNOTHREAD, NULL);
  int error = errno;
  stop->has_beaten = observer_heartbeat_take();
  if (pid < 0) return -error;
  stop->pid = pid;
  if (WIFEXITED(status)) {
    stop->kind = observer_stop_exited;
    stop->value = WEXITSTATUS(status);
  } else if (WIFSIGNALED(status)) {
    stop->kind = observer_stop_killed;
    stop->value = WTERMSIG(status);
  } else {
    int signal = WSTOPSIG(status), event = status >> 16;
    stop->value = signal;
    if (signal == (SIGTRAP | 0x80)) {
      stop->kind = observer_stop_call;
    } else if (event == PTRACE_EVENT_STOP) {
      stop->kind = is_stop_signal(signal) ? observer_stop_group : observer_stop_attached;
    } else if (event != 0) {
      stop->kind = observer_stop_event;
      stop->value = event;
    } else {
      stop->kind = observer_stop_signal;
    }
  }
  return 0;
}

int observer_resume(int32_t pid, int32_t signal) {
  return ptrace(PTRACE_SYSCALL, pid, 0, (long)signal) < 0 ? -errno : 0;
}

int observer_listen(int32_t pid) { return ptrace(PTRACE_LISTEN, pid, 0, 0) < 0 ? -errno : 0; }

int observer_detach(int32_t pid) { return ptrace(PTRACE_DETACH, pid, 0, 0) < 0 ? -errno : 0; }

int observer_reap(int32_t pid, struct observer_stop *stop) {
  int status;
  pid_t ended = waitpid(pid, &status, __WALL | WNOHANG);
  if (ended < 0) return -errno;
  if (ended == 0) return 0;
  stop->pid = ended;
  stop->kind = WIFSIGNALED(status) ? observer_stop_killed : observer_stop_exited;
  stop->value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  return 1;
}

int observer_is_gone(int32_t pid) { return kill(pid, 0) < 0 && errno == ESRCH; }

int observer_kill(int32_t pid) { return kill(pid, SIGKILL) < 0 ? -errno : 0; }

int observer_call_info(int32_t pid, struct observer_call *call) {
  struct ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0) return -errno;
  call->operation = info.op;
  call->is_native = info.arch == AUDIT_ARCH_X86_64;
  call->instruction = info.instruction_pointer;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    call->number = info.entry.nr;
    for (int i = 0; i < 6; i++) call->arguments[i] = info.entry.args[i];
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    call->result = info.exit.rval;
  }
  return 0;
}

int observer_signal_info(int32_t pid, int32_t signal, int32_t *code, uint64_t *address) {
  siginfo_t info;
  if (ptrace(PTRACE_GETSIGINFO, pid, 0, &info) < 0) return -errno;
  if (info.si_signo != signal) return -ESRCH;
  *code = info.si_code;
  int has_address = info.si_code > 0 && info.si_code != SI_KERNEL &&
                    (info.si_signo == SIGSEGV || info.si_signo == SIGBUS ||
                     info.si_signo == SIGILL || info.si_signo == SIGFPE ||
                     info.si_signo == SIGTRAP);
  *address = has_address ? (uint64_t)info.si_addr : 0;
  return 0;
}

int observer_event_message(int32_t pid, int32_t event, uint64_t *message) {
  unsigned long value = 0;
  siginfo_t info;
  // The stop is looked at after its number: what is true then was true before.
  if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &value) < 0) return -errno;
  if (ptrace(PTRACE_GETSIGINFO, pid, 0, &info) < 0) return -errno;
  if (info.si_code != (SIGTRAP | event << 8)) return -ESRCH;
  *message = value;
  return 0;
}

int64_t observer_read_memory(int32_t pid, uint64_t address, void *bytes, size_t count) {
  size_t done = 0;
  while (done < count) {
    struct iovec remote[batch];
    size_t parts = 0, planned = 0;
    for (; parts < batch && done + planned < count; parts++) {
      uint64_t from = address + done + planned;
      size_t part = page_size - (size_t)(from & (page_size - 1));
      if (part > count - done - planned) part = count - done - planned;
      remote[parts].iov_base = (void *)(uintptr_t)from;
      remote[parts].iov_len = part;
      planned += part;
    }
    struct iovec local = {(char *)bytes + done, planned};
    ssize_t got = process_vm_readv(pid, &local, 1, remote, parts, 0);
    if (got < 0) return done > 0 ? (int64_t)done : -errno;
    done += (size_t)got;
    if ((size_t)got < planned) break;
  }
  return (int64_t)done;
}

int observer_shares_file(int32_t pid, int32_t one, int32_t other) {
  return syscall(SYS_kcmp, pid, pid, KCMP_FILE, (long)one, (long)other) == 0;
}

int observer_memory_file(void) {
  int file = memfd_create("epimetheus", MFD_CLOEXEC);
  return file < 0 ? -errno : file;
}
