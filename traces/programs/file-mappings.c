// SPDX-License-Identifier: BSD-3-Clause
// Maps a file shared and private, stores, reads, writes, cuts and grows it, and prints what it
// finds; the same on every kernel. Usage: file-mappings NEW-FILE OLD-FILE
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096 };

static int ends[2];

// Whether the kernel can read the byte there; a fault of our own would end us.
static int readable(const char *byte) {
  if (write(ends[1], byte, 1) != 1) return -errno;
  char taken;
  return read(ends[0], &taken, 1) == 1 ? (unsigned char)taken : -1;
}

static unsigned sum(const char *bytes, long count) {
  unsigned value = 2166136261u;
  for (long i = 0; i < count; i++) value = (value ^ (unsigned char)bytes[i]) * 16777619u;
  return value;
}

static void say(const char *what, long value) { printf("%s %ld\n", what, value); }

static long tried(void *address) { return address == MAP_FAILED ? -errno : 0; }

static unsigned contents(int file) {
  static char bytes[64 * PAGE];
  long count = pread(file, bytes, sizeof bytes, 0);
  return count < 0 ? 0 : sum(bytes, count);
}

static void shared_and_private(const char *path) {
  int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
  int again = open(path, O_RDWR);
  say("grow", ftruncate(file, 5 * PAGE + 100));
  char *a = mmap(0, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  char *b = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, again, PAGE);
  char *c = mmap(0, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  strcpy(a + PAGE, "through a");
  say("b sees a", strcmp(b, "through a"));
  say("c sees a", strcmp(c + PAGE, "through a"));
  strcpy(c + PAGE, "private");
  strcpy(b + 1, "changed by b");
  say("a sees b", strcmp(a + PAGE + 1, "changed by b"));
  say("c keeps its own", strcmp(c + PAGE, "private"));
  say("contents", contents(again));
  say("pwrite", pwrite(again, "written", 7, 2 * PAGE - 3));
  say("a sees it", sum(a, 3 * PAGE));
  say("b sees it", sum(b, 2 * PAGE));
  say("c sees half", sum(c, 3 * PAGE));
  say("tail is zero", readable(a + 5 * PAGE + 100));
  a[5 * PAGE + 100] = 1;
  say("behind the end", readable(a + 6 * PAGE));
  for (int i = 0; i < 5; i++) c[i * PAGE + 7] = i;
  say("cut", ftruncate(again, 2 * PAGE + 50));
  say("a 2", readable(a + 2 * PAGE + 49));
  say("a 2 tail", readable(a + 2 * PAGE + 50));
  say("a 3", readable(a + 3 * PAGE));
  say("c 1", readable(c + PAGE + 7));
  say("c 3", readable(c + 3 * PAGE + 7));
  say("grow again", ftruncate(file, 4 * PAGE));
  say("a 3 is back", readable(a + 3 * PAGE));
  say("c 3 is new", readable(c + 3 * PAGE + 7));
  a[3 * PAGE] = 33;
  say("msync", msync(a, 4 * PAGE, MS_SYNC));
  say("dontneed", madvise(a, 4 * PAGE, MADV_DONTNEED) | madvise(c, 4 * PAGE, MADV_DONTNEED));
  say("a 3 stays", a[3 * PAGE]);
  say("c forgets", sum(c, 4 * PAGE) == sum(a, 4 * PAGE));
  char *d = mremap(a, 0, 4 * PAGE, MREMAP_MAYMOVE);
  d[0] = 77;
  say("mapped once more", a[0]);
  char *e = mremap(a, 8 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
  say("moved", e[0]);
  say("protect", mprotect(e, PAGE, PROT_READ));
  say("read over it", read(open(path, O_RDONLY), e, 4) < 0 ? -errno : 0);
  say("unlink", unlink(path));
  close(file);
  close(again);
  e[PAGE] = 'x';
  say("lives on", d[PAGE]);
  munmap(d, 4 * PAGE);
  munmap(e, 16 * PAGE);
  munmap(b, 2 * PAGE);
  munmap(c, 6 * PAGE);
}

static void written_back(const char *path) {
  int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
  for (int i = 0; i < 20; i++) {
    char page[PAGE];
    memset(page, 'a' + i, PAGE);
    if (write(file, page, i == 19 ? 1000 : PAGE) < 0) return;
  }
  for (int round = 0; round < 3; round++) {
    char *a = mmap(0, 20 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    for (int i = round; i < 20; i += 3) a[i * PAGE + round] = '0' + round;
    munmap(a, 20 * PAGE);
    say("round", contents(file));
  }
  struct stat status;
  fstat(file, &status);
  say("size", status.st_size);
  close(file);
  file = open(path, O_RDONLY);
  say("opened again", contents(file));
  unlink(path);
}

static void refusals(const char *path, const char *old) {
  int reading = open(old, O_RDONLY), writing = open(path, O_WRONLY | O_CREAT, 0644);
  int both = open(path, O_RDWR), folder = open("/", O_RDONLY);
  say("no write", tried(mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, reading, 0)));
  say("no read", tried(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, writing, 0)));
  say("no read, shared", tried(mmap(0, PAGE, PROT_WRITE, MAP_SHARED, writing, 0)));
  say("folder", tried(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, folder, 0)));
  say("pipe", tried(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0)));
  say("no file", tried(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, 99, 0)));
  say("offset", tried(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, both, 1)));
  say("far", tried(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, both, -PAGE)));
  say("flags", tried(mmap(0, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x8000000, -1, 0)));
  say("validate",
    tried(mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE, both, 0)));
  char *a = mmap(0, PAGE, PROT_READ, MAP_SHARED, reading, 0);
  say("later write", mprotect(a, PAGE, PROT_READ | PROT_WRITE) ? -errno : 0);
  char *b = mmap(0, PAGE, PROT_READ, MAP_PRIVATE, reading, 0);
  say("same", memcmp(a, b, PAGE));
  say("later private write", mprotect(b, PAGE, PROT_READ | PROT_WRITE) ? -errno : 0);
  b[0] ^= 1;
  say("own", memcmp(a, b, 1) != 0);
  say("msync flags", msync(a, PAGE, MS_SYNC | MS_ASYNC) ? -errno : 0);
  munmap(b, PAGE);
  unlink(path);
}

static void shared_memory(void) {
  char *a = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  strcpy(a + PAGE, "kept");
  madvise(a, 4 * PAGE, MADV_DONTNEED);
  say("kept", strcmp(a + PAGE, "kept"));
  char *b = mremap(a + PAGE, 0, 2 * PAGE, MREMAP_MAYMOVE);
  say("once more", strcmp(b, "kept"));
  munmap(a, 4 * PAGE);
  say("still", strcmp(b, "kept"));
  b = mremap(b, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
  say("inside", readable(b + 2 * PAGE));
  say("outside", readable(b + 3 * PAGE));
  say("removed", madvise(b, PAGE, MADV_REMOVE));
  say("gone", b[0]);
  char *c = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  say("private once more", tried(mremap(c, 0, PAGE, MREMAP_MAYMOVE)));
}

int main(int count, char **arguments) {
  if (count != 3 || pipe(ends)) return 2;
  shared_and_private(arguments[1]);
  written_back(arguments[1]);
  refusals(arguments[1], arguments[2]);
  shared_memory();
  return 0;
}
