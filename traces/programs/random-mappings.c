// SPDX-License-Identifier: BSD-3-Clause
// Random operations on the mappings of one file and of shared memory; prints what each says and
// what can be read afterwards, the same on every kernel.
// Usage: random-mappings NEW-FILE SEED OPERATIONS
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 12, SLOTS = 8 };

static struct { char *start; long pages; } slots[SLOTS];
static int ends[2];
static unsigned long state;

static unsigned long below(unsigned long bound) {
  state += 0x9e3779b97f4a7c15;
  unsigned long z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (z ^ (z >> 31)) % bound;
}

// The byte, or minus the errno where the kernel cannot read it.
static int peek(const char *byte) {
  char taken;
  if (write(ends[1], byte, 1) != 1) return -errno;
  return read(ends[0], &taken, 1) == 1 ? (unsigned char)taken : -1;
}

// Stores as the kernel does for us; 1 or minus the errno.
static int poke(char *byte, char value) {
  if (write(ends[1], &value, 1) != 1) return -1;
  if (read(ends[0], byte, 1) == 1) return 1;
  int error = errno;
  if (read(ends[0], &value, 1) != 1) return -1;
  return -error;
}

static long said(long result) { return result < 0 ? -errno : 0; }

// What can be read of all mappings: a few bytes of each page.
static unsigned look(void) {
  unsigned sum = 2166136261u;
  for (int slot = 0; slot < SLOTS; slot++)
    for (long page = 0; page < slots[slot].pages; page++)
      for (int offset = 0; offset < PAGE; offset += 1021)
        sum = (sum ^ (unsigned)peek(slots[slot].start + page * PAGE + offset)) * 16777619u;
  return sum;
}

static unsigned contents(int file) {
  static char bytes[2 * PAGES * PAGE];
  long count = pread(file, bytes, sizeof bytes, 0);
  unsigned sum = 2166136261u;
  for (long i = 0; i < count; i++) sum = (sum ^ (unsigned char)bytes[i]) * 16777619u;
  return sum ^ (unsigned)count;
}

static void forget(int slot) {
  if (slots[slot].pages) munmap(slots[slot].start, slots[slot].pages * PAGE);
  slots[slot].pages = 0;
}

static long step(int file) {
  int slot = (int)below(SLOTS);
  char *start = slots[slot].start;
  long pages = slots[slot].pages;
  long page = pages ? (long)below(pages) : 0;
  long count = pages ? 1 + (long)below(pages - page) : 0;
  unsigned long choice = below(20);
  if (!pages && choice > 3) choice %= 4;
  switch (choice) {
  case 0: case 1: case 2: {
    forget(slot);
    long wanted = 1 + (long)below(PAGES);
    int flags = choice == 0 ? MAP_SHARED : choice == 1 ? MAP_PRIVATE : MAP_SHARED | MAP_ANONYMOUS;
    if (below(8) == 0) flags |= MAP_POPULATE;
    int protection = below(4) == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
    char *made = mmap(0, wanted * PAGE, protection, flags,
      choice == 2 ? -1 : file, choice == 2 ? 0 : (long)below(PAGES) * PAGE);
    if (made == MAP_FAILED) return -errno;
    slots[slot].start = made;
    slots[slot].pages = wanted;
    return 0;
  }
  case 3: {
    // Whole pages and parts; stores of ours never lie behind the end.
    long size = (long)below(PAGES * PAGE);
    return said(ftruncate(file, below(2) ? size : size & -PAGE));
  }
  case 4: case 5: {
    char text[200];
    for (int i = 0; i < 200; i++) text[i] = (char)below(256);
    return pwrite(file, text, 1 + below(200), (long)below(PAGES * PAGE));
  }
  case 6: return said(madvise(start + page * PAGE, count * PAGE, MADV_DONTNEED));
  case 7: return said(mprotect(start + page * PAGE, count * PAGE, (int)below(4)));
  case 8: return said(mprotect(start, pages * PAGE, PROT_READ | PROT_WRITE));
  case 9: return said(msync(start, pages * PAGE, MS_SYNC));
  case 10: {
    int other = (int)below(SLOTS);
    if (other == slot) return 1;
    forget(other);
    char *made = mremap(start + page * PAGE, 0, count * PAGE, MREMAP_MAYMOVE);
    if (made == MAP_FAILED) return -errno;
    slots[other].start = made;
    slots[other].pages = count;
    return 0;
  }
  case 11: {
    long wanted = 1 + (long)below(PAGES);
    char *made = mremap(start, pages * PAGE, wanted * PAGE, MREMAP_MAYMOVE);
    if (made == MAP_FAILED) return -errno;
    slots[slot].start = made;
    slots[slot].pages = wanted;
    return 0;
  }
  case 12: forget(slot); return 0;
  case 13: {
    // A read into a mapping of the very file.
    long end = lseek(file, 0, SEEK_END) & (PAGE - 1);
    long result = pread(file, start + page * PAGE, end ? end : PAGE, (long)below(PAGES) * PAGE);
    return result < 0 ? -errno : result;
  }
  default: {
    // Stores behind the end of the file, in its last page, are nobody's: look first where it ends.
    long end = lseek(file, 0, SEEK_END) & (PAGE - 1);
    long offset = (long)below(end ? end : PAGE);
    return poke(start + page * PAGE + offset, (char)below(256));
  }
  }
}

int main(int count, char **arguments) {
  if (count != 4 || pipe(ends)) return 2;
  int file = open(arguments[1], O_RDWR | O_CREAT | O_TRUNC, 0644);
  state = strtoul(arguments[2], 0, 0);
  long operations = strtol(arguments[3], 0, 0);
  if (file < 0) return 2;
  for (long index = 0; index < operations; index++) {
    long result = step(file);
    printf("%ld %ld %x %x\n", index, result, look(), contents(file));
  }
  unlink(arguments[1]);
  return 0;
}
