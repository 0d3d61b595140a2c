// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A flag in an argument of a system call, such as `MAP_POPULATE`, or in a field of the structure
/// that the argument points to: one bit, or a few that have one name. Values of a field of bits,
/// such as `O_RDWR`, say what the call does and are no flags.
public struct TrialFlag: Sendable, Hashable, Comparable {
  /// The argument that it stands in, 0 to 5.
  public var argument: Int
  /// Where its field begins in the structure behind that argument, in bytes; nil where it stands in
  /// the argument itself.
  public var offset: Int?
  /// Its bits.
  public var value: UInt64
  /// The bits that tell whether it is there: its own, and those of flags that contain it, which are
  /// clear (O_DSYNC is there in `O_DSYNC`, not in `O_SYNC`).
  public var mask: UInt64

  /// A flag of its parts.
  public init(argument: Int, offset: Int? = nil, value: UInt64, mask: UInt64? = nil) {
    self.argument = argument
    self.offset = offset
    self.value = value
    self.mask = mask ?? value
  }

  /// By argument and field, the lowest bit first.
  public static func < (left: TrialFlag, right: TrialFlag) -> Bool {
    (left.argument, left.offset ?? -1, left.value)
      < (right.argument, right.offset ?? -1, right.value)
  }

  /// The flags that a call with these arguments has and the call table names, each as a target.
  /// `word` gives 8 bytes of the program's memory.
  static func targets(
    of number: SystemCallNumber, operands: InlineArray<6, UInt64>,
    word: (_ address: UInt64) -> UInt64?
  ) -> [TrialTarget] {
    guard let row = SystemCallTable.description(of: number, operands: operands),
      let plain = SystemCallTable.description(of: number)
    else { return [] }
    var targets: [TrialTarget] = []
    for index in 0..<row.argumentCount {
      let kind = row.arguments[index].kind
      // A flag of one sub-command, such as O_NONBLOCK of fcntl(F_SETFL).
      let subcommand = kind == plain.arguments[index].kind ? nil : subcommand(number, operands)
      // The kernel looks at 32 bits of all these; of clone's, too, the rest are clone3's.
      for flag in flags(in: operands[index] & 0xffff_ffff, of: kind, at: index) {
        targets.append(TrialTarget(number, subcommand: subcommand, flag: flag))
      }
      for field in fields(behind: row.arguments[index]) {
        guard let word = word(operands[index] &+ UInt64(field.offset)) else { continue }
        let bits = field.byteCount < 8 ? word & ((1 << (field.byteCount * 8)) - 1) : word
        for var flag in flags(in: bits, of: field.kind, at: index) {
          flag.offset = field.offset
          targets.append(TrialTarget(number, flag: flag))
        }
      }
    }
    return targets
  }

  /// The fields with flags of the one structure that a call reads there.
  private static func fields(behind argument: SystemCallArgument) -> [AskedField] {
    guard argument.memory.direction == .read,
      StructureShape.elementByteCount(argument.kind) == nil
    else { return [] }
    return fields(of: argument.kind)
  }

  private static func fields(of kind: ArgumentKind) -> [AskedField] {
    var fields: [AskedField] = []
    while let field = StructureShape.asked(fields.count, of: kind) { fields.append(field) }
    return fields
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
    var rest = operand
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
    let row = SystemCallTable.description(of: number, operands: operands)
    guard let kind = row?.arguments[argument].kind, let offset else {
      return row?.arguments[argument].kind
    }
    return Self.fields(of: kind).first { $0.offset == offset }?.kind
  }

  /// The name in C of the field that it stands in; nil where that is no field.
  public func fieldName(in number: SystemCallNumber) -> String? {
    guard let offset, let row = SystemCallTable.description(of: number) else { return nil }
    let fields = Self.fields(of: row.arguments[argument].kind)
    return fields.first { $0.offset == offset }.map { "\($0.name)" }
  }

  /// Its name in that call; in hexadecimal where it has none.
  func name(in number: SystemCallNumber, subcommand: UInt32?) -> String {
    let names = kind(in: number, subcommand: subcommand).map(Self.names) ?? []
    let own = names.first { $0.value == value && $0.mask == value }
    return own.map { "\($0.name)" } ?? "0x" + String(value, radix: 16)
  }
}
