// SPDX-License-Identifier: BSD-3-Clause

/// C programs that the observer's tests watch.
enum Programs {
  /// A fork whose child exits with 7, then a vfork whose child executes another program.
  static let forking = #"""
    #include <sys/wait.h>
    #include <unistd.h>
    int main(void) {
      int status;
      pid_t child = fork();
      if (child == 0) {
        for (int i = 0; i < 3; i++) getppid();
        _exit(7);
      }
      waitpid(child, &status, 0);
      child = vfork();
      if (child == 0) {
        execl("/bin/busybox", "busybox", "true", (char *)0);
        _exit(9);
      }
      waitpid(child, &status, 0);
      return 5;
    }
    """#

  /// Three threads, one after another, 100 calls each.
  static let threaded = #"""
    #include <pthread.h>
    #include <unistd.h>
    static void *run(void *unused) {
      for (int i = 0; i < 100; i++) getppid();
      return unused;
    }
    int main(void) {
      for (int i = 0; i < 3; i++) {
        pthread_t thread;
        pthread_create(&thread, 0, run, 0);
        pthread_join(thread, 0);
      }
      return 0;
    }
    """#

  /// Changes its VMAs in every way and writes /proc/self/maps to stdout after each.
  static let mapping = #"""
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <sys/mman.h>
    #include <unistd.h>
    static char text[1 << 16];
    static void show(void) {
      int maps = open("/proc/self/maps", O_RDONLY);
      long count = 0, got;
      while ((got = read(maps, text + count, sizeof text - count)) > 0) count += got;
      close(maps);
      write(1, text, count);
    }
    int main(int argc, char **argv) {
      long page = 4096;
      int flags = MAP_PRIVATE | MAP_ANONYMOUS;
      (void)argc;
      show();
      char *a = mmap(0, 16 * page, PROT_READ | PROT_WRITE, flags, -1, 0);
      show();
      mprotect(a + 4 * page, 4 * page, PROT_READ);
      show();
      munmap(a + 8 * page, page);
      show();
      char *b = mmap(0, 8 * page, PROT_NONE, flags, -1, 0);
      show();
      mremap(a, 4 * page, 32 * page, MREMAP_MAYMOVE);
      show();
      mmap(b + page, page, PROT_READ | PROT_EXEC, flags | MAP_FIXED, -1, 0);
      show();
      int self = open(argv[0], O_RDONLY);
      mmap(0, 3 * page, PROT_READ, MAP_SHARED, self, page);
      show();
      mmap(0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
      show();
      sbrk(5 * page);
      show();
      sbrk(-3 * page);
      show();
      mlock(b + 4 * page, page);
      madvise(b + 6 * page, page, MADV_DONTFORK);
      show();
      munmap(0, 1);
      munmap(b, 8 * page);
      show();
      return 0;
    }
    """#

  /// Reads and writes through every kind of argument that points to something.
  static let buffers = #"""
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <string.h>
    #include <sys/socket.h>
    #include <sys/stat.h>
    #include <sys/syscall.h>
    #include <sys/uio.h>
    #include <unistd.h>
    int main(int argc, char **argv) {
      char buffer[64] = {0}, more[8];
      struct stat status;
      int pipes[2], pair[2];
      (void)argc;
      int self = openat(AT_FDCWD, argv[0], O_RDONLY);
      read(self, buffer, 4);
      read(self, buffer, 0);
      read(-1, buffer, 4);
      fstat(self, &status);
      pipe2(pipes, O_CLOEXEC);
      struct iovec out[2] = {{"hello, ", 7}, {"world", 5}};
      writev(pipes[1], out, 2);
      struct iovec in[2] = {{more, 8}, {buffer, 64}};
      readv(pipes[0], in, 2);
      socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
      struct msghdr message = {.msg_iov = out, .msg_iovlen = 2};
      sendmsg(pair[0], &message, 0);
      message.msg_iov = in;
      recvmsg(pair[1], &message, 0);
      syscall(SYS_write, -1, (char *)8, 4);
      char *const arguments[] = {"busybox", "echo", "done", 0};
      char *const environment[] = {"A=1", 0};
      syscall(SYS_write, 1, "", 0);
      execve("/bin/busybox", arguments, environment);
      return 1;
    }
    """#

  /// Ends as its first argument says.
  static let ending = #"""
    #define _GNU_SOURCE
    #include <pthread.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/wait.h>
    #include <time.h>
    #include <unistd.h>
    static void on_signal(int number) { (void)number; }
    static volatile int waits;
    // Not before the first thread waits, and without a system call of its own until then.
    static void *execute(void *unused) {
      (void)unused;
      struct timespec start, now;
      while (!waits) {}
      clock_gettime(CLOCK_MONOTONIC, &start);
      do clock_gettime(CLOCK_MONOTONIC, &now);
      while ((now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec - start.tv_nsec < 200000000);
      execl("/bin/busybox", "busybox", "sh", "-c", "exit 6", (char *)0);
      return 0;
    }
    static void sleep_long(void) {
      struct timespec time = {1000, 0};
      nanosleep(&time, 0);
    }
    int main(int argc, char **argv) {
      const char *how = argc > 1 ? argv[1] : "";
      int status;
      if (!strcmp(how, "status")) exit(42);
      if (!strcmp(how, "crash")) *(volatile int *)0x1234 = 1;
      if (!strcmp(how, "abort")) abort();
      if (!strcmp(how, "sleep")) sleep_long();
      if (!strcmp(how, "loop")) for (;;) getppid();
      if (!strcmp(how, "interrupt")) {
        kill(getppid(), SIGHUP);
        sleep_long();
      }
      if (!strcmp(how, "handle")) {
        signal(SIGUSR1, on_signal);
        raise(SIGUSR1);
        return 3;
      }
      if (!strcmp(how, "restart")) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
        int ends[2];
        char byte;
        sigaction(SIGALRM, &action, 0);
        if (pipe(ends)) return 1;
        pid_t child = fork();
        if (child == 0) {
          struct timespec time = {0, 100000000};
          nanosleep(&time, 0);
          kill(getppid(), SIGALRM);
          nanosleep(&time, 0);
          _exit(write(ends[1], "x", 1) != 1);
        }
        return read(ends[0], &byte, 1) != 1;
      }
      if (!strcmp(how, "kill")) {
        pid_t child = fork();
        if (child == 0) for (;;) pause();
        struct timespec time = {0, 100000000};
        nanosleep(&time, 0);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        return WTERMSIG(status);
      }
      if (!strcmp(how, "stop")) {
        pid_t child = fork();
        if (child == 0) {
          raise(SIGSTOP);
          _exit(4);
        }
        waitpid(child, &status, WUNTRACED);
        if (!WIFSTOPPED(status)) return 1;
        kill(child, SIGCONT);
        waitpid(child, &status, 0);
        return WEXITSTATUS(status);
      }
      if (!strcmp(how, "thread-exec")) {
        pthread_t thread;
        pthread_create(&thread, 0, execute, 0);
        waits = 1;
        for (;;) pause();
      }
      if (!strcmp(how, "thread-exit")) {
        pthread_t threads[4];
        for (int i = 0; i < 4; i++)
          pthread_create(&threads[i], 0, (void *(*)(void *))sleep_long, 0);
        exit(8);
      }
      if (!strcmp(how, "orphan")) {
        if (fork() == 0) {
          struct timespec time = {0, 200000000};
          nanosleep(&time, 0);
          _exit(0);
        }
        return 2;
      }
      if (!strcmp(how, "32-bit")) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
        return result > 0 ? 0 : 1;
      }
      return 0;
    }
    """#
}
