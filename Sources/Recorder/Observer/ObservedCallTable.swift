// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The rows of the call table, made once, because the observer asks for two in every call.
struct ObservedCallTable {
  private let rows: [SystemCallDescription?]
  private let dependsOnOperands: [Bool]

  init() {
    let numbers = (0...SystemCallTable.highestNumber.rawValue).map {
      SystemCallNumber(rawValue: $0)
    }
    rows = numbers.map { SystemCallTable.description(of: $0) }
    dependsOnOperands = numbers.map { SystemCallTable.dependsOnOperands($0) }
  }

  /// The row for a call with these arguments; nil for a number that Linux does not have.
  func row(_ number: UInt64, _ operands: InlineArray<6, UInt64>) -> SystemCallDescription? {
    guard number < UInt64(rows.count) else { return nil }
    if dependsOnOperands[Int(number)] {
      let call = SystemCallNumber(rawValue: UInt32(number))
      return SystemCallTable.description(of: call, operands: operands)
    }
    return rows[Int(number)]
  }
}
