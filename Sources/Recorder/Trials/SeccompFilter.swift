// SPDX-License-Identifier: BSD-3-Clause

internal import CTrial
internal import LinuxABI

/// A filter of system calls in classic BPF. Source: seccomp(2), `linux/filter.h`.
struct SeccompFilter {
  /// The instructions.
  private(set) var instructions: [trial_instruction] = []

  private static let allow: UInt32 = 0x7fff_0000
  private static let ask: UInt32 = 0x7fc0_0000
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

  /// Lets stubs fail and asks about fakes; all other calls do their work. Rules for parts of a
  /// call stand before those for all of it.
  init(_ rules: [TrialRule]) {
    begin()
    let parts = rules.filter { $0.target.subcommand != nil }
    for rule in parts + rules.filter({ $0.target.subcommand == nil }) { append(rule) }
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
    let action = rule.answer == .stub ? Self.fail | UInt32(rule.stubErrno.rawValue) : Self.ask
    guard let subcommand = rule.target.subcommand,
      let index = SystemCallTable.subcommandArgument(of: rule.target.call)
    else {
      jump(ifEqual: rule.target.number, elseOver: 1)
      return give(action)
    }
    jump(ifEqual: rule.target.number, elseOver: 4)
    load(UInt32(16 + 8 * index))
    jump(ifEqual: subcommand, elseOver: 1)
    give(action)
    load(0)
  }

  /// BPF_LD | BPF_W | BPF_ABS.
  private mutating func load(_ offset: UInt32) {
    instructions.append(trial_instruction(code: 0x20, if_true: 0, if_false: 0, value: offset))
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
