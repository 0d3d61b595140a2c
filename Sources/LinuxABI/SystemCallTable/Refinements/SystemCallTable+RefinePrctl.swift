// SPDX-License-Identifier: BSD-3-Clause

extension SystemCallTable {
  /// prctl(2).
  static func refinePrctl(
    _ row: inout SystemCallDescription, _ operands: InlineArray<6, UInt64>
  ) {
    row.changesVMAs = false
    switch operands[0] & 0xffff_ffff {
    case 1: setArguments(&row, .signal)  // PR_SET_PDEATHSIG
    case 15: setArguments(&row, .string)  // PR_SET_NAME
    case 16: setArguments(&row, .writes(.buffer, .fixed(16)))  // PR_GET_NAME
    case 2, 5, 9, 11, 19, 25, 37:  // PR_GET_PDEATHSIG, PR_GET_UNALIGN..., PR_GET_CHILD_SUBREAPER
      setArguments(&row, .writes(.integerPointer, .fixed(4)))
    case 3, 7, 13, 21, 27, 30, 31, 32, 34:  // PR_GET_DUMPABLE and others that take nothing
      setArguments(&row, .unused)
    case 4, 6, 8, 10, 12, 14, 20, 23, 24, 26, 36:  // PR_SET_DUMPABLE and others that take a number
      setArguments(&row, .unsigned)
    case 29: setArguments(&row, .unsigned)  // PR_SET_TIMERSLACK
    case 28: setArguments(&row, .hex)  // PR_SET_SECUREBITS
    case 22: setArguments(&row, .integer, .address)  // PR_SET_SECCOMP
    case 33: setArguments(&row, .integer, .integer)  // PR_MCE_KILL
    case 35:  // PR_SET_MM
      row.changesVMAs = true
      setArguments(&row, .integer, .hex, .unsigned)
    case 39, 42: setArguments(&row, .unused)  // PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE
    case 38, 41: setArguments(&row, .unsigned)  // PR_SET_NO_NEW_PRIVS, PR_SET_THP_DISABLE
    case 40: setArguments(&row, .writes(.structure, .fixed(8)))  // PR_GET_TID_ADDRESS
    case 47: setArguments(&row, .integer, .unsigned)  // PR_CAP_AMBIENT
    case 52: setArguments(&row, .unsigned)  // PR_GET_SPECULATION_CTRL
    case 53: setArguments(&row, .unsigned, .hex)  // PR_SET_SPECULATION_CTRL
    case 59:  // PR_SET_SYSCALL_USER_DISPATCH
      setArguments(&row, .integer, .hex, .hex, .address)
    case 67: row.changesVMAs = true  // PR_SET_MEMORY_MERGE
    case 0x4155_5856:  // PR_GET_AUXV
      setArguments(&row, .writes(.structure, .argument(2)), .length)
    case 0x5961_6d61: setArguments(&row, .pid)  // PR_SET_PTRACER
    case 0x5356_4d41:  // PR_SET_VMA
      row.changesVMAs = true
      setArguments(&row, .integer, .address, .length, .string)
    default: break
    }
  }

  private static func setArguments(
    _ row: inout SystemCallDescription, _ second: SystemCallArgument,
    _ third: SystemCallArgument = .unused, _ fourth: SystemCallArgument = .unused,
    _ fifth: SystemCallArgument = .unused
  ) {
    row.arguments[1] = second
    row.arguments[2] = third
    row.arguments[3] = fourth
    row.arguments[4] = fifth
  }

  /// arch_prctl(2).
  static func refineArchPrctl(_ row: inout SystemCallDescription, _ code: UInt64) {
    row.changesVMAs = false
    switch code {
    case 0x1003, 0x1004, 0x1021, 0x1022, 0x1024, 0x4001, 0x4003, 0x5005:
      row.arguments[1] = .writes(.structure, .fixed(8))  // ARCH_GET_FS...
    case 0x1011: row.arguments[1] = .unused  // ARCH_GET_CPUID
    case 0x1012, 0x1023, 0x1025, 0x4002: row.arguments[1] = .unsigned
    case 0x2001...0x2003, 0x5001, 0x5002: row.changesVMAs = true  // ARCH_MAP_VDSO_..., ARCH_SHSTK
    default: break
    }
  }
}
