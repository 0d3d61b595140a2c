// SPDX-License-Identifier: BSD-3-Clause
// What the replayer needs of the machine and cannot be said in Swift. Two machines offer it: one
// without an operating system (boot.S, start.c, heap.c, console.c), and a Linux process that plays
// one (linux.c).
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The physical address of the PVH start info that the boot loader left.
uint64_t metal_start_info(void);
/// Physical addresses of the image: its first byte, the byte after its last.
uint64_t metal_image_start(void);
uint64_t metal_image_end(void);
/// Where physical memory can be touched: NULL if not all of these bytes can.
uint8_t *metal_physical(uint64_t address, uint64_t byteCount);
/// Gives the allocator under Swift's objects memory that nothing else uses; until then it has only
/// enough to find out which.
void metal_heap_use(uint8_t *start, uint64_t byteCount);
/// Writes to the debug console.
void metal_write(const uint8_t *bytes, uint64_t byteCount);
/// Writes a line for people to the serial port.
void metal_say(const char *text);
/// Ends the virtual machine: the host sees (code << 1) | 1.
_Noreturn void metal_exit(uint32_t code);
