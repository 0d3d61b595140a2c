// SPDX-License-Identifier: BSD-3-Clause

extension SystemCallTable {
  /// The row of a number, from the family that has it; families that programs call most come first.
  static func row(_ number: Int) -> SystemCallRow? {
    if let row = SystemCallRow.descriptors(number) { return row }
    if let row = SystemCallRow.memory(number) { return row }
    if let row = SystemCallRow.paths(number) { return row }
    if let row = SystemCallRow.processes(number) { return row }
    if let row = SystemCallRow.signals(number) { return row }
    if let row = SystemCallRow.time(number) { return row }
    if let row = SystemCallRow.events(number) { return row }
    if let row = SystemCallRow.network(number) { return row }
    if let row = SystemCallRow.identity(number) { return row }
    if let row = SystemCallRow.system(number) { return row }
    if let row = SystemCallRow.messages(number) { return row }
    return SystemCallRow.mounts(number)
  }
}
