// SPDX-License-Identifier: BSD-3-Clause

extension TwinDifference {
  /// The sequence as lines, and what the two make of its end.
  public var text: String {
    var text = "seed \(seed), operation \(index): Linux and the kernel differ.\n"
    for (operation, outcome) in zip(operations, expected) {
      text += "  \(operation) -> \(outcome)\n"
    }
    guard let theirs = expected.last else { return text }
    text += "Linux:  \(theirs)\nkernel: \(actual)\n"
    let (left, right) = Self.trimmed(theirs.layout, actual.layout)
    if left.isEmpty, right.isEmpty { return text }
    text += "VMAs that differ:\n"
    for vma in left { text += "  Linux:  \(vma)\n" }
    for vma in right { text += "  kernel: \(vma)\n" }
    return text
  }

  /// Both without what they have in common at either end.
  private static func trimmed(
    _ left: [TwinVMA], _ right: [TwinVMA]
  ) -> (ArraySlice<TwinVMA>, ArraySlice<TwinVMA>) {
    var left = left[...]
    var right = right[...]
    while let one = left.first, let other = right.first, one.isLike(other) {
      left.removeFirst()
      right.removeFirst()
    }
    while let one = left.last, let other = right.last, one.isLike(other) {
      left.removeLast()
      right.removeLast()
    }
    return (left, right)
  }
}
