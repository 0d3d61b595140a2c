// SPDX-License-Identifier: BSD-3-Clause

/// Open files: making, reading, writing and closing them.
extension SystemCallRow {
  static func descriptors(_ number: Int) -> SystemCallRow? {
    switch number {
    case 0: external("read", "fd buf count", .byteCount, .fd, .gives(.result), .length)
    case 1: external("write", "fd buf count", .byteCount, .fd, .takes(.argument(2)), .length)
    case 2: external("open", "pathname flags mode", .descriptor, .path, .openFlags, .mode)
    case 3: modelled("close", "fd", .zeroOrError, .fd)
    case 8: modelled("lseek", "fd offset whence", .offset, .fd, .offset, .code(.whence))
    case 16: external("ioctl", "fd request arg", .integer, .fd, .code(.ioctlRequest), .hex)
    case 17:
      external(
        "pread64", "fd buf count offset", .byteCount, .fd, .gives(.result), .length, .offset)
    case 18:
      external(
        "pwrite64", "fd buf count offset", .byteCount, .fd, .takes(.argument(2)), .length, .offset)
    case 19:
      external(
        "readv", "fd iov iovcnt", .byteCount, .fd, .gives(.ioVector(2), as: .ioVector), .count)
    case 20:
      external(
        "writev", "fd iov iovcnt", .byteCount, .fd, .takes(.ioVector(2), as: .ioVector), .count)
    case 22: modelled("pipe", "pipefd", .zeroOrError, .writes(.descriptorPair, .fixed(8)))
    case 32: modelled("dup", "oldfd", .descriptor, .fd)
    case 33: modelled("dup2", "oldfd newfd", .descriptor, .fd, .fd)
    case 72: modelled("fcntl", "fd cmd arg", .integer, .fd, .code(.fcntlCommand), .hex)
    case 73: external("flock", "fd operation", .zeroOrError, .fd, .code(.flockOperation))
    case 74: external("fsync", "fd", .zeroOrError, .fd)
    case 75: external("fdatasync", "fd", .zeroOrError, .fd)
    case 77: external("ftruncate", "fd length", .zeroOrError, .fd, .offset)
    case 85: external("creat", "pathname mode", .descriptor, .path, .mode)
    case 162: external("sync", "", .zeroOrError)
    case 187: external("readahead", "fd offset count", .zeroOrError, .fd, .offset, .length)
    case 221:
      modelled(
        "fadvise64", "fd offset len advice", .zeroOrError, .fd, .offset, .offset,
        .code(.fileAdvice))
    case 257:
      external(
        "openat", "dirfd pathname flags mode", .descriptor, .directory, .path, .openFlags, .mode)
    case 277:
      external(
        "sync_file_range", "fd offset nbytes flags", .zeroOrError, .fd, .offset, .offset, .hex)
    case 284: modelled("eventfd", "initval", .descriptor, .unsigned)
    case 285: external("fallocate", "fd mode offset len", .zeroOrError, .fd, .hex, .offset, .offset)
    case 290: modelled("eventfd2", "initval flags", .descriptor, .unsigned, .code(.eventFlags))
    case 292: modelled("dup3", "oldfd newfd flags", .descriptor, .fd, .fd, .openFlags)
    case 293:
      modelled(
        "pipe2", "pipefd flags", .zeroOrError, .writes(.descriptorPair, .fixed(8)),
        .code(.pipeFlags))
    case 306: external("syncfs", "fd", .zeroOrError, .fd)
    case 436:
      modelled(
        "close_range", "first last flags", .zeroOrError, .fd, .fd, .code(.closeRangeFlags))
    case 437:
      external(
        "openat2", "dirfd pathname how size", .descriptor, .directory, .path,
        .reads(.openHow, .argument(3)), .length)
    default: transfers(number)
    }
  }

  private static func transfers(_ number: Int) -> SystemCallRow? {
    switch number {
    case 40:
      external(
        "sendfile", "out_fd in_fd offset count", .byteCount, .fd, .fd,
        .updates(.offsetPointer, .fixed(8)), .length)
    case 275:
      external(
        "splice", "fd_in off_in fd_out off_out len flags", .byteCount, .fd,
        .updates(.offsetPointer, .fixed(8)), .fd, .updates(.offsetPointer, .fixed(8)), .length,
        .hex)
    case 276: external("tee", "fd_in fd_out len flags", .byteCount, .fd, .fd, .length, .hex)
    case 278:
      external(
        "vmsplice", "fd iov nr_segs flags", .byteCount, .fd, .takes(.ioVector(2), as: .ioVector),
        .count, .hex)
    case 295:
      external(
        "preadv", "fd iov iovcnt offset", .byteCount, .fd,
        .gives(.ioVector(2), as: .ioVector), .count, .offset)
    case 296:
      external(
        "pwritev", "fd iov iovcnt offset", .byteCount, .fd,
        .takes(.ioVector(2), as: .ioVector), .count, .offset)
    case 303:
      external(
        "name_to_handle_at", "dirfd pathname handle mount_id flags", .zeroOrError, .directory,
        .path, .updates(.structure, .fixed(8)), .writes(.integerPointer, .fixed(4)), .atFlags)
    case 304:
      external(
        "open_by_handle_at", "mount_fd handle flags", .descriptor, .directory,
        .reads(.structure, .fixed(8)), .openFlags)
    case 326:
      external(
        "copy_file_range", "fd_in off_in fd_out off_out len flags", .byteCount, .fd,
        .updates(.offsetPointer, .fixed(8)), .fd, .updates(.offsetPointer, .fixed(8)), .length,
        .hex)
    case 327:
      external(
        "preadv2", "fd iov iovcnt offset unused flags", .byteCount, .fd,
        .gives(.ioVector(2), as: .ioVector), .count, .offset, .unused,
        .hex)
    case 328:
      external(
        "pwritev2", "fd iov iovcnt offset unused flags", .byteCount, .fd,
        .takes(.ioVector(2), as: .ioVector), .count, .offset, .unused,
        .hex)
    case 451:
      external(
        "cachestat", "fd range cstat flags", .zeroOrError, .fd, .reads(.structure, .fixed(16)),
        .writes(.structure, .fixed(40)), .hex)
    default: nil
    }
  }
}
