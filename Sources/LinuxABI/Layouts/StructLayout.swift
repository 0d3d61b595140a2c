// SPDX-License-Identifier: BSD-3-Clause

/// Sizes, in bytes, of the structures of x86-64 Linux that have no type of their own here.
public enum StructLayout {
  /// `struct timeval`: seconds, microseconds.
  public static var timeval: Int { 16 }
  /// `struct itimerval`: interval, value.
  public static var itimerval: Int { 32 }
  /// `struct itimerspec`: interval, value.
  public static var itimerspec: Int { 32 }
  /// `struct timezone`.
  public static var timezone: Int { 8 }
  /// `struct tms`: four clock_t.
  public static var tms: Int { 32 }
  /// `struct rusage`.
  public static var rusage: Int { 144 }
  /// `struct statfs`.
  public static var statfs: Int { 120 }
  /// `struct statx`.
  public static var statx: Int { 256 }
  /// `struct pollfd`: u32 descriptor, u16 events, u16 returned events.
  public static var pollfd: Int { 8 }
  /// `struct epoll_event`: u32 events, u64 data, packed.
  public static var epollEvent: Int { 12 }
  /// `struct termios` of the kernel, of TCGETS.
  public static var termios: Int { 36 }
  /// `struct termio`, of TCGETA.
  public static var termio: Int { 18 }
  /// `struct winsize`, of TIOCGWINSZ: four u16.
  public static var winsize: Int { 8 }
  /// `struct flock`, of F_GETLK.
  public static var flock: Int { 32 }
  /// `siginfo_t`.
  public static var siginfo: Int { 128 }
  /// `struct sigevent`.
  public static var sigevent: Int { 64 }
  /// `struct msghdr`.
  public static var msghdr: Int { 56 }
  /// `struct mmsghdr`.
  public static var mmsghdr: Int { 64 }
  /// `struct clone_args`, as of version 2: 11 u64.
  public static var cloneArgs: Int { 88 }
  /// `struct open_how`: 3 u64.
  public static var openHow: Int { 24 }
  /// `struct robust_list_head`.
  public static var robustListHead: Int { 24 }
  /// `struct rseq`, as it was at first.
  public static var rseq: Int { 32 }
  /// `struct __user_cap_header_struct`.
  public static var capabilityHeader: Int { 8 }
  /// `struct __user_cap_data_struct`, twice, as of version 3.
  public static var capabilityData: Int { 24 }
  /// `struct sched_param`.
  public static var schedParam: Int { 4 }
  /// `struct timex`.
  public static var timex: Int { 208 }
  /// `struct futex_waitv`.
  public static var futexWaitv: Int { 24 }
  /// `struct io_event`.
  public static var ioEvent: Int { 32 }
  /// `struct iocb`.
  public static var iocb: Int { 64 }
  /// `struct io_uring_params`.
  public static var ioURingParams: Int { 120 }
  /// `struct mq_attr`.
  public static var mqAttr: Int { 64 }
  /// `struct sembuf`.
  public static var sembuf: Int { 6 }
  /// `struct shmid_ds`.
  public static var shmidDS: Int { 112 }
  /// `struct msqid_ds`.
  public static var msqidDS: Int { 120 }
  /// `struct user_desc`.
  public static var userDesc: Int { 16 }
  /// `struct ifreq`.
  public static var ifreq: Int { 40 }
  /// `struct ifconf`.
  public static var ifconf: Int { 16 }
  /// `struct ustat`.
  public static var ustat: Int { 32 }
  /// `struct utimbuf`.
  public static var utimbuf: Int { 16 }
  /// `struct kexec_segment`.
  public static var kexecSegment: Int { 32 }
}
