// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A process whose address space holds nothing but a page of code and the area through which it is
// told what to do: Linux as the twin of our kernel. Source of the code: stub.S.

/// Where the area lies in the process, and how long it is in bytes.
#define TWIN_AREA 0x8000000
#define TWIN_AREA_SIZE 0x200000
/// Where its one page of code lies.
#define TWIN_STUB 0x10000000
/// Commands in the area: their offset, their size, how many there are room for.
#define TWIN_COMMANDS 0x20000
#define TWIN_COMMAND_SIZE 128
#define TWIN_COMMAND_LIMIT 512
/// The rest of the area holds what commands answer in bytes.
#define TWIN_TEXT 0x30000
/// How near to its end the text may come before the rest of a batch is left undone.
#define TWIN_TEXT_RESERVE 0x18000
/// Descriptors of the process: the file for reading and writing, and for reading only.
#define TWIN_FILE 3
#define TWIN_FILE_READ_ONLY 4

#ifndef __ASSEMBLER__
#include <stdint.h>

/// What a command does.
enum twin_kind {
  twin_call = 0,
  twin_read = 1,
  twin_write = 2,
};

/// One step of the process, and what came of it.
struct twin_command {
  /// `twin_kind`.
  uint32_t kind;
  /// Whether the VMAs are wanted after it.
  uint32_t wants_map;
  /// A call's number; of a touch the address.
  uint64_t number;
  /// A call's arguments; of a write the word.
  uint64_t arguments[6];
  /// RAX of a call, the word of a read.
  int64_t result;
  /// The signal of a touch that failed, else 0.
  uint32_t signal;
  /// Its si_code.
  uint32_t code;
  /// Where in the area the text of /proc/self/maps lies, and its length.
  uint64_t text;
  uint64_t text_count;
  uint64_t unused[4];
};

/// A process that waits for commands.
struct twin_process {
  int32_t pid;
  /// The ends of its pipes.
  int32_t input, output;
  /// The area as the caller sees it.
  void *area;
};

/// Where starting failed.
enum twin_step {
  twin_step_memory = 1,
  twin_step_fork = 2,
  twin_step_layout = 3,
  twin_step_limits = 4,
  twin_step_exec = 5,
  twin_step_run = 6,
};

/// Starts a process that has the descriptor `file` for reading and writing and `read_only` for
/// reading, and waits until it is ready. Without privileges, layout randomisation and transparent
/// huge pages; 8 MiB of stack and 8 MiB that it may lock. Minus the errno and the step on failure.
int twin_start(int file, int read_only, struct twin_process *process, int32_t *step);

/// Runs `count` commands from `first` on and waits for them. Returns how many were done: all, or as
/// many as the text had room for; minus the errno when the process is gone.
int twin_run(struct twin_process *process, uint64_t first, uint64_t count);

/// Ends the process and gives everything back.
void twin_stop(struct twin_process *process);

/// A file in memory with a descriptor for reading and writing and one for reading only. Minus the
/// errno where there is none.
int twin_make_file(int32_t *file, int32_t *read_only);
#endif
