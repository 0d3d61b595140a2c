// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Both maps around a divergence, as they are after the step.
public struct LayoutExcerpt: Sendable {
  /// The VMAs of the left trace, in order.
  public var left: [VMADescription]
  /// The VMAs of the right trace, in order.
  public var right: [VMADescription]
}
