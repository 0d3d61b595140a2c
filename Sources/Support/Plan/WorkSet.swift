// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Work on several calls, as sets of numbers: an implementation covers a fake of the same call.
struct WorkSet {
  /// The work.
  private(set) var items: [SupportPlan.Item]
  private var implemented = CallNumberSet()
  private var answered = CallNumberSet()
  private var parts: Set<CallPart> = []

  init(_ items: [SupportPlan.Item]) {
    self.items = items
    for item in items {
      if let part = item.part {
        parts.insert(part)
        continue
      }
      answered.insert(item.number)
      if item.work == .implement { implemented.insert(item.number) }
    }
  }

  /// On how many calls.
  var count: Int { items.count }

  /// What it costs.
  var cost: UInt64 { items.cost }

  /// Whether doing this does the other.
  func covers(_ other: WorkSet) -> Bool {
    implemented.isSuperset(of: other.implemented) && answered.isSuperset(of: other.answered)
      && other.parts.isSubset(of: parts)
  }

  /// The work that does both.
  func union(_ other: WorkSet) -> WorkSet {
    var joined: [SupportPlan.Item] = items
    for item in other.items {
      if let index = joined.firstIndex(where: {
        $0.number == item.number && $0.part == item.part
      }) {
        if item.work == .implement { joined[index] = item }
      } else {
        joined.append(item)
      }
    }
    return WorkSet(joined)
  }
}

/// A set of the numbers of system calls, 0 to 1,023.
struct CallNumberSet {
  private var words = InlineArray<16, UInt64>(repeating: 0)

  /// Adds a number; one beyond 1,023 is not one.
  mutating func insert(_ number: SystemCallNumber) {
    guard number.rawValue < 1024 else { return }
    words[Int(number.rawValue / 64)] |= 1 << UInt64(number.rawValue % 64)
  }

  /// Whether it holds all of the other.
  func isSuperset(of other: CallNumberSet) -> Bool {
    for index in words.indices where other.words[index] & ~words[index] != 0 { return false }
    return true
  }
}
