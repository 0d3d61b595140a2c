// SPDX-License-Identifier: BSD-3-Clause
// Maps, splits, merges, moves and unmaps memory; reads and writes none of it.
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
  char *a = mmap(0, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 64; i += 4) mprotect(a + i * 4096, 4096, PROT_READ);
  for (int i = 0; i < 64; i += 8) mprotect(a + i * 4096, 4096, PROT_READ | PROT_WRITE);
  munmap(a + 30 * 4096, 3 * 4096);
  char *b = mmap(a + 30 * 4096, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  char *c = mmap(0, 8 * 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  mremap(c, 8 * 4096, 4 * 4096, 0);
  mremap(a, 4096, 9 * 4096, MREMAP_MAYMOVE);
  madvise(a + 40 * 4096, 4096, MADV_DONTNEED);
  mmap(a, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  mmap(b, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(a + 1, 4096);
  mprotect(b, 4096 * 1000, PROT_READ);
  sbrk(123456);
  sbrk(-100000);
  return 0;
}
