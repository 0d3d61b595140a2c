// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What a kernel supports, as somebody says: a state for each system call.
///
/// A call that the source does not name is missing; nothing is supported because nobody said so.
public struct SupportSet: Sendable {
  /// The kernel and its version.
  public var name: String
  /// Names that are not those of a Linux system call, sorted: they count for nothing.
  public private(set) var unknownNames: [String] = []
  private var states: [SystemCallNumber: SupportState] = [:]

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
    } else if !unknownNames.contains(callName) {
      unknownNames.append(callName)
      unknownNames.sort()
    }
  }

  /// The calls in that state, by number.
  public func calls(_ state: SupportState) -> [SystemCallNumber] {
    if state == .missing { return SystemCallTable.all.filter { self.state(of: $0) == .missing } }
    return states.filter { $0.value == state }.map(\.key).sorted { $0.rawValue < $1.rawValue }
  }
}
