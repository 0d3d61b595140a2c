// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What a trial takes away from a program: a system call, or one thing that the call can do.
public struct TrialTarget: Sendable, Hashable, Comparable {
  /// The number of the call.
  public var number: UInt32
  /// The value of the argument that says what the call does, 32 bits; nil for the whole call.
  public var subcommand: UInt32?

  /// A target of its parts.
  public init(_ number: SystemCallNumber, subcommand: UInt32? = nil) {
    self.number = number.rawValue
    self.subcommand = subcommand
  }

  /// The call.
  public var call: SystemCallNumber { SystemCallNumber(rawValue: number) }

  /// By number, the whole call before what it can do.
  public static func < (left: TrialTarget, right: TrialTarget) -> Bool {
    (left.number, left.subcommand.map { Int64($0) } ?? -1)
      < (right.number, right.subcommand.map { Int64($0) } ?? -1)
  }
}

extension TrialTarget: CustomStringConvertible {
  /// Such as `ioctl` or `ioctl(TCGETS)`.
  public var description: String {
    let name = SystemCallTable.name(of: call).map { "\($0)" } ?? "syscall_\(number)"
    guard let subcommand else { return name }
    guard let row = SystemCallTable.description(of: call),
      let index = SystemCallTable.subcommandArgument(of: call)
    else { return "\(name)(\(subcommand))" }
    // A socket option goes by its level, too, which the target does not tell.
    if row.arguments[index].kind == .socketOption { return "\(name)(option \(subcommand))" }
    var operands: InlineArray<6, UInt64> = [0, 0, 0, 0, 0, 0]
    operands[index] = UInt64(subcommand)
    let what = SystemCallTable.subcommandName(of: call, operands: operands).map { "\($0)" }
    return "\(name)(\(what ?? "0x" + String(subcommand, radix: 16)))"
  }
}

/// What becomes of a target's calls.
public enum TrialAnswer: String, Sendable, CaseIterable {
  /// They fail as a kernel without them lets them fail.
  case stub
  /// They do nothing and give a plausible success.
  case fake
}

/// A target and its answer.
public struct TrialRule: Sendable, Hashable {
  /// What is taken away.
  public var target: TrialTarget
  /// What its calls get.
  public var answer: TrialAnswer

  /// A rule of its parts.
  public init(_ target: TrialTarget, _ answer: TrialAnswer) {
    self.target = target
    self.answer = answer
  }

  /// The errno of a stub: ENOSYS for a call, for part of one what a kernel gives that has the call
  /// and not the part.
  var stubErrno: Errno {
    guard target.subcommand != nil else { return .noSystemCall }
    return switch target.call {
    case .ioctl: .notTerminal
    case .setsockopt, .getsockopt: .noProtocolOption
    case .futex: .noSystemCall
    default: .invalidArgument
    }
  }
}
