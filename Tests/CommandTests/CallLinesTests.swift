// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// `dump --strace` of a run on Linux against strace(1) itself on the same program: line by line the
/// same, but for what differs between two runs of either.
struct CallLinesTests {
  /// Lines of a run by strace, without address space randomisation, as the observer has it.
  private func straceLines(_ program: [String], in scratch: Scratch) throws -> [String] {
    let log = scratch.path("strace.txt")
    let run = try Subprogram.run(
      ["/usr/bin/setarch", "x86_64", "-R", "/usr/bin/strace", "-o", log] + program,
      environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"], in: try folder(in: scratch))
    try #require(run.errorText.isEmpty, "\(run.errorText)")
    return try lines(of: String(contentsOfFile: log, encoding: .utf8))
  }

  /// Where the programs run: nothing of the tests' own is there.
  private func folder(in scratch: Scratch) throws -> URL {
    let folder = scratch.url.appending(path: "folder")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("one\ntwo\n".utf8).write(to: folder.appending(path: "file"))
    return folder
  }

  private func dumpLines(
    _ program: [String], in scratch: Scratch, _ options: String...
  ) throws -> [String] {
    let trace = scratch.path("linux.epi")
    _ = try Subprogram.run(
      [Subprogram.epimetheus, "record", "--on", "linux", "-o", trace, "--"] + program,
      environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"], in: try folder(in: scratch))
    let dump = try Subprogram.run(
      [Subprogram.epimetheus, "dump"] + options + [trace], in: scratch.url)
    try #require(dump.end == .exited(0), "\(dump.errorText)")
    return lines(of: dump.text)
  }

  private func lines(of text: String) -> [String] {
    // strace stops the program before it begins, and wakes it by a signal.
    text.split(whereSeparator: \.isNewline).map(normalised)
      .filter { !$0.hasPrefix("--- SIGCONT") }
  }

  /// Without what no two runs have in common: addresses, process ids, random bytes.
  private func normalised(_ line: Substring) -> String {
    var line = String(line)
    line.replace(#/0x[0-9a-f]{7,}/#, with: "ADDRESS")
    if line.hasPrefix("set_tid_address") || line.hasPrefix("getpid") {
      line.replace(#/ += [0-9]+$/#, with: " = PID")
    }
    line.replace(#/left \{[^}]*\}/#, with: "left TIME")
    if line.hasPrefix("getrandom") { line.replace(#/"[^"]*"/#, with: "BYTES") }
    // The padding before the result depends on how long an address is.
    line.replace(#/\) += /#, with: ") = ")
    return line
  }

  private func compare(_ program: [String], in scratch: Scratch) throws {
    let expected = try straceLines(program, in: scratch)
    let actual = try dumpLines(program, in: scratch, "--strace")
    // Where the environment lay no event tells: the one line that differs.
    #expect(actual.first?.hasSuffix("[/* 2 vars */]) = 0") == true)
    let start = "ADDRESS /* 2 vars */) = 0"
    #expect(expected.first?.hasSuffix(start) == true, "\(String(describing: expected.first))")
    let differing = zip(expected.dropFirst(), actual.dropFirst()).filter { $0 != $1 }
    #expect(expected.count == actual.count)
    for (theirs, ours) in differing.prefix(20) {
      Issue.record("strace: \(theirs)\nours:   \(ours)")
    }
  }

  @Test(arguments: [
    ["/bin/ls"], ["/bin/busybox", "ls"], ["/bin/cat", "file"], ["/bin/uname"],
  ])
  func `strace of a program`(program: [String]) throws {
    try Scratch.with { scratch in
      try compare(program, in: scratch)
    }
  }

  @Test func `strace of many calls`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.source, as: "calls", ["-static"])
      try compare([program], in: scratch)
    }
  }

  @Test func `Unikraft's lines`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Self.source, as: "calls", ["-static"])
      let released = try dumpLines([program], in: scratch, "--unikraft", "0.12", "--as-released")
      #expect(released.contains("pipe2(0x3, 0x80000, ...) = 0") == false)
      #expect(released.contains("write(fd:4, \"one\\x0A\", 4) = 4"))
      #expect(released.contains("read(fd:3, <out>\"one\\x0A\", 64) = 4"))
      #expect(released.allSatisfy { !$0.hasPrefix("exit_group") })
      let full = try dumpLines([program], in: scratch, "--unikraft", "0.17")
      #expect(full.contains("lseek(fd:3, 0, SEEK_CUR) = Illegal seek (-29)"))
      let usage = try Subprogram.epimetheus(
        "dump", "--unikraft", "0.13", scratch.path("linux.epi"), in: scratch.url)
      #expect(usage.end == .exited(2))
    }
  }

  /// Calls of many kinds with outcomes that do not depend on the machine.
  private static let source = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <fcntl.h>
    #include <poll.h>
    #include <sched.h>
    #include <signal.h>
    #include <stdio.h>
    #include <string.h>
    #include <sys/epoll.h>
    #include <sys/eventfd.h>
    #include <sys/ioctl.h>
    #include <sys/mman.h>
    #include <sys/prctl.h>
    #include <sys/resource.h>
    #include <sys/select.h>
    #include <sys/socket.h>
    #include <sys/stat.h>
    #include <sys/statfs.h>
    #include <sys/syscall.h>
    #include <sys/uio.h>
    #include <sys/un.h>
    #include <sys/utsname.h>
    #include <termios.h>
    #include <time.h>
    #include <unistd.h>
    static void handler(int number) { (void)number; }
    int main(void) {
      int ends[2];
      pipe2(ends, O_CLOEXEC);
      write(ends[1], "one\\n", 4);
      char bytes[64];
      struct pollfd polled = {ends[0], POLLIN, 0};
      poll(&polled, 1, 1000);
      fd_set set;
      FD_ZERO(&set);
      FD_SET(ends[0], &set);
      struct timeval half = {0, 500000};
      syscall(SYS_select, ends[0] + 1, &set, NULL, NULL, &half);
      read(ends[0], bytes, 64);
      poll(&polled, 1, 0);
      lseek(ends[0], 0, SEEK_CUR);
      fcntl(ends[0], F_GETFD);
      fcntl(ends[0], F_GETFL);
      fcntl(ends[0], F_SETFL, O_NONBLOCK);
      read(ends[0], bytes, 64);
      struct iovec parts[2] = {{"ab", 2}, {"c\\"\\1" "2", 4}};
      writev(ends[1], parts, 2);
      struct iovec places[2] = {{bytes, 3}, {bytes + 8, 50}};
      readv(ends[0], places, 2);
      dup2(ends[0], 9);
      ioctl(ends[0], FIONREAD, bytes);
      ioctl(ends[0], TCGETS, bytes);
      close(ends[0]);
      close(77);
      struct sigaction action;
      memset(&action, 0, sizeof action);
      action.sa_handler = handler;
      sigaddset(&action.sa_mask, SIGCHLD);
      action.sa_flags = SA_RESTART;
      sigaction(SIGUSR1, &action, NULL);
      sigaction(SIGUSR1, NULL, &action);
      sigset_t all;
      sigfillset(&all);
      sigprocmask(SIG_BLOCK, &all, NULL);
      sigemptyset(&all);
      sigprocmask(SIG_SETMASK, &all, &all);
      stack_t stack = {.ss_flags = SS_DISABLE};
      sigaltstack(&stack, NULL);
      struct timespec little = {0, 1000};
      nanosleep(&little, NULL);
      clock_nanosleep(CLOCK_MONOTONIC, 0, &little, NULL);
      struct utsname name;
      uname(&name);
      struct rlimit limit;
      syscall(SYS_getrlimit, RLIMIT_STACK, &limit);
      umask(027);
      mkdir("folder", 0750);
      rmdir("folder");
      rmdir("folder");
      unlink("gone");
      symlink("target", "link");
      readlink("link", bytes, 64);
      unlink("link");
      struct stat metadata;
      syscall(SYS_stat, "/", &metadata);
      syscall(SYS_lstat, "/dev/null", &metadata);
      struct statfs system;
      statfs("/proc", &system);
      char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      madvise(page, 4096, MADV_DONTNEED);
      mprotect(page, 4096, PROT_NONE);
      msync(page, 4096, MS_SYNC);
      page = mremap(page + 4096, 4096, 8192, MREMAP_MAYMOVE);
      munmap(page, 8192);
      mmap(NULL, 0, PROT_READ, MAP_SHARED, 3, 4096);
      int sockets[2];
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets);
      send(sockets[0], "hello", 5, MSG_NOSIGNAL);
      recv(sockets[1], bytes, 64, MSG_DONTWAIT);
      shutdown(sockets[0], SHUT_WR);
      int other = socket(AF_UNIX, SOCK_STREAM, 0);
      struct sockaddr_un address = {AF_UNIX, "/nowhere/at all"};
      connect(other, (struct sockaddr *)&address, sizeof address);
      int events = epoll_create1(EPOLL_CLOEXEC);
      struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 7};
      epoll_ctl(events, EPOLL_CTL_ADD, sockets[1], &event);
      epoll_wait(events, &event, 1, 0);
      eventfd(3, EFD_NONBLOCK | EFD_SEMAPHORE);
      prctl(PR_SET_NAME, "renamed");
      kill(0, 0);
      access("/", R_OK | X_OK);
      open("/nowhere/new", O_RDWR | O_CREAT | O_EXCL, 0600);
      syscall(SYS_openat, AT_FDCWD, "/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
      sched_yield();
      return 3;
    }
    """
}
