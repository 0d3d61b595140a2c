// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Requests of a call that a kernel supports: those that match every constraint.
public struct CallRule: Sendable {
  /// What may stand in an argument.
  public indirect enum Pattern: Sendable {
    /// Any of these names, together or alone; `takesIntegers`: also what has no name.
    case names(Set<String>, takesIntegers: Bool)
    /// Any of these numbers, in the bits of `mask`.
    case codes([UInt64], mask: UInt64)
    /// Anything but these names.
    case allBut(Set<String>)
    /// A path, whichever.
    case path
    /// A structure with conditions on some of its fields.
    case structure([Field])
    /// An array, each of whose elements is one of these.
    case array([Pattern])
  }

  /// A condition on a field of a structure.
  public struct Field: Sendable {
    /// The field's name in C.
    public var name: String
    /// What may stand there.
    public var pattern: Pattern

    /// A condition of its parts.
    public init(name: String, pattern: Pattern) {
      self.name = name
      self.pattern = pattern
    }
  }

  /// A condition on an argument.
  public struct Constraint: Sendable {
    /// The argument, 0 to 5.
    public var argument: Int
    /// What may stand there.
    public var pattern: Pattern

    /// A condition of its parts.
    public init(argument: Int, pattern: Pattern) {
      self.argument = argument
      self.pattern = pattern
    }
  }

  /// The conditions; none for a call that is supported whatever it asks.
  public var constraints: [Constraint]

  /// A rule of its conditions.
  public init(_ constraints: [Constraint] = []) { self.constraints = constraints }

  /// Whether the rule takes this item where it stands; nil where the rule does not say.
  func takes(_ item: RequestItem) -> Bool? {
    guard let constraint = constraints.first(where: { $0.argument == item.argument }) else {
      return nil
    }
    switch constraint.pattern {
    case .names(let names, let takesIntegers):
      if item.isNamed { return names.contains(item.name) }
      return takesIntegers ? true : nil
    case .codes(let codes, let mask): return codes.contains(item.value & mask)
    case .allBut(let names): return !names.contains(item.name)
    case .path, .structure, .array: return nil
    }
  }

  /// What of a request the rule does not take, and what it says nothing of that could be looked at.
  /// `memory`: what lies at the addresses among the arguments, by argument, where it is known.
  func mismatch(
    _ items: [RequestItem], _ number: SystemCallNumber, _ operands: InlineArray<6, UInt64>,
    memory: [Int: [UInt8]]
  ) -> RuleMismatch {
    var mismatch = RuleMismatch()
    for constraint in constraints {
      let own = items.filter { $0.argument == constraint.argument }
      let value = operands[constraint.argument]
      switch constraint.pattern {
      case .path: break
      case .allBut: mismatch.unsupported += own.filter { takes($0) == false }
      case .structure, .array:
        if value == 0 { break }
        let kind = SystemCallTable.description(of: number, operands: operands)?
          .arguments[constraint.argument].kind
        mismatch += StructureCheck(
          argument: constraint.argument, name: argumentName(constraint.argument, number),
          kind: kind ?? .structure
        ).mismatch(constraint.pattern, memory[constraint.argument])
      case .codes(let codes, let mask):
        if !codes.contains(value & mask) {
          let name = own.first?.name ?? "0x" + String(value & mask, radix: 16)
          mismatch.unsupported.append(
            RequestItem(
              argument: constraint.argument, name: name, isNamed: true, value: value & mask))
        }
      case .names(_, let takesIntegers):
        for item in own {
          switch takes(item) {
          case true: break
          case false: mismatch.unsupported.append(item)
          default: mismatch.unchecked.append(item.name)
          }
        }
        let hasNames = hasNames(constraint.argument, number, operands)
        if !hasNames, !takesIntegers, value != 0 {
          mismatch.unchecked.append(argumentName(constraint.argument, number))
        }
      }
    }
    return mismatch
  }

  private func hasNames(
    _ argument: Int, _ number: SystemCallNumber, _ operands: InlineArray<6, UInt64>
  ) -> Bool {
    let row = SystemCallTable.description(of: number, operands: operands)
    return row?.arguments[argument].kind.saysWhatIsAsked ?? false
  }

  private func argumentName(_ argument: Int, _ number: SystemCallNumber) -> String {
    var bytes: [UInt8] = []
    SystemCallTable.description(of: number)?.appendArgumentName(argument, to: &bytes)
    return bytes.isEmpty ? "argument \(argument + 1)" : String(decoding: bytes, as: UTF8.self)
  }
}

/// Why a request does not match a rule.
struct RuleMismatch {
  /// What the rule does not take.
  var unsupported: [RequestItem] = []
  /// What could not be held against the rule.
  var unchecked: [String] = []

  var isEmpty: Bool { unsupported.isEmpty && unchecked.isEmpty }

  static func += (left: inout RuleMismatch, right: RuleMismatch) {
    left.unsupported += right.unsupported
    left.unchecked += right.unchecked
  }
}
