// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What a kernel supports, as somebody says: a state for each system call, and rules where the
/// source says more than that.
///
/// A call that the source does not name is missing; nothing is supported because nobody said so.
public struct SupportSet: Sendable {
  /// The kernel and its version.
  public var name: String
  /// Names that are not those of a Linux system call, sorted: they count for nothing.
  public private(set) var unknownNames: [String] = []
  private var states: [SystemCallNumber: SupportState] = [:]
  private var rulesByCall: [SystemCallNumber: [CallRule]] = [:]
  private var filesByPattern: [String: SupportState] = [:]

  /// A kernel that supports nothing yet.
  public init(name: String) { self.name = name }

  /// The state of a call.
  public func state(of number: SystemCallNumber) -> SupportState { states[number] ?? .missing }

  /// Sets the state of a call.
  public mutating func set(_ number: SystemCallNumber, to state: SupportState) {
    states[number] = state == .missing ? nil : state
  }

  /// Sets the state of the call of that name; a name that Linux does not have is kept aside.
  public mutating func set(named callName: String, to state: SupportState) {
    if let number = SystemCallTable.number(named: Array(callName.utf8)) {
      set(number, to: state)
    } else {
      noteUnknown(callName)
    }
  }

  /// The rules of a call: a request that matches one of them is supported. None where the source
  /// speaks of the call as a whole.
  public func rules(of number: SystemCallNumber) -> [CallRule] { rulesByCall[number] ?? [] }

  /// Adds a rule. The call is partial, unless one of its rules takes whatever it asks.
  public mutating func add(_ rule: CallRule, to number: SystemCallNumber) {
    rulesByCall[number, default: []].append(rule)
    let takesAll = rules(of: number).contains { $0.constraints.isEmpty }
    states[number] = takesAll ? .supported : .partial
  }

  /// Adds a rule to the call of that name; a name that Linux does not have is kept aside.
  public mutating func add(_ rule: CallRule, toCallNamed callName: String) {
    if let number = SystemCallTable.number(named: Array(callName.utf8)) {
      add(rule, to: number)
    } else {
      noteUnknown(callName)
    }
  }

  /// Whether anything is said of files that the kernel makes up, below /proc, /dev and /sys.
  public var knowsPseudoFiles: Bool { !filesByPattern.isEmpty }

  /// Sets the state of the pseudo-file at a path, whose parts that are numbers are `N`; of all
  /// whose paths begin so, where a `*` is at its end.
  public mutating func set(pseudoFile pattern: String, to state: SupportState) {
    filesByPattern[pattern] = state
  }

  /// The state of the pseudo-file at a path: that of the path itself, else of its longest
  /// beginning; nil where nobody says.
  public func state(ofPseudoFile path: String) -> SupportState? {
    if let state = filesByPattern[path] { return state }
    return filesByPattern.filter { $0.key.hasSuffix("*") && path.hasPrefix($0.key.dropLast()) }
      .max { $0.key.utf8.count < $1.key.utf8.count }?.value
  }

  /// Takes what another source says of the same kernel.
  public mutating func join(_ other: SupportSet) {
    states.merge(other.states) { mine, _ in mine }
    for number in other.rulesByCall.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      for rule in other.rules(of: number) { add(rule, to: number) }
    }
    for name in other.unknownNames { noteUnknown(name) }
    filesByPattern.merge(other.filesByPattern) { mine, _ in mine }
  }

  /// How many calls have rules.
  public var ruledCallCount: Int { rulesByCall.count }

  private mutating func noteUnknown(_ callName: String) {
    if unknownNames.contains(callName) { return }
    unknownNames.append(callName)
    unknownNames.sort()
  }

  /// The calls in that state, by number.
  public func calls(_ state: SupportState) -> [SystemCallNumber] {
    if state == .missing { return SystemCallTable.all.filter { self.state(of: $0) == .missing } }
    return states.filter { $0.value == state }.map(\.key).sorted { $0.rawValue < $1.rawValue }
  }
}
