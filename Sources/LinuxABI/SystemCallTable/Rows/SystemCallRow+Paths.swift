// SPDX-License-Identifier: BSD-3-Clause

/// The tree of files: metadata, directories, links, permissions, times.
extension SystemCallRow {
  static func paths(_ number: Int) -> SystemCallRow? {
    switch number {
    case 4: external("stat", "pathname statbuf", .zeroOrError, .path, .writes(.stat, .fixed(144)))
    case 5: external("fstat", "fd statbuf", .zeroOrError, .fd, .writes(.stat, .fixed(144)))
    case 6: external("lstat", "pathname statbuf", .zeroOrError, .path, .writes(.stat, .fixed(144)))
    case 21: external("access", "pathname mode", .zeroOrError, .path, .code(.accessMode))
    case 76: external("truncate", "path length", .zeroOrError, .path, .offset)
    case 78:
      external(
        "getdents", "fd dirp count", .byteCount, .fd, .gives(.result, as: .directoryEntries),
        .length)
    case 79: external("getcwd", "buf size", .byteCount, .gives(.result, as: .path), .length)
    case 80: external("chdir", "path", .zeroOrError, .path)
    case 81: external("fchdir", "fd", .zeroOrError, .fd)
    case 82: external("rename", "oldpath newpath", .zeroOrError, .path, .path)
    case 83: external("mkdir", "pathname mode", .zeroOrError, .path, .mode)
    case 84: external("rmdir", "pathname", .zeroOrError, .path)
    case 86: external("link", "oldpath newpath", .zeroOrError, .path, .path)
    case 87: external("unlink", "pathname", .zeroOrError, .path)
    case 88: external("symlink", "target linkpath", .zeroOrError, .path, .path)
    case 89:
      external("readlink", "pathname buf bufsiz", .byteCount, .path, .gives(.result), .length)
    case 90: external("chmod", "pathname mode", .zeroOrError, .path, .mode)
    case 91: external("fchmod", "fd mode", .zeroOrError, .fd, .mode)
    case 92: external("chown", "pathname owner group", .zeroOrError, .path, .uid, .uid)
    case 93: external("fchown", "fd owner group", .zeroOrError, .fd, .uid, .uid)
    case 94: external("lchown", "pathname owner group", .zeroOrError, .path, .uid, .uid)
    case 132:
      external("utime", "filename times", .zeroOrError, .path, .reads(.structure, .fixed(16)))
    case 133:
      external("mknod", "pathname mode dev", .zeroOrError, .path, .mode, .code(.device))
    case 137:
      external("statfs", "path buf", .zeroOrError, .path, .writes(.statfs, .fixed(120)))
    case 138: external("fstatfs", "fd buf", .zeroOrError, .fd, .writes(.statfs, .fixed(120)))
    case 161: external("chroot", "path", .zeroOrError, .path)
    case 217:
      external(
        "getdents64", "fd dirp count", .byteCount, .fd, .gives(.result, as: .directoryEntries),
        .length)
    case 235:
      external("utimes", "filename times", .zeroOrError, .path, .reads(.timeval, .fixed(32)))
    case 468:
      external(
        "file_getattr", "dirfd pathname attr size flags", .zeroOrError, .directory, .path,
        .writes(.structure, .argument(3)), .length, .atFlags)
    case 469:
      external(
        "file_setattr", "dirfd pathname attr size flags", .zeroOrError, .directory, .path,
        .reads(.structure, .argument(3)), .length, .atFlags)
    default: pathsBelow(number) ?? attributes(number)
    }
  }

