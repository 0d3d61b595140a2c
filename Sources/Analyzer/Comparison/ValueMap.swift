// SPDX-License-Identifier: BSD-3-Clause

/// Which number of the right trace stands for which of the left: descriptors, process ids. Numbers
/// that nothing was learned of stand for themselves.
struct ValueMap {
  private static var limit: Int { 65536 }
  private var forward: [Int64: Int64] = [:]
  private var backward: [Int64: Int64] = [:]

  init() {}

  /// Whether any number stands for another.
  var isShifted: Bool { !forward.isEmpty }

  /// Whether both are known, or must be taken, to mean the same.
  func matches(_ left: Int64, _ right: Int64) -> Bool {
    if let image = forward[left] { return image == right }
    if backward[right] != nil { return false }
    return left == right
  }

  /// Whether nothing was learned of either.
  func isNew(_ left: Int64, _ right: Int64) -> Bool {
    forward[left] == nil && backward[right] == nil
  }

  /// From here on `right` stands for `left`.
  mutating func learn(_ left: Int64, _ right: Int64) {
    forget(left: left)
    if let other = backward.removeValue(forKey: right) { forward[other] = nil }
    if left == right || forward.count >= Self.limit { return }
    forward[left] = right
    backward[right] = left
  }

  /// From here on `left` stands for itself.
  mutating func forget(left: Int64) {
    if let image = forward.removeValue(forKey: left) { backward[image] = nil }
  }
}
