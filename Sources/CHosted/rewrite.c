// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CHosted.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_SIZE 4096
#define STUB_SIZE 64
#define TAIL 32
#define TABLE_SIZE (HOSTED_STUB_LIMIT * sizeof(uint64_t))

extern void hosted_direct(void) __attribute__((visibility("hidden")));

static uint8_t *stubs;

int hosted_map_stubs(void) {
  uint8_t *code = mmap(NULL, HOSTED_STUB_LIMIT * STUB_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (code == MAP_FAILED) return errno;
  void *table = mmap((void *)HOSTED_STUB_TABLE, TABLE_SIZE, PROT_READ,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (table != (void *)HOSTED_STUB_TABLE) {
    int failure = table == MAP_FAILED ? errno : EEXIST;
    if (table != MAP_FAILED) munmap(table, TABLE_SIZE);
    munmap(code, HOSTED_STUB_LIMIT * STUB_SIZE);
    return failure;
  }
  stubs = code;
  return 0;
}

void hosted_unmap_stubs(void) {
  // The stubs stay: the guest may be in one.
  munmap((void *)HOSTED_STUB_TABLE, TABLE_SIZE);
}

static uint8_t *put(uint8_t *at, const char *code, size_t count) {
  memcpy(at, code, count);
  return at + count;
}

static uint8_t *put_word(uint8_t *at, uint64_t word) {
  memcpy(at, &word, sizeof word);
  return at + sizeof word;
}

static void put_jump(uint8_t *at, uint64_t target) {
  put_word(put(at, "\xff\x25\0\0\0\0", 6), target);  // jmp *(%rip)
}

int hosted_make_stub(uint32_t index, const struct hosted_stub *stub) {
  uint8_t *code = stubs + index * STUB_SIZE;
  uint8_t *at = code;
  if (stub->moves_number) {
    at = put(at, "\xb8", 1);  // mov $number, %eax
    memcpy(at, &stub->number, 4);
    at += 4;
  }
  at = put_word(put(at, "\x48\xb9", 2), stub->behind);  // movabs $behind, %rcx
  if (stub->compares) {
    at = put(at, "\x4c\x8d\x1d", 3);  // lea tail(%rip), %r11
    int32_t distance = (int32_t)(code + TAIL - (at + 4));
    memcpy(at, &distance, 4);
    at += 4;
    uint8_t *tail = put(code + TAIL, "\x48\x3d", 2);  // cmp $operand, %rax
    memcpy(tail, &stub->operand, 4);
    put_jump(tail + 4, stub->back);
  } else {
    at = put(at, "\x49\x89\xcb", 3);  // mov %rcx, %r11
  }
  put_jump(at, (uint64_t)&hosted_direct);
  uint64_t *entry = (uint64_t *)HOSTED_STUB_TABLE + index;
  void *page = (void *)((uint64_t)entry & ~(uint64_t)(PAGE_SIZE - 1));
  if (mprotect(page, PAGE_SIZE, PROT_READ | PROT_WRITE) != 0) return errno;
  *entry = (uint64_t)code;
  return mprotect(page, PAGE_SIZE, PROT_READ) == 0 ? 0 : errno;
}

uint64_t hosted_stub_tail(uint32_t index) { return (uint64_t)(stubs + index * STUB_SIZE + TAIL); }

void hosted_jump(uint32_t index, uint8_t bytes[HOSTED_JUMP_SIZE]) {
  // jmp *entry, with the scale 8, which means nothing without an index register and makes the third
  // byte one that only the kernel may execute.
  uint32_t entry = (uint32_t)(HOSTED_STUB_TABLE + index * sizeof(uint64_t));
  memcpy(put(bytes, "\xff\x24\xe5", 3), &entry, 4);
}

int hosted_patch_page(int fd, uint64_t page, uint64_t physical, int is_first, uint64_t offset,
                      const uint8_t *bytes, size_t count) {
  void *place = (void *)page;
  if (page >= HOSTED_BOUNDARY || offset + count > PAGE_SIZE) return EINVAL;
  if (is_first) {
    void *mapped = mmap(place, PAGE_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd, (off_t)physical);
    if (mapped == MAP_FAILED) return errno;
  } else if (mprotect(place, PAGE_SIZE, PROT_READ | PROT_WRITE) != 0) {
    return errno;
  }
  memcpy((uint8_t *)place + offset, bytes, count);
  return mprotect(place, PAGE_SIZE, PROT_READ | PROT_EXEC) == 0 ? 0 : errno;
}
