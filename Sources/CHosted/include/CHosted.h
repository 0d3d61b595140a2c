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
  // Of a system call that came by Syscall User Dispatch: its instruction. Else 0.
  uint64_t site;
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
// Where the guest goes on.
uint64_t hosted_ip(void);
void hosted_set_ip(uint64_t ip);
// The guest stands before a `syscall` instruction that is not there any more: the trap becomes what
// it would have been.
void hosted_become_system_call(struct hosted_trap *trap);

// MARK: Rewritten sites (rewrite.c)

// Bytes of `syscall`.
#define HOSTED_CALL_SIZE 2
// Bytes of the jump that takes the place of a site: jmp *abs32.
#define HOSTED_JUMP_SIZE 7
// Where the addresses of the stubs lie, in the guest's range. Bits 16 to 23 of each address there
// are 6, which is no instruction.
#define HOSTED_STUB_TABLE 0x7f060000ull
#define HOSTED_STUB_LIMIT 8192

// One site: what its stub does before and after the call.
struct hosted_stub {
  // Behind the `syscall` instruction.
  uint64_t behind;
  // Where the text goes on that was not moved into the stub.
  uint64_t back;
  // What EAX becomes before the call, where `moves_number`.
  uint32_t number;
  uint32_t moves_number;
  // The operand of `cmp $operand, %rax` after the call, where `compares`.
  int32_t operand;
  uint32_t compares;
};

// What else than Syscall User Dispatch direct entry needs. 0, or an errno. After hosted_arm.
int hosted_arm_direct(void);
// Room for HOSTED_STUB_LIMIT stubs, and the table of their addresses. 0, or an errno.
int hosted_map_stubs(void);
void hosted_unmap_stubs(void);
// Makes the stub with this index. 0, or an errno.
int hosted_make_stub(uint32_t index, const struct hosted_stub *stub);
// Where the guest goes on after the call of a stub that compares.
uint64_t hosted_stub_tail(uint32_t index);
// The jump through the stub's entry of the table.
void hosted_jump(uint32_t index, uint8_t bytes[HOSTED_JUMP_SIZE]);
// A private copy of the page of the memory file takes its place at the guest's address, with the
// bytes at `offset` in it replaced; `is_first`: else the copy is there already. 0, or an errno.
int hosted_patch_page(int fd, uint64_t page, uint64_t physical, int is_first, uint64_t offset,
                      const uint8_t *bytes, size_t count);

// MARK: Guest pages (memory.c)

// A sealed memory file of `size` bytes, or minus an errno.
int hosted_memory_file(const char *name, uint64_t size);
// The whole file, shared, at an address of the host's choice; NULL and errno on failure.
void *hosted_map_file(int fd, uint64_t size);
// `size` bytes of a file of the outside, to be read with hosted_copy only; NULL where it cannot be.
void *hosted_map_outside(int fd, uint64_t size);
// Copies; 0, or -1 where `from` is not there any more.
int hosted_copy(void *to, const void *from, size_t count);
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
