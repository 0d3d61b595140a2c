// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CHosted.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int hosted_memory_file(const char *name, uint64_t size) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return -errno;
  if (ftruncate(fd, (off_t)size) != 0 ||
      fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    int failure = errno;
    close(fd);
    return -failure;
  }
  return fd;
}

void *hosted_map_file(int fd, uint64_t size) {
  void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  return base == MAP_FAILED ? NULL : base;
}

void *hosted_map_outside(int fd, uint64_t size) {
  void *base = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 0);
  return base == MAP_FAILED ? NULL : base;
}

void *hosted_map_mirrored(int fd, uint64_t offset, uint64_t size) {
  char *base = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return NULL;
  for (int half = 0; half < 2; half++)
    if (mmap(base + (uint64_t)half * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
             (off_t)offset) == MAP_FAILED)
      return NULL;
  return base;
}

int hosted_map_guest(int fd, uint64_t address, uint64_t size, uint64_t offset, int protection) {
  int flags = MAP_SHARED | MAP_FIXED | MAP_NORESERVE | (size > 4096 ? MAP_POPULATE : 0);
  if (address >= HOSTED_BOUNDARY || size > HOSTED_BOUNDARY - address) return EINVAL;
  void *mapped = mmap((void *)address, size, protection, flags, fd, (off_t)offset);
  return mapped == MAP_FAILED ? errno : 0;
}

int hosted_unmap_guest(uint64_t address, uint64_t size) {
  if (address >= HOSTED_BOUNDARY || size > HOSTED_BOUNDARY - address) return EINVAL;
  return munmap((void *)address, size) == 0 ? 0 : errno;
}

int hosted_protect_guest(uint64_t address, uint64_t size, int protection) {
  if (address >= HOSTED_BOUNDARY || size > HOSTED_BOUNDARY - address) return EINVAL;
  return mprotect((void *)address, size, protection) == 0 ? 0 : errno;
}

void hosted_wait(const uint32_t *word, uint32_t value, int milliseconds) {
  struct timespec time = {.tv_sec = milliseconds / 1000,
                          .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  syscall(SYS_futex, word, FUTEX_WAIT, value, &time, NULL, 0);
}

void hosted_wake(const uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0); }