  private static func pathsBelow(_ number: Int) -> SystemCallRow? {
    switch number {
    case 258: external("mkdirat", "dirfd pathname mode", .zeroOrError, .directory, .path, .mode)
    case 259:
      external(
        "mknodat", "dirfd pathname mode dev", .zeroOrError, .directory, .path, .mode,
        .code(.device))
    case 260:
      external(
        "fchownat", "dirfd pathname owner group flags", .zeroOrError, .directory, .path, .uid,
        .uid, .atFlags)
    case 261:
      external(
        "futimesat", "dirfd pathname times", .zeroOrError, .directory, .path,
        .reads(.timeval, .fixed(32)))
    case 262:
      external(
        "newfstatat", "dirfd pathname statbuf flags", .zeroOrError, .directory, .path,
        .writes(.stat, .fixed(144)), .atFlags)
    case 263:
      external("unlinkat", "dirfd pathname flags", .zeroOrError, .directory, .path, .atFlags)
    case 264:
      external(
        "renameat", "olddirfd oldpath newdirfd newpath", .zeroOrError, .directory, .path,
        .directory, .path)
    case 265:
      external(
        "linkat", "olddirfd oldpath newdirfd newpath flags", .zeroOrError, .directory, .path,
        .directory, .path, .atFlags)
    case 266:
      external("symlinkat", "target newdirfd linkpath", .zeroOrError, .path, .directory, .path)
    case 267:
      external(
        "readlinkat", "dirfd pathname buf bufsiz", .byteCount, .directory, .path,
        .gives(.result), .length)
    case 268: external("fchmodat", "dirfd pathname mode", .zeroOrError, .directory, .path, .mode)
    case 269:
      external(
        "faccessat", "dirfd pathname mode", .zeroOrError, .directory, .path, .code(.accessMode))
    case 280:
      external(
        "utimensat", "dirfd pathname times flags", .zeroOrError, .directory, .path,
        .reads(.timespec, .fixed(32)), .atFlags)
    case 316:
      external(
        "renameat2", "olddirfd oldpath newdirfd newpath flags", .zeroOrError, .directory, .path,
        .directory, .path, .code(.renameFlags))
    case 332:
      external(
        "statx", "dirfd pathname flags mask statxbuf", .zeroOrError, .directory, .path, .atFlags,
        .code(.statxMask), .writes(.statx, .fixed(256)))
    case 439:
      external(
        "faccessat2", "dirfd pathname mode flags", .zeroOrError, .directory, .path,
        .code(.accessMode), .atFlags)
    case 452:
      external(
        "fchmodat2", "dirfd pathname mode flags", .zeroOrError, .directory, .path, .mode, .atFlags)
    default: nil
    }
  }

  private static func attributes(_ number: Int) -> SystemCallRow? {
    switch number {
    case 188: setAttribute("setxattr", "path name value size flags", .path)
    case 189: setAttribute("lsetxattr", "path name value size flags", .path)
    case 190: setAttribute("fsetxattr", "fd name value size flags", .fd)
    case 191: getAttribute("getxattr", "path name value size", .path)
    case 192: getAttribute("lgetxattr", "path name value size", .path)
    case 193: getAttribute("fgetxattr", "fd name value size", .fd)
    case 194: external("listxattr", "path list size", .byteCount, .path, .gives(.result), .length)
    case 195: external("llistxattr", "path list size", .byteCount, .path, .gives(.result), .length)
    case 196: external("flistxattr", "fd list size", .byteCount, .fd, .gives(.result), .length)
    case 197: external("removexattr", "path name", .zeroOrError, .path, .string)
    case 198: external("lremovexattr", "path name", .zeroOrError, .path, .string)
    case 199: external("fremovexattr", "fd name", .zeroOrError, .fd, .string)
    case 463:
      external(
        "setxattrat", "dirfd pathname flags name args size", .zeroOrError, .directory, .path,
        .atFlags, .string, .reads(.structure, .argument(5)), .length)
    case 464:
      external(
        "getxattrat", "dirfd pathname flags name args size", .byteCount, .directory, .path,
        .atFlags, .string, .reads(.structure, .argument(5)), .length)
    case 465:
      external(
        "listxattrat", "dirfd pathname flags list size", .byteCount, .directory, .path, .atFlags,
        .gives(.result), .length)
    case 466:
      external(
        "removexattrat", "dirfd pathname flags name", .zeroOrError, .directory, .path, .atFlags,
        .string)
    default: nil
    }
  }

  private static func setAttribute(
    _ name: StaticString, _ argumentNames: StaticString, _ file: SystemCallArgument
  ) -> SystemCallRow {
    external(
      name, argumentNames, .zeroOrError, file, .string, .takes(.argument(3)), .length, .hex)
  }

  private static func getAttribute(
    _ name: StaticString, _ argumentNames: StaticString, _ file: SystemCallArgument
  ) -> SystemCallRow {
    external(name, argumentNames, .byteCount, file, .string, .gives(.result), .length)
  }
}
