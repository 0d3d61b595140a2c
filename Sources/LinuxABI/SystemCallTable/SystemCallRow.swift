// SPDX-License-Identifier: BSD-3-Clause

/// A row as the tables of the families write it: a description without its number.
struct SystemCallRow {
  var name: StaticString
  var argumentNames: StaticString
  var result: ResultKind
  var decision: SystemCallDescription.Decision
  var arguments: InlineArray<6, SystemCallArgument>
  var changesVMAs = false
  var completion = SystemCallDescription.Completion.returns

  init(
    _ name: StaticString, _ argumentNames: StaticString, _ result: ResultKind,
    _ decision: SystemCallDescription.Decision, _ arguments: InlineArray<6, SystemCallArgument>
  ) {
    self.name = name
    self.argumentNames = argumentNames
    self.result = result
    self.decision = decision
    self.arguments = arguments
  }

  /// A call whose outcome the kernel decides.
  static func modelled(
    _ name: StaticString, _ argumentNames: StaticString, _ result: ResultKind,
    _ a0: SystemCallArgument = .unused, _ a1: SystemCallArgument = .unused,
    _ a2: SystemCallArgument = .unused, _ a3: SystemCallArgument = .unused,
    _ a4: SystemCallArgument = .unused, _ a5: SystemCallArgument = .unused
  ) -> SystemCallRow {
    SystemCallRow(name, argumentNames, result, .modelled, [a0, a1, a2, a3, a4, a5])
  }

  /// A call whose outcome the outside decides.
  static func external(
    _ name: StaticString, _ argumentNames: StaticString, _ result: ResultKind,
    _ a0: SystemCallArgument = .unused, _ a1: SystemCallArgument = .unused,
    _ a2: SystemCallArgument = .unused, _ a3: SystemCallArgument = .unused,
    _ a4: SystemCallArgument = .unused, _ a5: SystemCallArgument = .unused
  ) -> SystemCallRow {
    SystemCallRow(name, argumentNames, result, .external, [a0, a1, a2, a3, a4, a5])
  }

  /// The same, but it can change VMAs.
  var changingVMAs: SystemCallRow {
    var copy = self
    copy.changesVMAs = true
    return copy
  }

  /// The same, but it does not come back as others do.
  func completing(_ completion: SystemCallDescription.Completion) -> SystemCallRow {
    var copy = self
    copy.completion = completion
    return copy
  }

  func description(_ number: SystemCallNumber) -> SystemCallDescription {
    var count = 6
    while count > 0, arguments[count - 1].kind == .unused { count -= 1 }
    return SystemCallDescription(
      number: number, name: name, argumentNames: argumentNames, argumentCount: count,
      arguments: arguments, result: result, decision: decision, changesVMAs: changesVMAs,
      completion: completion)
  }
}
