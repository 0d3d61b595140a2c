// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CTwin.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern const char twin_stub_start[], twin_stub_end[];

// The area's first words: see stub.S.
struct area_head {
  uint64_t count, done, first, maps, byte[4];
  char path[64];
};

struct failure {
  int32_t step, error;
};

// An executable of one page in a file in memory.
static int make_image(void) {
  struct {
    Elf64_Ehdr head;
    Elf64_Phdr load, stack;
  } image = {
      .head = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
               .e_type = ET_EXEC,
               .e_machine = EM_X86_64,
               .e_version = EV_CURRENT,
               .e_entry = TWIN_STUB + sizeof image,
               .e_phoff = sizeof(Elf64_Ehdr),
               .e_ehsize = sizeof(Elf64_Ehdr),
               .e_phentsize = sizeof(Elf64_Phdr),
               .e_phnum = 2},
      .load = {.p_type = PT_LOAD,
               .p_flags = PF_R | PF_X,
               .p_vaddr = TWIN_STUB,
               .p_filesz = 4096,
               .p_memsz = 4096,
               .p_align = 4096},
      .stack = {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W},
  };
  size_t count = (size_t)(twin_stub_end - twin_stub_start);
  int file = memfd_create("twin-stub", MFD_CLOEXEC);
  if (file < 0) return -errno;
  if (ftruncate(file, 4096) < 0 || pwrite(file, &image, sizeof image, 0) < 0 ||
      pwrite(file, twin_stub_start, count, sizeof image) < 0) {
    int error = errno;
    close(file);
    return -error;
  }
  return file;
}

static void fail(int report, int32_t step) {
  struct failure failure = {step, errno};
  ssize_t ignored = write(report, &failure, sizeof failure);
  (void)ignored;
  _exit(127);
}

