// SPDX-License-Identifier: BSD-3-Clause

extension SystemCallTable {
  /// The argument whose value says what the call does, such as 1 of ioctl(2); nil for a call that
  /// does one thing.
  public static func subcommandArgument(of number: SystemCallNumber) -> Int? {
    switch number {
    case .ioctl, .fcntl, .futex, .epoll_ctl, .prlimit64: 1
    case .prctl, .arch_prctl: 0
    case .madvise: 2
    default: nil
    }
  }

  /// The name of what the call is to do, such as `TCGETS`; nil where there is none or it has no
  /// name here.
  public static func subcommandName(
    of number: SystemCallNumber, operands: InlineArray<6, UInt64>
  ) -> StaticString? {
    guard let index = subcommandArgument(of: number), let row = description(of: number) else {
      return nil
    }
    return codeName(row.arguments[index].kind, operands[index])
  }

  /// The name of one value of a kind of argument, such as `SEEK_SET` of a whence; nil for a kind
  /// without names and for a value without one.
  public static func codeName(_ kind: ArgumentKind, _ value: UInt64) -> StaticString? {
    nil
  }

  /// The row as it is for these arguments: what an ioctl, fcntl, prctl... reads and writes depends
  /// on its sub-command, and what the sub-command does not look at is `.unused`. The count of
  /// arguments stays.
  public static func description(
    of number: SystemCallNumber, operands: InlineArray<6, UInt64>
  ) -> SystemCallDescription? {
    description(of: number)
  }
}
