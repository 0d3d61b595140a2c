// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stddef.h>
#include <stdint.h>

// What the observer needs of Linux and Swift cannot call: ptrace(2), fork(2), wait macros, bpf(2).
// Every function returns 0 or more on success and minus the errno otherwise.

/// A program to start under observation.
struct observer_program {
  /// The path for execve(2).
  const char *path;
  /// NULL-terminated.
  char *const *arguments;
  /// NULL-terminated.
  char *const *environment;
  /// The directory to start in; NULL for the caller's.
  const char *directory;
  /// Whether address-space layout randomisation is switched off: personality(ADDR_NO_RANDOMIZE).
  int32_t fixed_layout;
  /// Whether it is killed when the thread that started it ends: PR_SET_PDEATHSIG.
  int32_t dies_with_parent;
  /// What becomes its stdin, stdout and stderr.
  int32_t streams[3];
};

/// Where starting a program failed.
enum observer_step {
  observer_step_fork = 1,
  observer_step_seize = 2,
  observer_step_directory = 3,
  observer_step_personality = 4,
  observer_step_exec = 5,
  observer_step_streams = 6,
};

/// Starts a program, seized, and waits until its execve(2) has succeeded: it stands at its first
/// instruction. Gives its process id. On failure nothing is left and `step` says what failed.
int observer_start(const struct observer_program *program, int32_t *pid, int32_t *step);

/// A new file without a name, as memfd_create(2) makes it; its descriptor.
int observer_memory_file(void);

/// 1 where two descriptors of a process share one open file description, else 0: kcmp(2).
int observer_shares_file(int32_t pid, int32_t one, int32_t other);

/// What a wait for a tracee gave, the bits of the wait status taken apart.
struct observer_stop {
  int32_t pid;
  /// `observer_stop_*`.
  int32_t kind;
  /// The exit status, the signal that killed or stopped it, or the PTRACE_EVENT_*.
  int32_t value;
  /// Whether the heart has beaten since the last wait.
  int32_t has_beaten;
};

enum observer_stop_kind {
  observer_stop_exited = 0,
  observer_stop_killed = 1,
  observer_stop_call = 2,
  observer_stop_signal = 3,
  observer_stop_group = 4,
  observer_stop_event = 5,
  observer_stop_attached = 6,
};

enum observer_event {
  observer_event_fork = 1,
  observer_event_vfork = 2,
  observer_event_clone = 3,
  observer_event_exec = 4,
  observer_event_exit = 6,
};

/// Waits for the next stop or end of a tracee of the calling thread. -EINTR after a heartbeat,
/// -ECHILD when none is left. `has_beaten` is set in every case.
int observer_wait(struct observer_stop *stop);

/// Lets a stopped tracee go on to its next call stop, `signal` delivered first where it is not 0.
int observer_resume(int32_t pid, int32_t signal);

/// Lets a tracee stay in its group stop: PTRACE_LISTEN.
int observer_listen(int32_t pid);

/// Lets a tracee go for good.
int observer_detach(int32_t pid);

/// Whether a child has ended, without waiting: 1, and the parts of its wait status in `stop`.
int observer_reap(int32_t pid, struct observer_stop *stop);

/// Whether no task has this id any more.
int observer_is_gone(int32_t pid);

/// Waits at most so many microseconds.
void observer_sleep(uint32_t microseconds);

/// Kills a process of the given id: SIGKILL.
int observer_kill(int32_t pid);

/// A call stop, as PTRACE_GET_SYSCALL_INFO tells it.
struct observer_call {
  /// 1 at the entry, 2 at the exit, 0 elsewhere.
  uint8_t operation;
  /// Whether the call came through the 64-bit entry: AUDIT_ARCH_X86_64.
  uint8_t is_native;
  /// Behind the instruction that made the call.
  uint64_t instruction;
  /// At the entry.
  uint64_t number;
  /// At the entry.
  uint64_t arguments[6];
  /// At the exit: RAX.
  int64_t result;
};

/// Tells about the call stop of a tracee.
int observer_call_info(int32_t pid, struct observer_call *call);

/// Tells about the signal that stopped a tracee: si_code, and si_addr where the signal has one.
/// -ESRCH if it does not stand at that stop any more, because it was killed.
int observer_signal_info(int32_t pid, int32_t signal, int32_t *code, uint64_t *address);

