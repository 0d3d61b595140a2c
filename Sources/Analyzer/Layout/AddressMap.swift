// SPDX-License-Identifier: BSD-3-Clause

/// How far the right's copy of a range lies above the left's, wrapping.
struct AddressShift: RunValue {
  var byteCount: UInt64
  func advanced(by byteCount: UInt64) -> AddressShift { self }
}

/// Which address of the right trace stands for which of the left, learned from the results of
/// calls that map and from the first layouts. One to one: each range has at most one image.
struct AddressMap {
  private static var limit: Int { 1 << 20 }
  private var forward = SortedRuns<AddressShift>()
  private var backward = SortedRuns<AddressShift>()
  /// Whether any range has an image that is not itself.
  private(set) var isShifted = false

  /// From here on `left..<left + byteCount` stands for the same bytes from `right` on.
  mutating func learn(_ left: UInt64, _ right: UInt64, byteCount: UInt64) {
    let (leftEnd, leftOverflow) = left.addingReportingOverflow(byteCount)
    let (rightEnd, rightOverflow) = right.addingReportingOverflow(byteCount)
    if byteCount == 0 || leftOverflow || rightOverflow || forward.count >= Self.limit { return }
    forget(left: left, leftEnd)
    forget(right: right, rightEnd)
    forward.replace(left, leftEnd, with: AddressShift(byteCount: right &- left))
    backward.replace(right, rightEnd, with: AddressShift(byteCount: left &- right))
    if left != right { isShifted = true }
  }

  /// Forgets the images of a range of the left.
  mutating func forget(left lower: UInt64, _ upper: UInt64) {
    for (start, end, shift) in Self.pieces(of: forward, lower, upper) {
      backward.replace(start &+ shift, end &+ shift, with: nil)
    }
    forward.replace(lower, upper, with: nil)
  }

  private mutating func forget(right lower: UInt64, _ upper: UInt64) {
    for (start, end, shift) in Self.pieces(of: backward, lower, upper) {
      forward.replace(start &+ shift, end &+ shift, with: nil)
    }
    backward.replace(lower, upper, with: nil)
  }

  /// The image of an address of the left; nil if none is known.
  func right(of left: UInt64) -> UInt64? {
    forward.run(at: left).map { left &+ $0.value.byteCount }
  }

  /// The address of the left whose image this is; nil if none is known.
  func left(of right: UInt64) -> UInt64? {
    backward.run(at: right).map { right &+ $0.value.byteCount }
  }

  /// Whether both addresses are known to mean the same place, or a place just behind one.
  func matches(_ left: UInt64, _ right: UInt64) -> Bool {
    if let image = self.right(of: left) { return image == right }
    if left > 0, let image = self.right(of: left - 1) { return image &+ 1 == right }
    return false
  }

  /// A range of the left in pieces, each with its shift to the right. What has no image keeps its
  /// address, except where the right's address is the image of another range: there the shift is
  /// nil.
  func leftPieces(
    _ lower: UInt64, _ upper: UInt64
  ) -> [(lower: UInt64, upper: UInt64, shift: UInt64?)] {
    Self.covering(lower, upper, forward, excluding: backward)
  }

  /// A range of the right in pieces, each with its shift to the left.
  func rightPieces(
    _ lower: UInt64, _ upper: UInt64
  ) -> [(lower: UInt64, upper: UInt64, shift: UInt64?)] {
    Self.covering(lower, upper, backward, excluding: forward)
  }

  private static func covering(
    _ lower: UInt64, _ upper: UInt64, _ runs: SortedRuns<AddressShift>,
    excluding images: SortedRuns<AddressShift>
  ) -> [(lower: UInt64, upper: UInt64, shift: UInt64?)] {
    var result: [(lower: UInt64, upper: UInt64, shift: UInt64?)] = []
    func fill(_ from: UInt64, _ to: UInt64) {
      var next = from
      for (start, end, _) in pieces(of: images, from, to) {
        if next < start { result.append((next, start, 0)) }
        result.append((start, end, nil))
        next = end
      }
      if next < to { result.append((next, to, 0)) }
    }
    var next = lower
    for (start, end, shift) in pieces(of: runs, lower, upper) {
      if next < start { fill(next, start) }
      result.append((start, end, shift))
      next = end
    }
    if next < upper { fill(next, upper) }
    return result
  }

  private static func pieces(
    of runs: SortedRuns<AddressShift>, _ lower: UInt64, _ upper: UInt64
  ) -> [(UInt64, UInt64, UInt64)] {
    var result: [(UInt64, UInt64, UInt64)] = []
    runs.forEach(in: lower, upper) { run in
      result.append((max(run.lower, lower), min(run.upper, upper), run.value.byteCount))
    }
    return result
  }
}
