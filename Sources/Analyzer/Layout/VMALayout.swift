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
    runs.replace(change.lower, change.upper, with: change.attributes)
    return (lower, upper)
  }

  /// The VMAs around `lower..<upper`: those in it, at most `limit`, and `context` on each side.
  func excerpt(
    around lower: UInt64, _ upper: UInt64, context: Int, limit: Int
  ) -> [VMADescription] {
    guard var first = runs.position(endingAfter: lower) ?? runs.lastPosition else { return [] }
    for _ in 0..<context {
      guard let previous = runs.position(before: first) else { break }
      first = previous
    }
    var vmas: [VMADescription] = []
    var after = 0
    var next: SortedRuns<VMAAttributes>.Position? = first
    while let position = next, after < context, vmas.count < limit {
      let run = runs[position]
      if run.lower >= upper { after += 1 }
      vmas.append(run.value.description(run.lower, run.upper))
      next = runs.position(after: position)
    }
    return vmas
  }
}