// So that root and everybody else meet the same rules.
static void drop_privileges(void) {
  for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) prctl(PR_CAPBSET_DROP, cap);
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  prctl(PR_SET_SECUREBITS, SECBIT_NOROOT);
  syscall(SYS_capset, &head, none);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void run_child(const int descriptors[6], int image, int report, pid_t parent) {
  static const struct rlimit eight = {8 << 20, 8 << 20};
  static const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
  // Past what is about to be replaced.
  int copies[6], high_image = fcntl(image, F_DUPFD_CLOEXEC, 16);
  int high_report = fcntl(report, F_DUPFD_CLOEXEC, 16);
  for (int i = 0; i < 6; i++) copies[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 16);
  if (high_image < 0 || high_report < 0) fail(report, twin_step_exec);
  for (int i = 0; i < 6; i++)
    if (copies[i] >= 0 && dup2(copies[i], i) < 0) fail(high_report, twin_step_exec);
  close_range(6, 15, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  setsid();
  int now = personality(0xffffffff);
  if (now < 0 || personality(((unsigned)now & ~ADDR_COMPAT_LAYOUT) | ADDR_NO_RANDOMIZE) < 0)
    fail(high_report, twin_step_layout);
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  if (setrlimit(RLIMIT_STACK, &eight) < 0 || setrlimit(RLIMIT_MEMLOCK, &eight) < 0)
    fail(high_report, twin_step_limits);
  setrlimit(RLIMIT_AS, &none);
  setrlimit(RLIMIT_DATA, &none);
  setpriority(PRIO_PROCESS, 0, 1);
  drop_privileges();
  sigset_t empty;
  sigemptyset(&empty);
  sigprocmask(SIG_SETMASK, &empty, NULL);
  signal(SIGSEGV, SIG_DFL);
  signal(SIGBUS, SIG_DFL);
  char *const nothing[] = {NULL}, *const name[] = {"twin", NULL};
  syscall(SYS_execveat, high_image, "", name, nothing, AT_EMPTY_PATH);
  fail(high_report, twin_step_exec);
}

static int wait_ready(struct twin_process *process) {
  char byte;
  for (;;) {
    struct pollfd wait = {process->output, POLLIN, 0};
    int ready = poll(&wait, 1, 60000);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return -errno;
    if (ready == 0) return -ETIMEDOUT;
    ssize_t count = read(process->output, &byte, 1);
    if (count == 1) return 0;
    if (count < 0 && errno == EINTR) continue;
    return -ECHILD;
  }
}

int twin_start(int file, int read_only, struct twin_process *process, int32_t *step) {
  int go[2] = {-1, -1}, done[2] = {-1, -1}, report[2] = {-1, -1}, area = -1, result;
  *process = (struct twin_process){-1, -1, -1, MAP_FAILED};
  *step = twin_step_memory;
  int image = make_image();
  if (image < 0) return image;
  area = memfd_create("twin-area", MFD_CLOEXEC);
  if (area < 0 || ftruncate(area, TWIN_AREA_SIZE) < 0) goto failed;
  process->area = mmap(NULL, TWIN_AREA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, area, 0);
  if (process->area == MAP_FAILED) goto failed;
  strcpy(((struct area_head *)process->area)->path, "/proc/self/maps");
  *step = twin_step_fork;
  if (pipe2(go, O_CLOEXEC) < 0 || pipe2(done, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0)
    goto failed;
  int descriptors[6] = {go[0], done[1], 2, file, read_only, area};
  sigset_t all, mask;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  pid_t parent = getpid(), child = fork();
  if (child == 0) run_child(descriptors, image, report[1], parent);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  errno = error;
  if (child < 0) goto failed;
  process->pid = child;
  process->input = go[1], process->output = done[0];
  close(go[0]), close(done[1]), close(report[1]), close(area), close(image);
  struct failure failure;
  ssize_t count;
  do count = read(report[0], &failure, sizeof failure);
  while (count < 0 && errno == EINTR);
  close(report[0]);
  if (count == (ssize_t)sizeof failure) {
    *step = failure.step;
    result = -failure.error;
  } else {
    *step = twin_step_run;
    result = wait_ready(process);
  }
  if (result < 0) twin_stop(process);
  return result;

failed:
  result = -errno;
  for (int i = 0; i < 2; i++) {
    if (go[i] >= 0) close(go[i]);
    if (done[i] >= 0) close(done[i]);
    if (report[i] >= 0) close(report[i]);
  }
  if (area >= 0) close(area);
  close(image);
  twin_stop(process);
  return result;
}

int twin_run(struct twin_process *process, uint64_t first, uint64_t count) {
  struct area_head *head = process->area;
  if (first > TWIN_COMMAND_LIMIT || count > TWIN_COMMAND_LIMIT - first) return -EINVAL;
  head->first = first, head->count = count;
  char byte = 0;
  ssize_t written;
  do written = write(process->input, &byte, 1);
  while (written < 0 && errno == EINTR);
  if (written != 1) return -ECHILD;
  int result = wait_ready(process);
  return result < 0 ? result : (int)head->done;
}

void twin_stop(struct twin_process *process) {
  if (process->input >= 0) close(process->input);
  if (process->output >= 0) close(process->output);
  if (process->pid > 0) {
    kill(process->pid, SIGKILL);
    while (waitpid(process->pid, NULL, __WALL) < 0 && errno == EINTR) continue;
  }
  if (process->area != MAP_FAILED) munmap(process->area, TWIN_AREA_SIZE);
  *process = (struct twin_process){-1, -1, -1, MAP_FAILED};
}

int twin_make_file(int32_t *file, int32_t *read_only) {
  char path[32];
  *file = memfd_create("twin", MFD_CLOEXEC);
  if (*file < 0) return -errno;
  snprintf(path, sizeof path, "/proc/self/fd/%d", *file);
  *read_only = open(path, O_RDONLY | O_CLOEXEC);
  if (*read_only >= 0) return 0;
  int error = errno;
  close(*file);
  *file = -1;
  return -error;
}
