// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CObserver.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// One recorder per thread, so that tests may observe side by side.
static _Thread_local cpu_set_t remembered_cpus;
static _Thread_local timer_t heartbeat;
static _Thread_local int has_heartbeat;
static _Thread_local volatile sig_atomic_t has_beaten;

int observer_pin(void) {
  cpu_set_t one;
  int cpu = sched_getcpu();
  if (cpu < 0) return -errno;
  if (sched_getaffinity(0, sizeof remembered_cpus, &remembered_cpus) < 0) return -errno;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  return sched_setaffinity(0, sizeof one, &one) < 0 ? -errno : 0;
}

void observer_unpin(void) { sched_setaffinity(0, sizeof remembered_cpus, &remembered_cpus); }

static void on_heartbeat(int signal) {
  (void)signal;
  has_beaten = 1;
}

int observer_heartbeat_take(void) {
  int taken = has_beaten;
  has_beaten = 0;
  return taken;
}

int observer_heartbeat_start(void) {
  int signal = SIGRTMIN + 5;
  struct sigaction action = {.sa_handler = on_heartbeat};
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal};
  struct itimerspec every = {{0, 50000000}, {0, 50000000}};
  sigset_t set;
  event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
  if (sigaction(signal, &action, NULL) < 0) return -errno;
  sigemptyset(&set);
  sigaddset(&set, signal);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  if (timer_create(CLOCK_MONOTONIC, &event, &heartbeat) < 0) return -errno;
  has_heartbeat = 1;
  return timer_settime(heartbeat, 0, &every, NULL) < 0 ? -errno : 0;
}

void observer_heartbeat_stop(void) {
  if (has_heartbeat) timer_delete(heartbeat);
  has_heartbeat = 0;
}

enum { interrupt_count = 3 };
static const int interrupt_signals[interrupt_count] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction former_actions[interrupt_count];
static atomic_int interrupt_signal;
static atomic_int interrupt_users;

static void on_interrupt(int signal) { atomic_store(&interrupt_signal, signal); }

void observer_interrupts_start(void) {
  if (atomic_fetch_add(&interrupt_users, 1) > 0) return;
  atomic_store(&interrupt_signal, 0);
  struct sigaction action = {.sa_handler = on_interrupt};
  for (int i = 0; i < interrupt_count; i++) {
    sigaction(interrupt_signals[i], NULL, &former_actions[i]);
    if (former_actions[i].sa_handler != SIG_IGN) sigaction(interrupt_signals[i], &action, NULL);
  }
}

void observer_interrupts_stop(void) {
  if (atomic_fetch_sub(&interrupt_users, 1) > 1) return;
  for (int i = 0; i < interrupt_count; i++)
    sigaction(interrupt_signals[i], &former_actions[i], NULL);
}

int32_t observer_interrupt(void) { return atomic_load(&interrupt_signal); }

int32_t observer_thread(void) { return (int32_t)syscall(SYS_gettid); }

void observer_sleep(uint32_t microseconds) {
  struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000L};
  nanosleep(&time, NULL);
}

uint64_t observer_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
