// SPDX-License-Identifier: BSD-3-Clause
// The allocator under Swift's objects: free lists by power of two, 16 bytes of head with the size.
// One processor, no interrupts, so no locks.
#include "CMetal.h"

enum { class_min = 5, class_max = 40, head = 16 };

struct block {
  struct block *next;
};

// Enough to read the boot information and find out where memory is.
static uint8_t first_heap[1 << 20] __attribute__((aligned(64)));
static uint8_t *heap_next = first_heap, *heap_end = first_heap + sizeof first_heap;
static struct block *free_blocks[class_max + 1];

void metal_heap_use(uint8_t *start, uint64_t byteCount) {
  heap_next = start;
  heap_end = start + byteCount;
}

static void *allocate(size_t alignment, size_t byteCount) {
  size_t need = byteCount + (alignment > head ? alignment : head);
  unsigned class = class_min;
  while (class <= class_max && ((size_t)1 << class) < need) class++;
  if (class > class_max) return NULL;
  uint8_t *start;
  if (free_blocks[class] != NULL) {
    start = (uint8_t *)free_blocks[class];
    free_blocks[class] = free_blocks[class]->next;
  } else {
    size_t size = (size_t)1 << class;
    if ((size_t)(heap_end - heap_next) < size) return NULL;
    start = heap_next;
    heap_next += size;
  }
  uintptr_t result = (uintptr_t)start + head;
  result = (result + alignment - 1) & ~(uintptr_t)(alignment - 1);
  ((uint64_t *)result)[-1] = class;
  ((uint64_t *)result)[-2] = (uint64_t)start;
  return (void *)result;
}

int posix_memalign(void **result, size_t alignment, size_t byteCount) {
  *result = allocate(alignment < 16 ? 16 : alignment, byteCount);
  return *result == NULL ? 12 : 0;
}

void free(void *pointer) {
  if (pointer == NULL) return;
  uint64_t *top = pointer;
  struct block *block = (struct block *)top[-2];
  unsigned class = (unsigned)top[-1];
  block->next = free_blocks[class];
  free_blocks[class] = block;
}

void *memset(void *to, int value, size_t byteCount) {
  void *result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(byteCount) : "a"(value) : "memory");
  return result;
}

void *memcpy(void *to, const void *from, size_t byteCount) {
  void *result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(byteCount)::"memory");
  return result;
}

void *memmove(void *to, const void *from, size_t byteCount) {
  if ((uintptr_t)to - (uintptr_t)from >= byteCount) return memcpy(to, from, byteCount);
  uint8_t *target = (uint8_t *)to + byteCount - 1;
  const uint8_t *source = (const uint8_t *)from + byteCount - 1;
  __asm__ volatile("std; rep movsb; cld" : "+D"(target), "+S"(source), "+c"(byteCount)::"memory");
  return to;
}

int memcmp(const void *left, const void *right, size_t byteCount) {
  const uint8_t *a = left, *b = right;
  for (size_t i = 0; i < byteCount; i++)
    if (a[i] != b[i]) return a[i] - b[i];
  return 0;
}
