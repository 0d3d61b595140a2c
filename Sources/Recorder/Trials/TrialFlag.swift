// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A flag in an argument of a system call, such as `MAP_POPULATE`: one bit, or a few that have one
/// name. Values of a field of bits, such as `O_RDWR`, say what the call does and are no flags.
public struct TrialFlag: Sendable, Hashable, Comparable {
  /// The argument that it stands in, 0 to 5.
  public var argument: Int
  /// Its bits.
  public var value: UInt64
  /// The bits that tell whether it is there: its own, and those of flags that contain it, which are
  /// clear (O_DSYNC is there in `O_DSYNC`, not in `O_SYNC`).
  public var mask: UInt64

  /// A flag of its parts.
  public init(argument: Int, value: UInt64, mask: UInt64? = nil) {
    self.argument = argument
    self.value = value
    self.mask = mask ?? value
  }

  /// By argument, the lowest bit first.
  public static func < (left: TrialFlag, right: TrialFlag) -> Bool {
    (left.argument, left.value) < (right.argument, right.value)
  }

  /// The flags that a call with these arguments has and the call table names, each as a target.
  static func targets(
    of number: SystemCallNumber, operands: InlineArray<6, UInt64>
  ) -> [TrialTarget] {
    guard let row = SystemCallTable.description(of: number, operands: operands),
      let plain = SystemCallTable.description(of: number)
    else { return [] }
    var targets: [TrialTarget] = []
    for index in 0..<row.argumentCount {
      let kind = row.arguments[index].kind
      // A flag of one sub-command, such as O_NONBLOCK of fcntl(F_SETFL).
      let subcommand = kind == plain.arguments[index].kind ? nil : subcommand(number, operands)
      for flag in flags(in: operands[index], of: kind, at: index) {
        targets.append(TrialTarget(number, subcommand: subcommand, flag: flag))
      }
    }
    return targets
  }

  private static func subcommand(
    _ number: SystemCallNumber, _ operands: InlineArray<6, UInt64>
  ) -> UInt32? {
    SystemCallTable.subcommandArgument(of: number).map {
      UInt32(truncatingIfNeeded: operands[$0])
    }
  }

  private static func flags(
    in operand: UInt64, of kind: ArgumentKind, at argument: Int
  ) -> [TrialFlag] {
    // The kernel looks at 32 bits of all these; of clone's, too, the rest are clone3's.
    var rest = operand & 0xffff_ffff
    var flags: [TrialFlag] = []
    for name in names(of: kind) where name.matches(rest) {
      rest &= ~name.mask
      guard name.value != 0, name.value == name.mask else { continue }
      let greater = names(of: kind).filter { $0.value == $0.mask && $0.value & name.value != 0 }
      let mask = greater.filter { $0.value & name.value == name.value }
        .reduce(name.value) { $0 | $1.value }
      flags.append(TrialFlag(argument: argument, value: name.value, mask: mask))
    }
    return flags
  }

  private static func names(of kind: ArgumentKind) -> [FlagName] {
    var names: [FlagName] = []
    while let name = FlagName.at(names.count, of: kind) { names.append(name) }
    return names
  }

  /// What kind of flag it is in that call; nil for a call without a row.
  func kind(in number: SystemCallNumber, subcommand: UInt32?) -> ArgumentKind? {
    var operands: InlineArray<6, UInt64> = [0, 0, 0, 0, 0, 0]
    if let subcommand, let index = SystemCallTable.subcommandArgument(of: number) {
      operands[index] = UInt64(subcommand)
    }
    return SystemCallTable.description(of: number, operands: operands)?.arguments[argument].kind
  }

  /// Its name in that call; in hexadecimal where it has none.
  func name(in number: SystemCallNumber, subcommand: UInt32?) -> String {
    let names = kind(in: number, subcommand: subcommand).map(Self.names) ?? []
    let own = names.first { $0.value == value && $0.mask == value }
    return own.map { "\($0.name)" } ?? "0x" + String(value, radix: 16)
  }
}
