// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What a trial takes away from a program: a system call, one thing that the call can do, or a flag
/// of it.
public struct TrialTarget: Sendable, Hashable, Comparable {
  /// The number of the call.
  public var number: UInt32
  /// The value of the argument that says what the call does, 32 bits; nil for whatever it does.
  public var subcommand: UInt32?
  /// The flag; nil for all that the call, or its sub-command, does.
  public var flag: TrialFlag?

  /// A target of its parts.
  public init(_ number: SystemCallNumber, subcommand: UInt32? = nil, flag: TrialFlag? = nil) {
    self.number = number.rawValue
    self.subcommand = subcommand
    self.flag = flag
  }

  /// The call.
  public var call: SystemCallNumber { SystemCallNumber(rawValue: number) }

  /// Whether it is a call with all that it does.
  public var isWholeCall: Bool { subcommand == nil && flag == nil }

  /// By number, the whole call before what it can do, and that before flags.
  public static func < (left: TrialTarget, right: TrialTarget) -> Bool {
    if left.number != right.number { return left.number < right.number }
    if (left.flag == nil) != (right.flag == nil) { return left.flag == nil }
    let (first, second) = (
      left.subcommand.map(Int64.init) ?? -1, right.subcommand.map(Int64.init) ?? -1
    )
    if first != second { return first < second }
    guard let one = left.flag, let other = right.flag else { return false }
    return one < other
  }
}

extension TrialTarget: CustomStringConvertible {
  /// Such as `ioctl`, `ioctl(TCGETS)`, `mmap(MAP_POPULATE)` or `fcntl(F_SETFL, O_NONBLOCK)`.
  public var description: String {
    let name = SystemCallTable.name(of: call).map { "\($0)" } ?? "syscall_\(number)"
    let parts = [subcommandName, flag?.name(in: call, subcommand: subcommand)].compactMap { $0 }
    return parts.isEmpty ? name : "\(name)(\(parts.joined(separator: ", ")))"
  }

  private var subcommandName: String? {
    guard let subcommand else { return nil }
    guard let row = SystemCallTable.description(of: call),
      let index = SystemCallTable.subcommandArgument(of: call)
    else { return "\(subcommand)" }
    // A socket option goes by its level, too, which the target does not tell.
    if row.arguments[index].kind == .socketOption { return "option \(subcommand)" }
    var operands: InlineArray<6, UInt64> = [0, 0, 0, 0, 0, 0]
    operands[index] = UInt64(subcommand)
    let what = SystemCallTable.subcommandName(of: call, operands: operands).map { "\($0)" }
    return what ?? "0x" + String(subcommand, radix: 16)
  }
}

/// What becomes of a target's calls.
public enum TrialAnswer: String, Sendable, CaseIterable {
  /// They fail as a kernel without them lets them fail.
  case stub
  /// They do nothing and give a plausible success; of a flag: they do their work without it.
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

  /// Whether it takes a tracer: what a flag is cleared of, and memory, a filter does not reach.
  var needsTracer: Bool {
    guard let flag = target.flag else { return false }
    return answer == .fake || flag.offset != nil
  }

  /// The errno of a stub: ENOSYS for a call, for part of one what a kernel gives that has the call
  /// and not the part.
  var stubErrno: Errno {
    if let flag = target.flag {
      return switch flag.kind(in: target.call, subcommand: target.subcommand) {
      case .futexOperation: .noSystemCall
      case .messageFlags: .notSupported
      default: .invalidArgument
      }
    }
    guard target.subcommand != nil else { return .noSystemCall }
    return switch target.call {
    case .ioctl: .notTerminal
    case .setsockopt, .getsockopt: .noProtocolOption
    case .futex: .noSystemCall
    default: .invalidArgument
    }
  }
}
