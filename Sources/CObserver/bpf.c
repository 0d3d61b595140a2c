// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CObserver.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int call(int command, union bpf_attr *attributes) {
  long result = syscall(SYS_bpf, command, attributes, sizeof *attributes);
  return result < 0 ? -errno : (int)result;
}

int observer_bpf_map(uint32_t type, uint32_t key_size, uint32_t value_size, uint32_t entries) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_type = type;
  attributes.key_size = key_size;
  attributes.value_size = value_size;
  attributes.max_entries = entries;
  return call(BPF_MAP_CREATE, &attributes);
}

// The next key, where one is asked for, goes where a value would.
static int call_element(int command, int32_t map, const void *key, const void *value) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = (uint32_t)map;
  attributes.key = (uint64_t)(uintptr_t)key;
  attributes.value = (uint64_t)(uintptr_t)value;
  return call(command, &attributes);
}

int observer_bpf_update(int32_t map, const void *key, const void *value) {
  return call_element(BPF_MAP_UPDATE_ELEM, map, key, value);
}

int observer_bpf_lookup(int32_t map, const void *key, void *value) {
  return call_element(BPF_MAP_LOOKUP_ELEM, map, key, value);
}

int observer_bpf_next_key(int32_t map, const void *key, void *next) {
  return call_element(BPF_MAP_GET_NEXT_KEY, map, key, next);
}

int observer_bpf_types(const uint8_t *types, uint32_t size) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.btf = (uint64_t)(uintptr_t)types;
  attributes.btf_size = size;
  return call(BPF_BTF_LOAD, &attributes);
}

int observer_bpf_load(const uint64_t *code, uint32_t count, uint32_t tracepoint, int32_t types,
                      const uint32_t *functions, uint32_t function_count, char *log,
                      uint32_t log_size) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = BPF_PROG_TYPE_TRACING;
  attributes.expected_attach_type = BPF_TRACE_RAW_TP;
  attributes.attach_btf_id = tracepoint;
  attributes.insns = (uint64_t)(uintptr_t)code;
  attributes.insn_cnt = count;
  attributes.prog_btf_fd = (uint32_t)types;
  attributes.func_info_rec_size = sizeof(struct bpf_func_info);
  attributes.func_info = (uint64_t)(uintptr_t)functions;
  attributes.func_info_cnt = function_count;
  attributes.license = (uint64_t)(uintptr_t) "GPL";
  memcpy(attributes.prog_name, "epimetheus", 11);
  if (log_size > 0) {
    attributes.log_level = 1;
    attributes.log_buf = (uint64_t)(uintptr_t)log;
    attributes.log_size = log_size;
  }
  return call(BPF_PROG_LOAD, &attributes);
}

int observer_bpf_attach(int32_t program) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.raw_tracepoint.prog_fd = (uint32_t)program;
  return call(BPF_RAW_TRACEPOINT_OPEN, &attributes);
}

int64_t observer_bpf_misses(int32_t program) {
  struct bpf_prog_info info;
  union bpf_attr attributes;
  memset(&info, 0, sizeof info);
  memset(&attributes, 0, sizeof attributes);
  attributes.info.bpf_fd = (uint32_t)program;
  attributes.info.info_len = sizeof info;
  attributes.info.info = (uint64_t)(uintptr_t)&info;
  int result = call(BPF_OBJ_GET_INFO_BY_FD, &attributes);
  return result < 0 ? result : (int64_t)info.recursion_misses;
}
