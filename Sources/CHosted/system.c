// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "CHosted.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

pid_t hosted_fork(void) {
  pid_t child = fork();
  return child < 0 ? -errno : child;
}

int hosted_socket_pair(int pair[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0 ? 0 : errno;
}

int hosted_process_descriptor(pid_t process) {
  int fd = (int)syscall(SYS_pidfd_open, process, 0);
  return fd < 0 ? -errno : fd;
}

static void ending_signals(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGINT);
  sigaddset(set, SIGTERM);
  sigaddset(set, SIGHUP);
}

int hosted_signal_descriptor(void) {
  sigset_t set;
  ending_signals(&set);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -errno;
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -errno : fd;
}

int hosted_take_signal(int fd) {
  struct signalfd_siginfo info;
  return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

void hosted_close_signal_descriptor(int fd) {
  sigset_t set;
  ending_signals(&set);
  close(fd);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int hosted_send(int socket, const void *bytes, size_t count, int descriptor, int wait) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec vector = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  if (descriptor >= 0) {
    memset(&control, 0, sizeof control);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
  }
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

ssize_t hosted_receive(int socket, void *bytes, size_t capacity, int *descriptor, int wait) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec vector = {.iov_base = bytes, .iov_len = capacity};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  if (descriptor) {
    *descriptor = -1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
  }
  ssize_t received;
  do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  while (received < 0 && errno == EINTR);
  if (received < 0) return -errno;
  if (descriptor) {
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof(int)))
      memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
  }
  return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : received;
}

int hosted_open_beneath(int root, const char *path, uint64_t flags) {
  struct open_how how = {.flags = flags | O_CLOEXEC,
                         .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  int fd;
  int tries = 16;
  do fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
  while (fd < 0 && (errno == EINTR || errno == EAGAIN) && --tries > 0);
  return fd < 0 ? -errno : fd;
}

static int64_t nanoseconds(struct timespec time) {
  return (int64_t)((uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec);
}

int hosted_read_stat(int fd, struct hosted_stat *result) {
  struct stat status;
  if (fstat(fd, &status) != 0) return errno;
  *result = (struct hosted_stat){
      .device = status.st_dev,
      .inode = status.st_ino,
      .links = status.st_nlink,
      .special = status.st_rdev,
      .mode = status.st_mode,
      .owner = status.st_uid,
      .group = status.st_gid,
      .size = status.st_size,
      .block_size = status.st_blksize,
      .blocks = status.st_blocks,
      .access = nanoseconds(status.st_atim),
      .modification = nanoseconds(status.st_mtim),
      .change = nanoseconds(status.st_ctim),
  };
  return 0;
}

int hosted_is_pseudo(int fd) {
  // linux/magic.h: proc, sysfs, debugfs, tracefs, securityfs, cgroup, cgroup2, bpf, devpts, mqueue,
  // nsfs, pstore, efivarfs, configfs, selinuxfs, binfmt_misc, pidfs, fuse control, hugetlbfs, aio,
  // pipe, sock.
  static const uint32_t magics[] = {
      0x9fa0,     0x62656572, 0x64626720, 0x74726163, 0x73636673, 0x27e0eb,
      0x63677270, 0xcafe4a11, 0x1cd1,     0x19800202, 0x6e736673, 0x6165676c,
      0xde5e81e4, 0x62656570, 0xf97cff8c, 0x42494e4d, 0x50494446, 0x65735543,
      0x958458f6, 0x09041934, 0x50495045, 0x534f434b};
  struct statfs status;
  if (fstatfs(fd, &status) != 0) return 1;
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
    if ((uint32_t)status.f_type == magics[i]) return 1;
  return 0;
}

ssize_t hosted_read_link(int fd, void *bytes, size_t capacity) {
  ssize_t count = readlinkat(fd, "", bytes, capacity);
  return count < 0 ? -errno : count;
}

ssize_t hosted_directory_entries(int fd, void *bytes, size_t capacity) {
  ssize_t count = syscall(SYS_getdents64, fd, bytes, capacity);
  return count < 0 ? -errno : count;
}
