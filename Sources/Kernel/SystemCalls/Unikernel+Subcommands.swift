// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension Unikernel {
  /// What a call of several sub-commands can do here.
  public struct Subcommands: Sendable {
    /// The values that its handler knows. A test holds them against the handler.
    public var values: [UInt64]
    /// The bits of the argument that name the sub-command.
    public var mask: UInt64
  }

  /// The sub-commands that the handler of a call knows, in the argument that
  /// `SystemCallTable.subcommandArgument` names; nil for a call without a handler or without
  /// sub-commands.
  public static func subcommands(of number: SystemCallNumber) -> Subcommands? {
    let whole: UInt64 = 0xffff_ffff
    switch number {
    case .fcntl:
      let locks: [UInt64] = [5, 6, 7, 36, 37, 38]
      let owners: [UInt64] = [8, 9, 10, 11, 15, 16]
      return Subcommands(
        values: [0, 1, 2, 3, 4, 1030, 1031, 1032] + locks + owners, mask: whole)
    case .ioctl: return Subcommands(values: [0x5421, 0x541b, 0x5450, 0x5451, 0x5452], mask: whole)
    case .prctl:
      return Subcommands(
        values: [1, 2, 3, 4, 7, 15, 16, 21, 23, 29, 30, 38, 39], mask: whole)
    case .arch_prctl: return Subcommands(values: [0x1001, 0x1002, 0x1003, 0x1004], mask: whole)
    case .futex: return Subcommands(values: [0, 1, 3, 4, 5, 9, 10], mask: 0x7f)
    case .madvise: return Subcommands(values: range(0, 4) + range(8, 25), mask: whole)
    case .prlimit64, .getrlimit, .setrlimit:
      return Subcommands(values: range(0, 15), mask: whole)
    case .rt_sigprocmask: return Subcommands(values: [0, 1, 2], mask: whole)
    case .getrusage: return Subcommands(values: [0, 1, 0xffff_ffff], mask: whole)
    case .clock_gettime, .clock_getres:
      return Subcommands(values: range(0, 9) + [11], mask: whole)
    case .clock_nanosleep:
      return Subcommands(values: [0, 1, 2, 7, 8, 9, 11], mask: whole)
    default: return nil
    }
  }

  /// Flags of a call that Linux has and the call's handler refuses.
  public struct RefusedFlags: Sendable {
    /// The argument that they stand in.
    public var argument: Int
    /// Their bits.
    public var mask: UInt64
  }

  /// The flags that the handler of a call refuses; nil for a call without a handler or without such
  /// flags. A test holds them against the handler.
  public static func refusedFlags(of number: SystemCallNumber) -> RefusedFlags? {
    let temporaryFile = UInt64(OpenFlags.temporaryFile.subtracting(.directory).rawValue)
    switch number {
    case .open: return RefusedFlags(argument: 1, mask: temporaryFile)
    case .openat: return RefusedFlags(argument: 2, mask: temporaryFile)
    case .mmap: return RefusedFlags(argument: 3, mask: UInt64(MapFlags.sync.rawValue))
    case .renameat2: return RefusedFlags(argument: 4, mask: 6)  // RENAME_EXCHANGE, RENAME_WHITEOUT
    default: return nil
    }
  }

  private static func range(_ first: UInt64, _ last: UInt64) -> [UInt64] {
    var values: [UInt64] = []
    var value = first
    while value <= last {
      values.append(value)
      value += 1
    }
    return values
  }
}
