// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension DiffSession {
  /// Makes the VMA changes of both steps and compares the layouts where they changed. What differs
  /// belongs to `root`, or else is a root of its own, which is returned.
  mutating func compareLayouts(_ left: Step?, _ right: Step?, under root: Int?) -> Int? {
    if unseen.contains(.vmas) { return nil }
    let isAdopted =
      (left?.principal?.flags.contains(.adopted) ?? false)
      || (right?.principal?.flags.contains(.adopted) ?? false)
    var touchedLeft: [(lower: UInt64, upper: UInt64)] = []
    var touchedRight: [(lower: UInt64, upper: UInt64)] = []
    for change in left?.changes ?? [] {
      if let touched = layouts.left.apply(change) { touchedLeft.append(touched) }
    }
    for change in right?.changes ?? [] {
      if let touched = layouts.right.apply(change) { touchedRight.append(touched) }
    }
    if touchedLeft.isEmpty, touchedRight.isEmpty { return nil }
    statistics.leftPeakVMACount = max(statistics.leftPeakVMACount, layouts.left.count)
    statistics.rightPeakVMACount = max(statistics.rightPeakVMACount, layouts.right.count)
    if spaceOfTask[(left ?? right)?.task ?? 0] == nil {
      if let left, !touchedLeft.isEmpty {
        statistics.leftLayouts.note(layouts.left, at: left.number)
      }
      if let right, !touchedRight.isEmpty {
        statistics.rightLayouts.note(layouts.right, at: right.number)
      }
    }
    var found: Int?
    if !isAdopted {
      statistics.comparedLayoutCount += 1
      found = compare(pieces(touchedLeft, touchedRight), left, right, under: root)
    }
    if rightAdopts { adopt(left, touchedLeft) }
    return found
  }

  /// Differences that are remembered at most; what is beyond may be reported again.
  private static var knownLimit: Int { 1 << 20 }

  /// The right's kernel goes on with the left's VMAs.
  private mutating func adopt(_ left: Step?, _ touched: [(lower: UInt64, upper: UInt64)]) {
    for change in left?.changes ?? [] { _ = layouts.right.apply(change) }
    for range in touched {
      layouts.known.replace(range.lower, range.upper, with: nil)
      layouts.knownBorders.replace(
        range.lower, range.upper == .max ? range.upper : range.upper + 1, with: nil)
    }
  }

  /// The stretches to look at: what changed on either side, in addresses of the left, ascending and
  /// without overlaps; then what has a place on the right only.
  private func pieces(
    _ left: [(lower: UInt64, upper: UInt64)], _ right: [(lower: UInt64, upper: UInt64)]
  ) -> [LayoutPair.Piece] {
    if left.count == 1, right.count <= 1, !normaliser.addresses.isShifted,
      right.isEmpty || left[0] == right[0]
    {
      return [(left[0].lower, left[0].upper, 0)]
    }
    var pieces: [LayoutPair.Piece] = []
    for range in left {
      pieces += normaliser.addresses.leftPieces(range.lower, range.upper)
    }
    for range in right {
      for piece in normaliser.addresses.rightPieces(range.lower, range.upper) {
        guard let shift = piece.shift else { continue }
        pieces.append((piece.lower &+ shift, piece.upper &+ shift, 0 &- shift))
      }
    }
    // Two pieces with the same addresses of the left have the same shift: the map is a function.
    pieces.sort { ($0.lower, $0.upper) < ($1.lower, $1.upper) }
    var merged: [LayoutPair.Piece] = []
    for piece in pieces {
      if let last = merged.last, piece.lower <= last.upper, piece.shift == last.shift {
        merged[merged.count - 1].upper = max(last.upper, piece.upper)
      } else {
        merged.append(piece)
      }
    }
    return merged
  }

  private mutating func compare(
    _ pieces: [LayoutPair.Piece], _ left: Step?, _ right: Step?, under root: Int?
  ) -> Int? {
    let isFirst = (left ?? right)?.isFirst ?? false
    var own = root
    for piece in pieces {
      for difference in layouts.differences(in: piece) {
        let found = note(difference, left, right, under: own)
        // Differences of the first layout have no call as their cause: each stands for itself.
        if !isFirst { own = own ?? found }
      }
      let borders = layouts.borderDifferences(in: piece)
      let found = note(borders, in: piece, left, right, under: own)
      if !isFirst { own = own ?? found }
    }
    return root == nil ? own : nil
  }

  private mutating func note(
    _ difference: LayoutDifference, _ left: Step?, _ right: Step?, under root: Int?
  ) -> Int? {
    var before: LayoutDifference.Bits = []
    var beforeRoot: Int?
    var covered: UInt64 = 0
    layouts.known.forEach(in: difference.lower, difference.upper) { run in
      let end = min(run.upper, difference.upper)
      covered += end - max(run.lower, difference.lower)
      before = beforeRoot == nil ? run.value.bits : before.intersection(run.value.bits)
      beforeRoot = beforeRoot ?? run.value.root
    }
    if covered < difference.upper - difference.lower { before = [] }
    if difference.bits.isEmpty {
      if beforeRoot != nil {
        layouts.known.replace(difference.lower, difference.upper, with: nil)
      }
      return nil
    }
    let new = difference.bits.subtracting(before)
    var owner = beforeRoot
    if !new.isEmpty {
      let isAlias = isSameFileByAnotherName(difference)
      owner = recordLayout(
        Self.divergenceClass(new), difference.lower, difference.upper, shift: difference.shift,
        left, right, expected: Self.outcome(difference.left, difference),
        actual: Self.outcome(difference.right, difference), under: root, isAlias: isAlias)
    }
    if let owner, layouts.known.count < Self.knownLimit {
      layouts.known.replace(
        difference.lower, difference.upper,
        with: KnownDifference(bits: difference.bits, root: owner))
    }
    return new.isEmpty ? nil : owner
  }

  private mutating func note(
    _ borders: [BorderDifference], in piece: LayoutPair.Piece, _ left: Step?, _ right: Step?,
    under root: Int?
  ) -> Int? {
    let new = borders.filter { layouts.knownBorders.run(at: $0.address) == nil }
    if layouts.knownBorders.count > 0 {
      let kept = borders.compactMap { border in layouts.knownBorders.run(at: border.address) }
      layouts.knownBorders.replace(
        piece.lower, piece.upper == .max ? piece.upper : piece.upper + 1, with: nil)
      for run in kept { layouts.knownBorders.replace(run.lower, run.upper, with: run.value) }
    }
    guard let first = new.first, let last = new.last else { return nil }
    let owner = recordLayout(
      .vmaCount, first.address - 1, last.address + 1, shift: piece.shift, left, right,
      expected: .vmaCount(new.count { $0.isLeft } + 1),
      actual: .vmaCount(new.count { !$0.isLeft } + 1), under: root)
    if let owner, layouts.knownBorders.count < Self.knownLimit {
      let mark = KnownDifference(bits: [], root: owner)
      for border in new {
        layouts.knownBorders.replace(border.address, border.address + 1, with: mark)
      }
    }
    return owner
  }

  private mutating func recordLayout(
    _ divergenceClass: DivergenceClass, _ lower: UInt64, _ upper: UInt64, shift: UInt64?,
    _ left: Step?, _ right: Step?, expected: Outcome, actual: Outcome, under root: Int?,
    isAlias: Bool = false
  ) -> Int? {
    guard let step = left ?? right else { return nil }
    let fingerprint = Divergence.fingerprint(
      divergenceClass, subject: step.subject, shape: isAlias ? "name" : step.shape,
      expected: expected, actual: actual)
    var divergence = Divergence(
      divergenceClass: divergenceClass, fingerprint: fingerprint, subject: step.subject,
      request: step.requestText, task: step.task, leftEvent: left?.number,
      rightEvent: right?.number, expected: expected, actual: actual)
    divergence.isFinding = !isAlias
    divergence.range = VirtualAddress(lower)..<VirtualAddress(upper)
    if step.isFirst {
      // One look at both maps does for all that differs at the start.
      if !hasShownFirstLayout { divergence.excerpt = layouts.wholeExcerpt }
      hasShownFirstLayout = true
    } else if root.map({ ledger.wantsExcerpt(of: $0) }) ?? ledger.isNew(fingerprint) {
      divergence.excerpt = layouts.excerpt(
        around: lower, upper, shift: shift ?? 0, context: options.context)
    }
    return ledger.record(divergence, under: root)
  }

  private static func divergenceClass(_ bits: LayoutDifference.Bits) -> DivergenceClass {
    bits.contains(.extent) ? .vmaExtent : bits.contains(.protection) ? .vmaProtection : .vmaBacking
  }

  private static func outcome(
    _ attributes: VMAAttributes?, _ difference: LayoutDifference
  ) -> Outcome {
    attributes.map { .vma($0.description(difference.lower, difference.upper)) } ?? .unmapped
  }
}
