// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Both maps around a divergence, as they are after the step.
public struct LayoutExcerpt: Sendable {
  /// The VMAs of the left trace, in order.
  public var left: [VMADescription]
  /// The VMAs of the right trace, in order.
  public var right: [VMADescription]
  /// How far the right lies above the left there, in bytes, wrapping.
  public var shift: UInt64 = 0
}

extension LayoutPair {
  /// VMAs that an excerpt has on each side at most.
  private static var excerptLimit: Int { 24 }

  /// Both maps from `context` VMAs before a stretch of the left to as many behind it.
  func excerpt(
    around lower: UInt64, _ upper: UInt64, shift: UInt64, context: Int
  ) -> LayoutExcerpt {
    let leftPart = left.surroundings(of: lower, upper, context: context)
    let rightPart = right.surroundings(of: lower &+ shift, upper &+ shift, context: context)
    var from = leftPart.lower
    var to = leftPart.upper
    // What lies elsewhere has other neighbours there.
    if shift == 0 {
      from = max(from, rightPart.lower)
      to = min(to, rightPart.upper)
    }
    let isShifted = shift != 0
    return LayoutExcerpt(
      left: left.vmas(in: from, to, limit: Self.excerptLimit),
      right: right.vmas(
        in: isShifted ? rightPart.lower : from, isShifted ? rightPart.upper : to,
        limit: Self.excerptLimit),
      shift: shift)
  }

  /// Both maps as a whole, as far as an excerpt goes.
  var wholeExcerpt: LayoutExcerpt {
    LayoutExcerpt(
      left: left.vmas(in: 0, .max, limit: Self.excerptLimit),
      right: right.vmas(in: 0, .max, limit: Self.excerptLimit))
  }
}
