// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// One change of a layout: from here on the range holds this VMA, or none.
struct LayoutChange {
  var lower: UInt64
  var upper: UInt64
  var attributes: VMAAttributes?
}

extension LayoutChange {
  /// The change that a VMA event with this payload tells of; nil where it makes no sense.
  init?(_ event: Event, _ payload: UnsafeRawBufferPointer) {
    if event.operands[0] >= event.operands[1] { return nil }
    lower = event.operands[0]
    upper = event.operands[1]
    if event.kind == .vmaUnmapped { return }
    guard let vma = event.mappedVMA(name: [UInt8](payload.prefix(Step.keptByteCount))) else {
      return nil
    }
    attributes = VMAAttributes(vma)
  }
}

/// The VMAs of one side as the events tell of them.
struct VMALayout {
  private(set) var runs = SortedRuns<VMAAttributes>()
  /// VMAs that touch the one before them and go on as it does: they could be one.
  private(set) var mergeableCount = 0

  /// Whether there is no VMA.
  var isEmpty: Bool { runs.count == 0 }

  /// How many VMAs there are.
  var count: Int { runs.count }

  /// Makes the change. Returns the part of its range where something changed, so that a VMA which
  /// grows a page at a time costs a page at a time; nil if nothing did.
  mutating func apply(_ change: LayoutChange) -> (lower: UInt64, upper: UInt64)? {
    var lower = change.lower
    var upper = change.upper
    if let new = change.attributes {
      if let run = runs.run(at: lower), run.lower == lower, run.upper <= upper, new == run.value {
        if run.upper == upper { return nil }
        lower = run.upper
      }
      if let run = runs.run(at: upper - 1), run.upper == upper, run.lower > lower,
        new.advanced(by: run.lower - change.lower) == run.value
      {
        upper = run.lower
      }
    } else if runs.position(endingAfter: lower).map({ runs[$0].lower >= upper }) ?? true {
      return nil
    }
    mergeableCount -= mergeable(from: change.lower, to: change.upper)
    runs.replace(change.lower, change.upper, with: change.attributes)
    mergeableCount += mergeable(from: change.lower, to: change.upper)
    return (lower, upper)
  }

  /// VMAs that begin in a stretch, both ends included, and could be one with the one before.
  private func mergeable(from lower: UInt64, to upper: UInt64) -> Int {
    guard var position = runs.position(endingAfter: lower == 0 ? 0 : lower - 1) else { return 0 }
    var count = 0
    while let next = runs.position(after: position) {
      let (before, after) = (runs[position], runs[next])
      if after.lower > upper { break }
      if after.lower >= lower, before.upper == after.lower,
        before.value.advanced(by: before.upper - before.lower) == after.value
      {
        count += 1
      }
      position = next
    }
    return count
  }

  /// The stretch from the start of the VMA `context` before `lower..<upper` to the end of that
  /// `context` behind it.
  func surroundings(
    of lower: UInt64, _ upper: UInt64, context: Int
  ) -> (lower: UInt64, upper: UInt64) {
    var result = (lower, upper)
    if let first = runs.position(endingAfter: lower) {
      result.0 = min(lower, runs[first].lower)
      var before = runs.position(before: first)
      for _ in 0..<context {
        guard let position = before else { break }
        result.0 = runs[position].lower
        before = runs.position(before: position)
      }
    } else if let last = runs.lastPosition {
      result.0 = min(lower, runs[last].lower)
    }
    var after = runs.position(endingAfter: upper - 1)
    if let position = after, runs[position].lower < upper {
      result.1 = runs[position].upper
      after = runs.position(after: position)
    }
    for _ in 0..<context {
      guard let position = after else { break }
      result.1 = runs[position].upper
      after = runs.position(after: position)
    }
    return result
  }

  /// The VMAs that overlap `lower..<upper`, at most `limit`.
  func vmas(in lower: UInt64, _ upper: UInt64, limit: Int) -> [VMADescription] {
    var vmas: [VMADescription] = []
    var next = runs.position(endingAfter: lower)
    while let position = next, vmas.count < limit, runs[position].lower < upper {
      let run = runs[position]
      vmas.append(run.value.description(run.lower, run.upper))
      next = runs.position(after: position)
    }
    return vmas
  }
}
