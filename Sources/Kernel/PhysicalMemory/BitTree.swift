// SPDX-License-Identifier: BSD-3-Clause

/// A set of the numbers below a bound as a bitmap, with a bitmap above it that tells which words
/// are not zero, and so on up to one word: the next member is found in as many steps as there are
/// levels.
struct BitTree {
  /// All levels behind one another, the members' own bitmap first.
  private var words: [UInt64]
  /// Where each level begins in `words`.
  private var levels: InlineArray<7, Int> = InlineArray(repeating: 0)
  private var levelCount = 0

  /// The empty set of numbers below `bound`.
  init(bound: Int) {
    var total = 0
    var wordCount = max(1, (bound + 63) / 64)
    while true {
      levels[levelCount] = total
      levelCount += 1
      total += wordCount
      if wordCount == 1 { break }
      wordCount = (wordCount + 63) / 64
    }
    words = Array(repeating: 0, count: total)
  }

  /// How many words such a set has.
  static func wordCount(bound: Int) -> Int {
    var total = 0
    var count = max(1, (bound + 63) / 64)
    while count > 1 {
      total += count
      count = (count + 63) / 64
    }
    return total + 1
  }

  /// The words that it keeps.
  var byteCount: Int { words.count * 8 }

  func contains(_ member: Int) -> Bool { words[member >> 6] & (1 << UInt64(member & 63)) != 0 }

  mutating func insert(_ member: Int) {
    var index = member
    for level in 0..<levelCount {
      let word = levels[level] + index >> 6
      let old = words[word]
      words[word] = old | 1 << UInt64(index & 63)
      if old != 0 { return }
      index >>= 6
    }
  }

  mutating func remove(_ member: Int) {
    var index = member
    for level in 0..<levelCount {
      let word = levels[level] + index >> 6
      words[word] &= ~(1 << UInt64(index & 63))
      if words[word] != 0 { return }
      index >>= 6
    }
  }

  var isEmpty: Bool { words[words.count - 1] == 0 }

  /// The lowest member that is not below `bound`.
  func first(atOrAfter bound: Int) -> Int? {
    var index = bound
    var level = 0
    while level < levelCount {
      let levelEnd = level + 1 < levelCount ? levels[level + 1] : words.count
      let word = levels[level] + index >> 6
      if word < levelEnd {
        let rest = words[word] & (UInt64.max << UInt64(index & 63))
        if rest != 0 { return descend(from: level, (index & ~63) + rest.trailingZeroBitCount) }
      }
      index = index >> 6 + 1
      level += 1
    }
    return nil
  }

  private func descend(from level: Int, _ start: Int) -> Int {
    var index = start
    for below in stride(from: level - 1, through: 0, by: -1) {
      index = index << 6 + words[levels[below] + index].trailingZeroBitCount
    }
    return index
  }
}
