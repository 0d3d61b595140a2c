// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension DiffSession {
  /// Finds out which VMA of the right's first layout stands for which of the left's, where the runs
  /// were recorded apart: first those alike in all but place, then those with the same backing and
  /// protection, aligned at their ends where they are stacks.
  mutating func learnFirstLayout(_ left: Step, _ right: Step) {
    if normaliser.isReplay || !layouts.left.isEmpty { return }
    var leftVMAs = Self.keyed(left)
    var rightVMAs = Self.keyed(right)
    var movedCount: UInt64 = 0
    for isExact in [true, false] {
      let pairs = Self.pairs(&leftVMAs, &rightVMAs, isExact: isExact)
      for (leftVMA, rightVMA) in pairs {
        let count = min(leftVMA.upper - leftVMA.lower, rightVMA.upper - rightVMA.lower)
        let isStack = leftVMA.attributes?.backing == .stack
        let from = isStack ? leftVMA.upper - count : leftVMA.lower
        let to = isStack ? rightVMA.upper - count : rightVMA.lower
        if from != to { movedCount += 1 }
        normaliser.addresses.learn(from, to, byteCount: count)
      }
    }
    if movedCount == 0 { return }
    statistics.explainedPlacementCount += movedCount
    _ = record(
      .placement, left, right, expected: .request("the left's addresses"),
      actual: .request("\(movedCount) of the VMAs elsewhere"), shape: "", isFinding: false)
  }

  private static func keyed(_ step: Step) -> [LayoutChange] {
    step.changes.filter { $0.attributes != nil }
  }

  /// Takes pairs with the same key out of both lists, those of one key in order of address.
  private static func pairs(
    _ left: inout [LayoutChange], _ right: inout [LayoutChange], isExact: Bool
  ) -> [(LayoutChange, LayoutChange)] {
    var waiting: [UInt64: [LayoutChange]] = [:]
    for change in right.reversed() { waiting[key(change, isExact), default: []].append(change) }
    var pairs: [(LayoutChange, LayoutChange)] = []
    var unpaired: [LayoutChange] = []
    var taken: [UInt64: Bool] = [:]
    for change in left {
      if let partner = waiting[key(change, isExact)]?.popLast() {
        pairs.append((change, partner))
        taken[partner.lower] = true
      } else {
        unpaired.append(change)
      }
    }
    left = unpaired
    right.removeAll { taken[$0.lower] == true }
    return pairs
  }

  private static func key(_ change: LayoutChange, _ isExact: Bool) -> UInt64 {
    var hash = Fingerprint()
    guard let attributes = change.attributes else { return 0 }
    hash.add(attributes.protection.rawValue)
    hash.add(attributes.backing.rawValue)
    hash.add(attributes.isShared ? 1 as UInt8 : 0)
    hash.add(attributes.name)
    if isExact {
      hash.add(attributes.offset)
      hash.add(change.upper - change.lower)
    }
    return hash.value
  }
}
