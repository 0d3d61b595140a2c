// SPDX-License-Identifier: BSD-3-Clause

internal import CTrial
internal import LinuxABI

/// A filter of system calls in classic BPF. Source: seccomp(2), `linux/filter.h`.
struct SeccompFilter {
  /// The instructions.
  private(set) var instructions: [trial_instruction] = []

  private static let allow: UInt32 = 0x7fff_0000
  private static let ask: UInt32 = 0x7fc0_0000
  private static let trace: UInt32 = 0x7ff0_0000
  private static let fail: UInt32 = 0x0005_0000
  private static let x86_64: UInt32 = 0xc000_003e

  /// Asks about every call.
  static var asking: SeccompFilter {
    var filter = SeccompFilter()
    filter.begin()
    filter.give(ask)
    return filter
  }

  private init() {}

  /// Lets stubs fail, asks about fakes, and traces calls that lose a flag or may have one in
  /// memory; all other calls do their work. The first rule that fits decides: rules for flags stand
  /// before those for what a call does, and these before those for all of it. A call that has lost
  /// its flags comes here again.
  init(_ rules: [TrialRule]) {
    begin()
    // A call that is taken away has no flags that somebody would have to look at in memory.
    let gone = rules.filter(\.target.isWholeCall).map(\.target.number)
    let flags = rules.filter {
      $0.target.flag != nil
        && !($0.target.flag?.offset != nil && gone.contains($0.target.number))
    }
    let parts = rules.filter { $0.target.flag == nil && $0.target.subcommand != nil }
    for rule in flags + parts + rules.filter({ $0.target.isWholeCall }) { append(rule) }
    give(Self.allow)
  }

  /// Loads the number; calls of another instruction set do their work.
  private mutating func begin() {
    load(4)
    jump(ifEqual: Self.x86_64, over: 1, elseOver: 0)
    give(Self.allow)
    load(0)
  }

  private mutating func append(_ rule: TrialRule) {
    var conditions: [Condition] = []
    if let subcommand = rule.target.subcommand,
      let index = SystemCallTable.subcommandArgument(of: rule.target.call)
    {
      conditions.append(Condition(offset: Self.offset(index), mask: .max, value: subcommand))
    }
    // Memory the filter does not see: the tracer looks at all these calls.
    if let flag = rule.target.flag, flag.offset == nil {
      for word in [UInt64(0), 1] where (flag.mask >> (word * 32)) & 0xffff_ffff != 0 {
        conditions.append(
          Condition(
            offset: Self.offset(flag.argument) + UInt32(word) * 4,
            mask: UInt32(truncatingIfNeeded: flag.mask >> (word * 32)),
            value: UInt32(truncatingIfNeeded: flag.value >> (word * 32))))
      }
    }
    let length = conditions.reduce(0) { $0 + $1.length }
    if conditions.isEmpty {
      jump(ifEqual: rule.target.number, elseOver: 1)
      return give(Self.action(rule))
    }
    // Where a condition does not hold, over the rest of them and the action, to the number again.
    jump(ifEqual: rule.target.number, elseOver: UInt8(length + 2))
    var rest = length
    for condition in conditions {
      load(condition.offset)
      if condition.mask != .max { and(condition.mask) }
      rest -= condition.length
      jump(ifEqual: condition.value, elseOver: UInt8(rest + 1))
    }
    give(Self.action(rule))
    load(0)
  }

  /// A word of the call's data, some of whose bits are to be these.
  private struct Condition {
    var offset: UInt32
    var mask: UInt32
    var value: UInt32
    /// Instructions.
    var length: Int { mask == .max ? 2 : 3 }
  }

  private static func action(_ rule: TrialRule) -> UInt32 {
    if rule.needsTracer { return trace }
    if rule.answer == .stub { return fail | UInt32(rule.stubErrno.rawValue) }
    return ask
  }

  /// Where the low word of an argument is. Linux: struct seccomp_data.
  private static func offset(_ argument: Int) -> UInt32 { UInt32(16 + 8 * argument) }

  /// BPF_LD | BPF_W | BPF_ABS.
  private mutating func load(_ offset: UInt32) {
    instructions.append(trial_instruction(code: 0x20, if_true: 0, if_false: 0, value: offset))
  }

  /// BPF_ALU | BPF_AND | BPF_K.
  private mutating func and(_ mask: UInt32) {
    instructions.append(trial_instruction(code: 0x54, if_true: 0, if_false: 0, value: mask))
  }

  /// BPF_JMP | BPF_JEQ | BPF_K.
  private mutating func jump(ifEqual value: UInt32, over: UInt8 = 0, elseOver: UInt8) {
    instructions.append(
      trial_instruction(code: 0x15, if_true: over, if_false: elseOver, value: value))
  }

  /// BPF_RET | BPF_K.
  private mutating func give(_ action: UInt32) {
    instructions.append(trial_instruction(code: 0x06, if_true: 0, if_false: 0, value: action))
  }
}
