// SPDX-License-Identifier: BSD-3-Clause
// From the entry to Swift: the boot information is Swift's to read.
#include "CMetal.h"

extern char metal_image_first[], metal_image_last[];
extern void Metal_main(void);

static uint64_t start_info;

uint64_t metal_start_info(void) { return start_info; }
uint64_t metal_image_start(void) { return (uint64_t)metal_image_first; }
uint64_t metal_image_end(void) { return (uint64_t)metal_image_last; }

// boot.S maps 512 GiB one to one.
uint8_t *metal_physical(uint64_t address, uint64_t byteCount) {
  const uint64_t mapped = 512ull << 30;
  if (address > mapped || byteCount > mapped - address) return NULL;
  return (uint8_t *)address;
}

void metal_start(uint64_t info) {
  start_info = info;
  Metal_main();
  metal_exit(3);
}
