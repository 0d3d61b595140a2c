// SPDX-License-Identifier: BSD-3-Clause

/// Waiting for many files at once, and asynchronous work.
extension SystemCallRow {
  static func events(_ number: Int) -> SystemCallRow? {
    switch number {
    case 7:
      external(
        "poll", "fds nfds timeout", .count, .updates(.pollDescriptors, .elements(1, 8)), .count,
        .code(.milliseconds))
    case 23:
      external(
        "select", "nfds readfds writefds exceptfds timeout", .count, .count,
        .updates(.descriptorSet, .bits(0)), .updates(.descriptorSet, .bits(0)),
        .updates(.descriptorSet, .bits(0)), .updates(.timeval, .fixed(16)))
    case 213: modelled("epoll_create", "size", .descriptor, .integer)
    case 214: external("epoll_ctl_old", "", .zeroOrError)
    case 215: external("epoll_wait_old", "", .zeroOrError)
    case 232:
      external(
        "epoll_wait", "epfd events maxevents timeout", .count, .fd,
        .gives(.resultElements(12), as: .epollEvent), .count, .code(.milliseconds))
    case 233:
      modelled(
        "epoll_ctl", "epfd op fd event", .zeroOrError, .fd, .code(.epollOperation), .fd,
        .reads(.epollEvent, .fixed(12)))
    case 253: modelled("inotify_init", "", .descriptor)
    case 254: external("inotify_add_watch", "fd pathname mask", .integer, .fd, .path, .hex)
    case 255: external("inotify_rm_watch", "fd wd", .zeroOrError, .fd, .integer)
    case 270:
      external(
        "pselect6", "nfds readfds writefds exceptfds timeout sigmask", .count, .count,
        .updates(.descriptorSet, .bits(0)), .updates(.descriptorSet, .bits(0)),
        .updates(.descriptorSet, .bits(0)), .updates(.timespec, .fixed(16)),
        .reads(.structure, .fixed(16)))
    case 271:
      external(
        "ppoll", "fds nfds tmo_p sigmask sigsetsize", .count,
        .updates(.pollDescriptors, .elements(1, 8)), .count, .updates(.timespec, .fixed(16)),
        .reads(.signalSet, .argument(4)), .length)
    case 281:
      external(
        "epoll_pwait", "epfd events maxevents timeout sigmask sigsetsize", .count, .fd,
        .gives(.resultElements(12), as: .epollEvent), .count, .code(.milliseconds),
        .reads(.signalSet, .argument(5)), .length)
    case 291: modelled("epoll_create1", "flags", .descriptor, .code(.epollFlags))
    case 294: modelled("inotify_init1", "flags", .descriptor, .code(.inotifyFlags))
    case 300: external("fanotify_init", "flags event_f_flags", .descriptor, .hex, .openFlags)
    case 301:
      external(
        "fanotify_mark", "fanotify_fd flags mask dirfd pathname", .zeroOrError, .fd, .hex, .hex,
        .directory, .path)
    case 441:
      external(
        "epoll_pwait2", "epfd events maxevents timeout sigmask sigsetsize", .count, .fd,
        .gives(.resultElements(12), as: .epollEvent), .count, .reads(.timespec, .fixed(16)),
        .reads(.signalSet, .argument(5)), .length)
    default: asynchronous(number)
    }
  }

  private static func asynchronous(_ number: Int) -> SystemCallRow? {
    switch number {
    case 206:
      external(
        "io_setup", "nr_events ctx_idp", .zeroOrError, .count, .updates(.structure, .fixed(8))
      ).changingVMAs
    case 207: external("io_destroy", "ctx_id", .zeroOrError, .address).changingVMAs
    case 208:
      external(
        "io_getevents", "ctx_id min_nr nr events timeout", .count, .address, .count, .count,
        .gives(.resultElements(32), as: .structure), .reads(.timespec, .fixed(16)))
    case 209:
      external(
        "io_submit", "ctx_id nr iocbpp", .count, .address, .count,
        .reads(.structure, .elements(1, 8)))
    case 210:
      external(
        "io_cancel", "ctx_id iocb result", .zeroOrError, .address, .reads(.structure, .fixed(64)),
        .gives(.fixed(32), as: .structure))
    case 333:
      external(
        "io_pgetevents", "ctx_id min_nr nr events timeout usig", .count, .address, .count, .count,
        .gives(.resultElements(32), as: .structure), .reads(.timespec, .fixed(16)),
        .reads(.structure, .fixed(16)))
    case 425:
      external(
        "io_uring_setup", "entries params", .descriptor, .count, .updates(.structure, .fixed(120)))
    case 426:
      external(
        "io_uring_enter", "fd to_submit min_complete flags arg argsz", .count, .fd, .count, .count,
        .hex, .reads(.structure, .argument(5)), .length)
    case 427:
      external(
        "io_uring_register", "fd opcode arg nr_args", .integer, .fd, .integer, .address, .count)
    default: nil
    }
  }
}
