// SPDX-License-Identifier: BSD-3-Clause

/// Who a process is and what it may use: users, groups, sessions, capabilities, limits.
extension SystemCallRow {
  static func identity(_ number: Int) -> SystemCallRow? {
    switch number {
    case 95: modelled("umask", "mask", .mode, .mode)
    case 97:
      external(
        "getrlimit", "resource rlim", .zeroOrError, .code(.resource),
        .writes(.resourceLimit, .fixed(16)))
    case 98:
      external(
        "getrusage", "who usage", .zeroOrError, .code(.resourceUsageTarget),
        .gives(.fixed(144), as: .resourceUsage))
    case 102: external("getuid", "", .userID)
    case 104: external("getgid", "", .userID)
    case 105: external("setuid", "uid", .zeroOrError, .uid)
    case 106: external("setgid", "gid", .zeroOrError, .uid)
    case 107: external("geteuid", "", .userID)
    case 108: external("getegid", "", .userID)
    case 109: external("setpgid", "pid pgid", .zeroOrError, .pid, .pid)
    case 110: external("getppid", "", .processID)
    case 111: external("getpgrp", "", .processID)
    case 112: external("setsid", "", .processID)
    case 113: external("setreuid", "ruid euid", .zeroOrError, .uid, .uid)
    case 114: external("setregid", "rgid egid", .zeroOrError, .uid, .uid)
    case 115:
      external(
        "getgroups", "size list", .count, .count, .gives(.resultElements(4), as: .structure))
    case 116:
      external("setgroups", "size list", .zeroOrError, .count, .reads(.structure, .elements(0, 4)))
    case 117: external("setresuid", "ruid euid suid", .zeroOrError, .uid, .uid, .uid)
    case 118: getThree("getresuid", "ruid euid suid")
    case 119: external("setresgid", "rgid egid sgid", .zeroOrError, .uid, .uid, .uid)
    case 120: getThree("getresgid", "rgid egid sgid")
    case 121: external("getpgid", "pid", .processID, .pid)
    case 122: external("setfsuid", "fsuid", .userID, .uid)
    case 123: external("setfsgid", "fsgid", .userID, .uid)
    case 124: external("getsid", "pid", .processID, .pid)
    case 125:
      external(
        "capget", "hdrp datap", .zeroOrError, .updates(.capabilityHeader, .fixed(8)),
        .writes(.capabilityData, .fixed(24)))
    case 126:
      external(
        "capset", "hdrp datap", .zeroOrError, .updates(.capabilityHeader, .fixed(8)),
        .reads(.capabilityData, .fixed(24)))
    case 135: modelled("personality", "persona", .hex, .hex)
    case 160:
      external(
        "setrlimit", "resource rlim", .zeroOrError, .code(.resource),
        .reads(.resourceLimit, .fixed(16)))
    case 302:
      external(
        "prlimit64", "pid resource new_limit old_limit", .zeroOrError, .pid, .code(.resource),
        .reads(.resourceLimit, .fixed(16)), .writes(.resourceLimit, .fixed(16)))
    case 317:
      modelled("seccomp", "operation flags args", .integer, .integer, .hex, .hex)
    case 444:
      external(
        "landlock_create_ruleset", "attr size flags", .descriptor,
        .reads(.structure, .argument(1)), .length, .hex)
    case 445:
      external(
        "landlock_add_rule", "ruleset_fd rule_type rule_attr flags", .zeroOrError, .fd, .integer,
        .address, .hex)
    case 446: external("landlock_restrict_self", "ruleset_fd flags", .zeroOrError, .fd, .hex)
    default: nil
    }
  }

  private static func getThree(
    _ name: StaticString, _ argumentNames: StaticString
  ) -> SystemCallRow {
    external(
      name, argumentNames, .zeroOrError, .gives(.fixed(4), as: .integerPointer),
      .gives(.fixed(4), as: .integerPointer), .gives(.fixed(4), as: .integerPointer))
  }
}
