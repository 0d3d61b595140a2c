// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: The guest's CPU (machine.c, switch.S)

// The guest's addresses end and the host's begin here: system calls from above are the host's own.
#define HOSTED_BOUNDARY 0x500000000000ull
// How the child exits when the host's own code faults.
#define HOSTED_FAILURE_STATUS 121

enum {
  HOSTED_TRAP_SYSTEM_CALL = 0,
  HOSTED_TRAP_PAGE_FAULT = 1,
  HOSTED_TRAP_EXCEPTION = 2,
  // A signal that the guest's instructions did not cause; `number` is its number.
  HOSTED_TRAP_FOREIGN_SIGNAL = 3,
  // The host could not back a page: its memory is used up.
  HOSTED_TRAP_NO_MEMORY = 4,
};

// Why the guest stopped.
struct hosted_trap {
  uint32_t kind;
  uint32_t vector;
  uint64_t number;
  uint64_t arguments[6];
  uint64_t address;
  uint64_t code;
  uint64_t ip;
};

// 0 where guest and host addresses are apart in this process, else -1.
int hosted_check_layout(void);
// Alternate stack, signal handlers, FS base, Syscall User Dispatch. 0, or an errno.
int hosted_arm(void);
// The first instruction and stack; all other registers become 0.
void hosted_start(uint64_t entry, uint64_t stack);
// Runs the guest until it traps.
void hosted_run(struct hosted_trap *trap);
// RAX of the guest when it goes on.
void hosted_set_result(uint64_t value);
void hosted_set_fs(uint64_t base);
void hosted_set_gs(uint64_t base);

// MARK: Guest pages (memory.c)

// A sealed memory file of `size` bytes, or minus an errno.
int hosted_memory_file(const char *name, uint64_t size);
// The whole file, shared, at an address of the host's choice; NULL and errno on failure.
void *hosted_map_file(int fd, uint64_t size);
// `size` bytes of the file from `offset` on twice in a row, so that a run of bytes may cross their
// end.
void *hosted_map_mirrored(int fd, uint64_t offset, uint64_t size);
// `size` bytes of the file from `offset` on at the guest's address. 0, or an errno.
int hosted_map_guest(int fd, uint64_t address, uint64_t size, uint64_t offset, int protection);
int hosted_unmap_guest(uint64_t address, uint64_t size);
int hosted_protect_guest(uint64_t address, uint64_t size, int protection);

static inline uint64_t hosted_load(const uint64_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}
static inline void hosted_store(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}
static inline uint32_t hosted_load32(const uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}
static inline void hosted_store32(uint32_t *word, uint32_t value) {
  __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}
static inline void hosted_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
// Sleeps while the word holds `value`, at most `milliseconds`; shared between processes.
void hosted_wait(const uint32_t *word, uint32_t value, int milliseconds);
void hosted_wake(const uint32_t *word);

// MARK: Containment (containment.c)

struct hosted_limits {
  // The descriptors that stay open, besides 0, 1 and 2.
  int memory_file;
  int broker;
  // Private memory of the process, in bytes.
  uint64_t data;
};

// What does not need to be last: session, parent's death, privileges, limits, descriptors. 0, or an
// errno.
int hosted_contain(const struct hosted_limits *limits, pid_t parent);
// The allow-list of system calls; no way back. 0, or an errno.
int hosted_filter(int broker);

// MARK: Processes and files (system.c)

// fork(2): 0 in the child; minus an errno.
pid_t hosted_fork(void);
// A pair of connected packet sockets. 0, or an errno.
int hosted_socket_pair(int pair[2]);
// pidfd_open(2), or minus an errno.
int hosted_process_descriptor(pid_t process);
// A descriptor that becomes readable at SIGINT, SIGTERM and SIGHUP, which are blocked from then on;
// minus an errno.
int hosted_signal_descriptor(void);
// Takes a signal off `fd`; its number, or 0.
int hosted_take_signal(int fd);
void hosted_close_signal_descriptor(int fd);
// Sends one packet, with a descriptor unless that is -1; never waits if `wait` is 0. 0, or an
// errno.
int hosted_send(int socket, const void *bytes, size_t count, int descriptor, int wait);
// Receives one packet and at most one descriptor (else -1); byte count, or minus an errno.
ssize_t hosted_receive(int socket, void *bytes, size_t capacity, int *descriptor, int wait);
// openat2(2) beneath `root` as if that were `/`, close-on-exec, no magic links; minus an errno.
int hosted_open_beneath(int root, const char *path, uint64_t flags);

// O_PATH of open(2), which the C library hides from Swift.
static const int HOSTED_O_PATH = 010000000;

struct hosted_stat {
  uint64_t device, inode, links, special;
  uint32_t mode, owner, group, pad;
  int64_t size, block_size, blocks, access, modification, change;
};
// fstat(2), times in nanoseconds. 0, or an errno.
int hosted_read_stat(int fd, struct hosted_stat *result);
// Whether the file lies on a file system of the kernel's own making, such as proc or sysfs.
int hosted_is_pseudo(int fd);
// readlinkat(2) of the link that an O_PATH descriptor is; byte count, or minus an errno.
ssize_t hosted_read_link(int fd, void *bytes, size_t capacity);
// getdents64(2); byte count, or minus an errno.
ssize_t hosted_directory_entries(int fd, void *bytes, size_t capacity);
