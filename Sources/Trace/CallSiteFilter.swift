// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Which calls of a process have their site told: the first of each number and, where the call
/// table names sub-commands, the first of each; all that have no name count as one.
///
/// Memory is bounded: of one number at most 64 values are looked at, what comes then is not told.
public struct CallSiteFilter: Sendable {
  private static var valueLimit: Int { 64 }

  /// Numbers that were met and have no sub-commands; all beyond the table are one.
  private var isMet: [Bool]
  /// Of calls with sub-commands, what was met.
  private var met: [(number: UInt32, values: [UInt64], hasUnnamed: Bool)] = []

  /// Nothing was met yet.
  public init() {
    isMet = [Bool](repeating: false, count: Int(SystemCallTable.highestNumber.rawValue) + 2)
  }

  /// Whether this is the first call of its kind.
  @inline(__always)
  public mutating func isFirst(
    _ number: SystemCallNumber, _ operands: InlineArray<6, UInt64>
  ) -> Bool {
    let index = min(Int(number.rawValue), isMet.count - 1)
    if isMet[index] { return false }
    return isFirst(at: index, number, operands)
  }

  private mutating func isFirst(
    at index: Int, _ number: SystemCallNumber, _ operands: InlineArray<6, UInt64>
  ) -> Bool {
    guard let argument = SystemCallTable.subcommandArgument(of: number) else {
      isMet[index] = true
      return true
    }
    // An option of a socket is one of its level; a futex operation has flags beside it.
    let level = argument == 2 && number != .madvise ? operands[1] << 32 : 0
    let value = operands[argument] & (number == .futex ? 0x7f : 0xffff_ffff) | level
    let place = met.firstIndex { $0.number == number.rawValue } ?? met.count
    if place == met.count { met.append((number.rawValue, [], false)) }
    if met[place].values.contains(value) { return false }
    met[place].values.append(value)
    if met[place].values.count == Self.valueLimit {
      isMet[index] = true
      met[place].values = []
    }
    if SystemCallTable.subcommandName(of: number, operands: operands) != nil { return true }
    if met[place].hasUnnamed { return false }
    met[place].hasUnnamed = true
    return true
  }
}