/// The number that belongs to a PTRACE_EVENT_*: the new task's id, the former id, the exit status.
/// -ESRCH if the tracee does not stand at that event any more: a tracee that is killed goes on to
/// its exit stop, and the number would be that of its exit.
int observer_event_message(int32_t pid, int32_t event, uint64_t *message);

/// Reads a tracee's memory up to the first byte that cannot be read; gives the count of bytes.
int64_t observer_read_memory(int32_t pid, uint64_t address, void *bytes, size_t count);

/// Remembers the CPUs that the calling thread may use, and keeps it, and what it starts, on the one
/// where it is now.
int observer_pin(void);
/// Lets the calling thread use the CPUs that `observer_pin` remembered.
void observer_unpin(void);

/// Interrupts `observer_wait` of the calling thread 20 times a second.
int observer_heartbeat_start(void);
/// Whether the heart has beaten since the last question.
int observer_heartbeat_take(void);
/// Ends the heartbeat.
void observer_heartbeat_stop(void);

/// Takes SIGINT, SIGTERM and SIGHUP as wishes to end the recording.
void observer_interrupts_start(void);
/// Gives these signals back to who had them.
void observer_interrupts_stop(void);
/// The signal that wished so since `observer_interrupts_start`, or 0.
int32_t observer_interrupt(void);

/// The id of the calling thread.
int32_t observer_thread(void);
/// CLOCK_MONOTONIC in nanoseconds.
uint64_t observer_now(void);

// bpf(2). Source: linux/bpf.h.

/// The key after one of a map, or the first where there is no such key. -ENOENT behind the last.
int observer_bpf_next_key(int32_t map, const void *key, void *next);

/// Makes a map: BPF_MAP_TYPE_*. Gives its descriptor.
int observer_bpf_map(uint32_t type, uint32_t key_size, uint32_t value_size, uint32_t entries);
/// Puts a value into a map.
int observer_bpf_update(int32_t map, const void *key, const void *value);
/// Copies a value out of a map.
int observer_bpf_lookup(int32_t map, const void *key, void *value);
/// Loads a description of types. Gives its descriptor.
int observer_bpf_types(const uint8_t *types, uint32_t size);
/// Loads a program for the tracepoint whose type has this number. `functions` has two words for
/// each function: where it begins, its type in `types`. The verifier's words go into `log`. Gives
/// its descriptor.
int observer_bpf_load(const uint64_t *code, uint32_t count, uint32_t tracepoint, int32_t types,
                      const uint32_t *functions, uint32_t function_count, char *log,
                      uint32_t log_size);
/// Lets a program run at its tracepoint until the descriptor that it gives is closed.
int observer_bpf_attach(int32_t program);
/// How often a program was left out because it ran already on that CPU.
int64_t observer_bpf_misses(int32_t program);

// Words of memory that is shared with the kernel.

static inline uint64_t observer_load_acquire(const uint64_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}
static inline uint32_t observer_load_acquire_half(const uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}
static inline void observer_store_release(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

// What a machine can: 0 or more if it can, else minus the errno of the refusal.

/// Syscall User Dispatch, Linux 5.11.
int observer_probe_user_dispatch(void);
/// RDFSBASE and its kin from user code, Linux 5.9: AT_HWCAP2 bit 1.
int observer_probe_fsgsbase(void);
/// Tracing a child with PTRACE_SEIZE and PTRACE_GET_SYSCALL_INFO, Linux 5.3.
int observer_probe_ptrace(void);
/// Opening a software event of perf_event_open(2) on one's own process.
int observer_probe_perf(void);
/// memfd_create(2), Linux 3.17.
int observer_probe_memfd(void);
/// seccomp(2) filters with the actions that the hosted machine uses.
int observer_probe_seccomp(void);
/// Landlock; gives the version of its ABI, from 1 on.
int observer_probe_landlock(void);
/// userfaultfd(2) with minor faults on shared memory; gives 1 where only user-mode faults are seen.
int observer_probe_userfaultfd(void);

/// Starts a process that kills the tasks of a map when this one dies, and only then: it is what
/// PTRACE_O_EXITKILL is where nobody traces. It keeps the programs of `links` in the kernel until
/// then. A descriptor for `observer_guardian_end`, or minus the errno.
int observer_guardian_start(int32_t tasks, const int32_t *links, uint32_t count, int32_t *pid);

/// Lets the guardian go, and nothing is killed.
void observer_guardian_end(int32_t pid, int32_t descriptor);
