// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension SCMLFile {
  /// The kernel that supports what the rules match.
  ///
  /// A parameter is the argument of the call table that has its name, or else the one at its place:
  /// files name the parameters of libc's functions, whose order is not always the kernel's.
  public func supportSet(named name: String) -> SupportSet {
    var set = SupportSet(name: name)
    for rule in rules {
      let arguments = Self.argumentNames(of: rule.call)
      var constraints: [CallRule.Constraint] = []
      for (place, parameter) in rule.parameters.enumerated() {
        guard let pattern = parameter.pattern else { continue }
        constraints.append(
          CallRule.Constraint(
            argument: arguments.firstIndex(of: parameter.name) ?? place,
            pattern: Self.pattern(pattern)))
      }
      set.add(CallRule(constraints), toCallNamed: rule.call)
    }
    return set
  }

  private static func pattern(_ pattern: Pattern) -> CallRule.Pattern {
    switch pattern {
    case .flags(let names, let takesIntegers):
      .names(Set(names.map(canonicalName)), takesIntegers: takesIntegers)
    case .path: .path
    case .structure(let fields):
      .structure(
        fields.compactMap { field in
          field.pattern.map { CallRule.Field(name: field.name, pattern: Self.pattern($0)) }
        })
    case .array(let elements): .array(elements.map(Self.pattern))
    }
  }

  private static func argumentNames(of call: String) -> [String] {
    guard let number = SystemCallTable.number(named: Array(call.utf8)),
      let row = SystemCallTable.description(of: number)
    else { return [] }
    return (0..<row.argumentCount).map { index in
      var name: [UInt8] = []
      row.appendArgumentName(index, to: &name)
      return String(decoding: name, as: UTF8.self)
    }
  }

  /// The call table's name for a flag that has two.
  private static func canonicalName(_ name: String) -> String {
    switch name {
    case "SOL_IP": return "IPPROTO_IP"
    case "SOL_TCP": return "IPPROTO_TCP"
    case "SOL_UDP": return "IPPROTO_UDP"
    case "SOL_IPV6": return "IPPROTO_IPV6"
    case "SOL_RAW": return "IPPROTO_RAW"
    case "MAP_ANON": return "MAP_ANONYMOUS"
    case "O_NDELAY": return "O_NONBLOCK"
    default: return name.hasPrefix("PF_") ? "AF_" + name.dropFirst(3) : name
    }
  }
}
