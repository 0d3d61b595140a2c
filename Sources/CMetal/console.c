// SPDX-License-Identifier: BSD-3-Clause
// The ports of the virtual machine: debug console 0xe9, serial 0x3f8, exit device 0xf4.
#include "CMetal.h"

static inline void outb(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t value) {
  __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

void metal_write(const uint8_t *bytes, uint64_t byteCount) {
  __asm__ volatile("rep outsb" : "+S"(bytes), "+c"(byteCount) : "d"((uint16_t)0xe9) : "memory");
}

void metal_say(const char *text) {
  while (*text != 0) outb(0x3f8, (uint8_t)*text++);
  outb(0x3f8, '\n');
}

_Noreturn void metal_exit(uint32_t code) {
  outl(0xf4, code);
  for (;;) __asm__ volatile("hlt");
}

// Messages of preconditions.
int putchar(int character) {
  outb(0x3f8, (uint8_t)character);
  return character;
}
