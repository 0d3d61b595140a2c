// SPDX-License-Identifier: BSD-3-Clause

/// The system as a whole: its name and state, keys, modules, tracing, randomness.
extension SystemCallRow {
  static func system(_ number: Int) -> SystemCallRow? {
    switch number {
    case 63: modelled("uname", "buf", .zeroOrError, .writes(.systemName, .fixed(390)))
    case 99: external("sysinfo", "info", .zeroOrError, .gives(.fixed(112), as: .systemInformation))
    case 103: external("syslog", "type bufp len", .integer, .integer, .gives(.result), .length)
    case 136:
      external("ustat", "dev ubuf", .zeroOrError, .code(.device), .writes(.structure, .fixed(32)))
    case 139: external("sysfs", "option arg1 arg2", .integer, .integer, .hex, .hex)
    case 153: external("vhangup", "", .zeroOrError)
    case 163: external("acct", "filename", .zeroOrError, .path)
    case 169: external("reboot", "magic magic2 op arg", .integer, .hex, .hex, .hex, .address)
    case 170, 171:
      external(
        number == 170 ? "sethostname" : "setdomainname", "name len", .zeroOrError,
        .takes(.argument(1)), .length)
    case 172: external("iopl", "level", .zeroOrError, .integer)
    case 173: external("ioperm", "from num turn_on", .zeroOrError, .hex, .count, .integer)
    case 212:
      external("lookup_dcookie", "cookie buffer len", .byteCount, .hex, .gives(.result), .length)
    case 248:
      external(
        "add_key", "type description payload plen keyring", .integer, .string, .string,
        .takes(.argument(3)), .length, .integer)
    case 249:
      external(
        "request_key", "type description callout_info dest_keyring", .integer, .string, .string,
        .string, .integer)
    case 250:
      external(
        "keyctl", "operation arg2 arg3 arg4 arg5", .integer, .integer, .hex, .hex, .hex, .hex)
    case 298:
      external(
        "perf_event_open", "attr pid cpu group_fd flags", .descriptor,
        .reads(.structure, .fixed(8)), .pid, .integer, .fd, .hex)
    case 318:
      external(
        "getrandom", "buf buflen flags", .byteCount, .gives(.result), .length, .code(.randomFlags))
    case 321:
      external(
        "bpf", "cmd attr size", .integer, .integer, .updates(.structure, .argument(2)), .length)
    case 459:
      external(
        "lsm_get_self_attr", "attr ctx size flags", .count, .integer,
        .gives(.pointedTo(2), as: .structure), .updates(.lengthPointer, .fixed(4)), .hex)
    case 460:
      external(
        "lsm_set_self_attr", "attr ctx size flags", .zeroOrError, .integer,
        .reads(.structure, .argument(2)), .length, .hex)
    case 461:
      external(
        "lsm_list_modules", "ids size flags", .count, .gives(.resultElements(8), as: .structure),
        .updates(.lengthPointer, .fixed(4)), .hex)
    default: modules(number) ?? absent(number)
    }
  }

  private static func modules(_ number: Int) -> SystemCallRow? {
    switch number {
    case 175:
      external(
        "init_module", "module_image len param_values", .zeroOrError, .takes(.argument(1)),
        .length, .string)
    case 176: external("delete_module", "name flags", .zeroOrError, .string, .hex)
    case 246:
      external(
        "kexec_load", "entry nr_segments segments flags", .zeroOrError, .address, .count,
        .reads(.structure, .elements(1, 32)), .hex)
    case 313: external("finit_module", "fd param_values flags", .zeroOrError, .fd, .string, .hex)
    case 320:
      external(
        "kexec_file_load", "kernel_fd initrd_fd cmdline_len cmdline flags", .zeroOrError, .fd, .fd,
        .length, .takes(.argument(2)), .hex)
    default: nil
    }
  }

  /// Calls that have a number and are not implemented in Linux 6.18: ENOSYS.
  private static func absent(_ number: Int) -> SystemCallRow? {
    switch number {
    case 134: modelled("uselib", "library", .zeroOrError, .address)
    case 156: modelled("_sysctl", "args", .zeroOrError, .address)
    case 174: modelled("create_module", "name size", .address, .address, .length)
    case 177: modelled("get_kernel_syms", "table", .count, .address)
    case 178:
      modelled(
        "query_module", "name which buf bufsize ret", .zeroOrError, .address, .integer, .address,
        .length, .address)
    case 180: modelled("nfsservctl", "cmd argp resp", .integer, .integer, .address, .address)
    case 181: modelled("getpmsg", "", .none)
    case 182: modelled("putpmsg", "", .none)
    case 183: modelled("afs_syscall", "", .none)
    case 184: modelled("tuxcall", "", .none)
    case 185: modelled("security", "", .none)
    case 236: modelled("vserver", "", .none)
    default: nil
    }
  }
}
