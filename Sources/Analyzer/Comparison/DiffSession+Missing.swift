// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension DiffSession {
  private static var subcommandLimit: Int { 64 }

  /// Counts a call that the kernel of the right does not have, and what the left made of it.
  mutating func noteMissing(
    _ left: Step?, _ leftEvent: Event?, _ right: Step, _ rightEvent: Event
  ) {
    let call = CallRow(rightEvent)
    var entry =
      missing[call.key]
      ?? MissingCall(
        number: call.number, name: CallRow.name(ofKey: call.key), firstEvent: right.number,
        firstRequest: (left ?? right).requestText, site: site(left, right))
    entry.count += 1
    if let name = call.subcommand {
      if let index = entry.subcommands.firstIndex(where: { $0.name == name }) {
        entry.subcommands[index].count += 1
      } else if entry.subcommands.count < Self.subcommandLimit {
        entry.subcommands.append(.init(name: name, count: 1))
      }
    }
    if let left, let leftEvent { entry.native.note(left, leftEvent) }
    missing[call.key] = entry
  }

  /// Where a call of the first process was made, as far as the traces tell.
  func site(_ left: Step?, _ right: Step?) -> CodePlace? {
    if let left, let site = left.callSite { return CodePlace(site, in: layouts.left) }
    return right?.callSite.map { CodePlace($0, in: layouts.right) }
  }
}
