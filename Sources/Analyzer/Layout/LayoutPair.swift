// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What differs of one stretch of addresses.
struct LayoutDifference {
  /// Which classes, as bits of `Bits`.
  struct Bits: OptionSet {
    let rawValue: UInt8
    static var extent: Bits { Bits(rawValue: 1) }
    static var protection: Bits { Bits(rawValue: 2) }
    static var backing: Bits { Bits(rawValue: 4) }
  }

  var bits: Bits
  /// Addresses of the left, or of the right where `shift` is nil.
  var lower: UInt64
  var upper: UInt64
  /// From addresses of the left to those of the right.
  var shift: UInt64?
  var left: VMAAttributes?
  var right: VMAAttributes?
}

/// A place where one side has a border between two VMAs and the other has not, though the pages on
/// both sides of it agree.
struct BorderDifference {
  /// The address of the left.
  var address: UInt64
  var isLeft: Bool
}

/// A difference that has been reported, so that it is not reported again.
struct KnownDifference: RunValue {
  var bits: LayoutDifference.Bits
  var root: Int
  func advanced(by byteCount: UInt64) -> KnownDifference { self }
}

/// The VMAs of both sides and what is known to differ between them.
struct LayoutPair {
  /// A stretch of addresses of the left, with its shift to the right; nil: of the right alone.
  typealias Piece = (lower: UInt64, upper: UInt64, shift: UInt64?)

  var left = VMALayout()
  var right = VMALayout()
  /// By addresses of the left.
  var known = SortedRuns<KnownDifference>()
  /// By addresses of the left; each a byte long.
  var knownBorders = SortedRuns<KnownDifference>()

  /// Where attributes differ in a stretch, neighbours that differ alike together.
  func differences(in piece: Piece) -> [LayoutDifference] {
    let (lower, upper, shift) = piece
    var found: [LayoutDifference] = []
    var cursor = lower
    while cursor < upper {
      let (leftValue, leftEnd) = Self.value(left, cursor, upper)
      var rightValue: VMAAttributes?
      var end = leftEnd
      if let shift {
        let found = Self.value(right, cursor &+ shift, upper &+ shift)
        rightValue = found.0
        end = min(leftEnd, found.1 &- shift)
      }
      let bits = Self.bits(leftValue, rightValue)
      if let last = found.last, last.upper == cursor, last.bits == bits,
        Self.continues(last.left, leftValue, after: cursor - last.lower),
        Self.continues(last.right, rightValue, after: cursor - last.lower)
      {
        found[found.count - 1].upper = end
      } else {
        found.append(
          LayoutDifference(
            bits: bits, lower: cursor, upper: end, shift: shift, left: leftValue,
            right: rightValue))
      }
      cursor = end
    }
    return found
  }

  /// The attributes at an address and where they end.
  private static func value(
    _ layout: VMALayout, _ address: UInt64, _ limit: UInt64
  ) -> (VMAAttributes?, UInt64) {
    guard let position = layout.runs.position(endingAfter: address) else { return (nil, limit) }
    let run = layout.runs[position]
    if run.lower > address { return (nil, min(run.lower, limit)) }
    return (run.value.advanced(by: address - run.lower), min(run.upper, limit))
  }

  private static func bits(
    _ left: VMAAttributes?, _ right: VMAAttributes?
  ) -> LayoutDifference.Bits {
    guard let left, let right else { return left == nil && right == nil ? [] : .extent }
    var bits: LayoutDifference.Bits = []
    if !left.hasProtection(of: right) { bits.insert(.protection) }
    if !left.hasBacking(of: right) { bits.insert(.backing) }
    return bits
  }

  private static func continues(
    _ first: VMAAttributes?, _ second: VMAAttributes?, after byteCount: UInt64
  ) -> Bool {
    guard let first, let second else { return first == nil && second == nil }
    return first.advanced(by: byteCount) == second
  }

  /// Where one side has a border and the other has not, from `lower` to `upper`, both included.
  func borderDifferences(in piece: Piece) -> [BorderDifference] {
    guard let shift = piece.shift else { return [] }
    var places: [(UInt64, Bool)] = []
    collectStarts(left, piece.lower, piece.upper) { places.append(($0, true)) }
    collectStarts(right, piece.lower &+ shift, piece.upper &+ shift) {
      places.append(($0 &- shift, false))
    }
    return places.filter { address, isLeft in
      guard address > 0, let leftAfter = left.runs.run(at: address),
        let leftBefore = left.runs.run(at: address - 1),
        let rightAfter = right.runs.run(at: address &+ shift),
        let rightBefore = right.runs.run(at: address &+ shift &- 1)
      else { return false }
      let leftCut = leftAfter.lower == address
      let rightCut = rightAfter.lower == address &+ shift
      return leftCut != rightCut && Self.same(leftAfter, rightAfter, at: address, shift)
        && Self.same(leftBefore, rightBefore, at: address - 1, shift)
    }
    .map { BorderDifference(address: $0.0, isLeft: $0.1) }
    .sorted { $0.address < $1.address }
  }

  private func collectStarts(
    _ layout: VMALayout, _ lower: UInt64, _ upper: UInt64, _ body: (UInt64) -> Void
  ) {
    let end = upper == .max ? upper : upper + 1
    layout.runs.forEach(in: lower, end) { if $0.lower >= lower { body($0.lower) } }
  }

  private static func same(
    _ left: SortedRuns<VMAAttributes>.Run, _ right: SortedRuns<VMAAttributes>.Run,
    at address: UInt64, _ shift: UInt64
  ) -> Bool {
    left.value.advanced(by: address - left.lower)
      == right.value.advanced(by: address &+ shift - right.lower)
  }
}
