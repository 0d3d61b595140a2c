// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension SupportSet {
  /// The set in the System Call Matching Language. A stub is no support, and stands in a comment;
  /// so does a partial call of which the set does not say what part.
  public func scml() -> String {
    var text = "// What \(name) supports.\n"
    for number in SystemCallTable.all {
      guard let row = SystemCallTable.description(of: number) else { continue }
      let rules = rules(of: number)
      switch state(of: number) {
      case .missing: continue
      case .stub: text += "// stub: \(row.name)\n"
      case .partial where rules.isEmpty: text += "// partial: \(row.name)\n"
      case .supported where rules.isEmpty: text += Self.line(row, CallRule())
      case .supported, .partial: for rule in rules { text += Self.line(row, rule) }
      }
    }
    return text
  }

  private static func line(_ row: SystemCallDescription, _ rule: CallRule) -> String {
    let parameters = (0..<row.argumentCount).map { index in
      var bytes: [UInt8] = []
      row.appendArgumentName(index, to: &bytes)
      let name = bytes.isEmpty ? "arg\(index + 1)" : String(decoding: bytes, as: UTF8.self)
      guard let constraint = rule.constraints.first(where: { $0.argument == index }) else {
        return name
      }
      return name + pattern(constraint.pattern, row.arguments[index].kind)
    }
    return "\(row.name)(" + parameters.joined(separator: ", ") + ");\n"
  }

  /// ` = ...`.
  private static func pattern(_ pattern: CallRule.Pattern, _ kind: ArgumentKind) -> String {
    var names: [String]
    switch pattern {
    case .path: return " = <PATH>"
    case .structure(let fields): return " = " + Self.structure(fields)
    case .array(let elements):
      let texts = elements.map { String(Self.pattern($0, .hex).dropFirst(3)) }
      return " = [ " + texts.joined(separator: ", ") + " ]"
    case .names(let own, let takesIntegers):
      names = own.sorted()
      if takesIntegers { names.append("<INTEGER>") }
    case .allBut(let refused):
      names = Self.flags(of: kind, outside: 0).filter { !refused.contains($0) } + ["<INTEGER>"]
    case .codes(let codes, let mask):
      names = codes.compactMap { code in
        var name: [UInt8] = []
        guard SystemCallTable.append(code, as: kind, to: &name) else { return nil }
        return String(decoding: name, as: UTF8.self)
      }
      // What stands in the other bits is not asked about.
      if mask != 0xffff_ffff { names += Self.flags(of: kind, outside: mask) }
    }
    return " = " + names.joined(separator: " | ")
  }

  private static func structure(_ fields: [CallRule.Field]) -> String {
    let texts = fields.map { $0.name + pattern($0.pattern, .hex) + ", " }
    return "{ " + texts.joined() + ".. }"
  }

  private static func flags(of kind: ArgumentKind, outside mask: UInt64) -> [String] {
    var names: [String] = []
    var index = 0
    while let flag = FlagName.at(index, of: kind) {
      if flag.mask & mask == 0 { names.append("\(flag.name)") }
      index += 1
    }
    return names
  }
}
