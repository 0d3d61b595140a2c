// SPDX-License-Identifier: BSD-3-Clause
// What the boot loader tells: modules and memory. Source: Xen, public/arch-x86/hvm/start_info.h.
#include "CMetal.h"

struct start_info {
  uint32_t magic, version, flags, module_count;
  uint64_t modules, command_line, rsdp, memory_map;
  uint32_t memory_map_entries, reserved;
};

struct module {
  uint64_t address, byteCount, command_line, reserved;
};

struct region {
  uint64_t address, byteCount;
  uint32_t type, reserved;
};

enum { regions_max = 32, type_ram = 1 };

extern char metal_image_end[];
extern void metal_heap_init(uint8_t *start, uint8_t *end);
extern void Metal_main(void);

static const uint8_t *module_start;
static uint64_t module_byte_count;
static struct region free_regions[regions_max];
static uint32_t free_region_count;

// Keeps the part of a region that lies above `low`, in whole pages.
static void add_region(uint64_t start, uint64_t end, uint64_t low) {
  if (start < low) start = low;
  start = (start + 4095) & ~4095ull;
  end &= ~4095ull;
  if (start < end && free_region_count < regions_max) {
    free_regions[free_region_count].address = start;
    free_regions[free_region_count++].byteCount = end - start;
  }
}

const uint8_t *metal_module(uint64_t *byteCount) {
  *byteCount = module_byte_count;
  return module_start;
}

void *metal_reserve(uint64_t byteCount) {
  byteCount = (byteCount + 4095) & ~4095ull;
  for (uint32_t i = 0; i < free_region_count; i++) {
    struct region *region = &free_regions[i];
    if (region->byteCount < byteCount) continue;
    void *start = (void *)region->address;
    region->address += byteCount;
    region->byteCount -= byteCount;
    return start;
  }
  return NULL;
}

void metal_start(const struct start_info *info) {
  if (info->magic != 0x336ec578 || info->memory_map_entries == 0) {
    metal_say("metal: not started by PVH with a memory map");
    metal_exit(2);
  }
  const struct module *module = (const struct module *)info->modules;
  uint64_t image_end = (uint64_t)metal_image_end;
  uint64_t module_end = 0;
  if (info->module_count > 0) {
    module_start = (const uint8_t *)module->address;
    module_byte_count = module->byteCount;
    module_end = module->address + module->byteCount;
  }
  const struct region *map = (const struct region *)info->memory_map;
  for (uint32_t i = 0; i < info->memory_map_entries; i++) {
    if (map[i].type != type_ram) continue;
    uint64_t start = map[i].address, end = start + map[i].byteCount;
    if (module_end > start && module_byte_count > 0 && module->address < end) {
      add_region(start, module->address, image_end);
      add_region(module_end, end, image_end);
    } else {
      add_region(start, end, image_end);
    }
  }
  uint64_t heap_byte_count = 256ull << 20;
  uint8_t *heap = metal_reserve(heap_byte_count);
  if (heap == NULL) {
    metal_say("metal: no 256 MiB for the heap");
    metal_exit(2);
  }
  metal_heap_init(heap, heap + heap_byte_count);
  Metal_main();
  metal_exit(3);
}
