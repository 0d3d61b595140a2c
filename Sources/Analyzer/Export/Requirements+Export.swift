// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Support

extension Requirements {
  /// The kernel that supports just what was asked: a rule for each call, with the sub-commands and
  /// flags that were seen.
  public func supportSet(named name: String) -> SupportSet {
    var set = SupportSet(name: name)
    for call in calls where SystemCallTable.name(of: call.number) != nil {
      var names: [Int: Set<String>] = [:]
      var takesIntegers: Set<Int> = []
      let shapes = call.shapes.filter(\.isWholeKnown)
      if shapes.isEmpty {
        // An import does not tell what was asked.
        set.set(call.number, to: .partial)
        continue
      }
      for shape in shapes {
        for item in RequestItem.items(of: call.number, operands: shape.operands) {
          names[item.argument, default: []].formUnion(item.isNamed ? [item.name] : [])
          if !item.isNamed { takesIntegers.insert(item.argument) }
        }
      }
      let constraints = names.keys.sorted().map { argument in
        CallRule.Constraint(
          argument: argument,
          pattern: .names(
            names[argument] ?? [], takesIntegers: takesIntegers.contains(argument)))
      }
      set.add(CallRule(constraints), to: call.number)
    }
    return set
  }

  /// The calls that were made as a table of Loupe: all required, because nobody tried without them.
  public var loupeTable: String {
    var verdicts: [SystemCallNumber: CallVerdict] = [:]
    for call in calls where SystemCallTable.name(of: call.number) != nil {
      verdicts[call.number] = .required
    }
    return LoupeTable(verdicts).text
  }
}
