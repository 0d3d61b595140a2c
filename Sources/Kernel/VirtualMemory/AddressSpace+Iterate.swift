// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension AddressSpace {
  /// The lowest VMA. Unikraft: uk_vma_first().
  public var firstVMA: VMA? {
    guard let position = vmas.first else { return nil }
    return vmas[position]
  }

  /// The highest VMA. Unikraft: uk_vma_last().
  public var lastVMA: VMA? {
    guard let position = vmas.last else { return nil }
    return vmas[position]
  }

  /// The lowest VMA that begins behind `vma`, which need not stand any more. Unikraft:
  /// uk_vma_next().
  public func vma(after vma: VMA) -> VMA? {
    guard let position = vmas.first(endingAbove: vma.range.upperBound) else { return nil }
    return vmas[position]
  }

  /// The highest VMA that begins before `vma`, which need not stand any more. Unikraft:
  /// uk_vma_prev().
  public func vma(before vma: VMA) -> VMA? {
    let position = vmas.place(of: vma.range.lowerBound - 1)
    guard vma.range.lowerBound.rawValue > 0, position.slot > 0 else { return nil }
    return position.leaf[position.slot - 1]
  }
}
