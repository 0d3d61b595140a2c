// SPDX-License-Identifier: BSD-3-Clause
// A Linux process that plays the machine without an operating system: what comes on stdin is the
// module, an anonymous mapping is the memory, and the boot information is made here. "Physical"
// addresses are the process's own.
#define _GNU_SOURCE
#include "CMetal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern char __executable_start[], _end[];

static struct {
  struct {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp, memory_map;
    uint32_t memory_map_entries, reserved;
  } info;
  uint64_t module[4];
  uint64_t region[3];
} boot;

static uint8_t *map(uint64_t byteCount) {
  void *start = mmap(NULL, byteCount, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) {
    metal_say("metal: no address space");
    metal_exit(18);
  }
  return start;
}

uint64_t metal_start_info(void) {
  const uint64_t module_limit = 1ull << 30, memory = 3ull << 30;
  uint8_t *module = map(module_limit);
  uint64_t count = 0;
  ssize_t got;
  while (count < module_limit && (got = read(0, module + count, module_limit - count)) > 0)
    count += (uint64_t)got;
  boot.info.magic = 0x336ec578;
  boot.info.version = 1;
  if (count > 0) {
    boot.info.module_count = 1;
    boot.info.modules = (uint64_t)boot.module;
    boot.module[0] = (uint64_t)module;
    boot.module[1] = count;
  }
  boot.info.memory_map = (uint64_t)boot.region;
  boot.info.memory_map_entries = 1;
  boot.region[0] = (uint64_t)map(memory);
  boot.region[1] = memory;
  boot.region[2] = 1;
  return (uint64_t)&boot;
}

uint64_t metal_image_start(void) { return (uint64_t)__executable_start; }
uint64_t metal_image_end(void) { return (uint64_t)_end; }

uint8_t *metal_physical(uint64_t address, uint64_t byteCount) {
  const uint64_t end = 1ull << 47;
  return address > end || byteCount > end - address ? NULL : (uint8_t *)address;
}

// The C library has a heap of its own.
void metal_heap_use(uint8_t *start, uint64_t byteCount) {
  (void)start;
  (void)byteCount;
}

static void put(int descriptor, const uint8_t *bytes, uint64_t byteCount) {
  while (byteCount > 0) {
    ssize_t count = write(descriptor, bytes, byteCount);
    if (count <= 0) _exit(75);
    bytes += count;
    byteCount -= (uint64_t)count;
  }
}

void metal_write(const uint8_t *bytes, uint64_t byteCount) { put(1, bytes, byteCount); }

void metal_say(const char *text) {
  put(2, (const uint8_t *)text, strlen(text));
  put(2, (const uint8_t *)"\n", 1);
}

_Noreturn void metal_exit(uint32_t code) { exit((int)(code << 1 | 1)); }
