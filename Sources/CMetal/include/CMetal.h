// SPDX-License-Identifier: BSD-3-Clause
// What the replayer on bare metal needs of the machine and cannot be said in Swift.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The trace that the boot loader put into memory (the first PVH module); NULL without one.
const uint8_t *metal_module(uint64_t *byteCount);
/// A run of zeroed memory that nothing else uses, for the guest's physical memory; NULL if there is
/// none as large.
void *metal_reserve(uint64_t byteCount);
/// Writes to the debug console.
void metal_write(const uint8_t *bytes, uint64_t byteCount);
/// Writes a line for people to the serial port.
void metal_say(const char *text);
/// Ends the virtual machine: the host sees (code << 1) | 1.
_Noreturn void metal_exit(uint32_t code);
