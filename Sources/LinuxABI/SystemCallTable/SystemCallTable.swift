// SPDX-License-Identifier: BSD-3-Clause

/// The call table: the one list of the system calls of x86-64 Linux, as of Linux 6.18.
///
/// Recorders, the printer, the diff and the reports read this table; no other list exists. A
/// lookup is a jump, without an allocation. Sources: `asm/unistd_64.h`, section 2 of the manual.
public enum SystemCallTable {
  /// The highest number that has a row.
  public static var highestNumber: SystemCallNumber { .file_setattr }

  /// The row of a call; nil for a number that Linux does not have.
  public static func description(of number: SystemCallNumber) -> SystemCallDescription? {
    row(number)?.description(number)
  }

  /// The name of a call; nil for a number that Linux does not have.
  public static func name(of number: SystemCallNumber) -> StaticString? {
    description(of: number)?.name
  }

  /// The number of the call with that name, in UTF-8; nil if there is none. Looks at every row.
  public static func number(named name: Span<UInt8>) -> SystemCallNumber? {
    all.first { matches(name, of: $0) }
  }

  /// The number of the call with that name, in UTF-8; nil if there is none. Looks at every row.
  public static func number(named name: [UInt8]) -> SystemCallNumber? {
    number(named: name.span)
  }

  /// Every number that has a row, in order.
  public static var all: some Sequence<SystemCallNumber> {
    (0...highestNumber.rawValue).lazy.map { SystemCallNumber(rawValue: $0) }
      .filter { description(of: $0) != nil }
  }

  private static func matches(_ name: Span<UInt8>, of number: SystemCallNumber) -> Bool {
    guard let own = self.name(of: number), own.utf8CodeUnitCount == name.count else {
      return false
    }
    for index in name.indices where unsafe own.utf8Start[index] != name[index] { return false }
    return true
  }
}
