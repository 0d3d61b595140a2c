// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI

extension MemoryMap {
  /// Where user addresses end; what stands beyond, `[vsyscall]`, is no VMA of the process.
  static let userEnd = VirtualAddress(0x7fff_ffff_f000)

  /// Puts what stands in a window in the place of what stood there, and tells the difference in
  /// address order. VMAs that reach out of the window widen it. Logarithmic in the VMAs, but for
  /// moving those behind.
  mutating func replace(_ window: AddressRange, by new: [VMADescription]) -> [VMAChange] {
    var window = min(window.lowerBound, Self.userEnd)..<min(window.upperBound, Self.userEnd)
    if let first = new.first, let last = new.last {
      window =
        min(
          window.lowerBound, first.range.lowerBound)..<max(
          window.upperBound, last.range.upperBound)
    }
    let start = firstIndex { $0.range.upperBound > window.lowerBound }
    let end = max(start, firstIndex { $0.range.lowerBound >= window.upperBound })
    let old = Array(vmas[start..<end])
    var replacement = new
    if let first = old.first, first.range.lowerBound < window.lowerBound {
      replacement.insert(first.cut(to: first.range.lowerBound..<window.lowerBound), at: 0)
    }
    if let last = old.last, last.range.upperBound > window.upperBound {
      replacement.append(last.cut(to: window.upperBound..<last.range.upperBound))
    }
    let changes = MemoryMap(vmas: replacement).changes(since: MemoryMap(vmas: old))
    if !changes.isEmpty { vmas.replaceSubrange(start..<end, with: replacement) }
    return changes
  }

  /// The VMA that holds an address.
  func vma(at address: VirtualAddress) -> VMADescription? {
    let index = firstIndex { $0.range.upperBound > address }
    guard index < vmas.count, vmas[index].range.lowerBound <= address else { return nil }
    return vmas[index]
  }

  /// The first VMA from which on the condition holds.
  private func firstIndex(where holds: (VMADescription) -> Bool) -> Int {
    var low = 0
    var high = vmas.count
    while low < high {
      let middle = (low + high) / 2
      if holds(vmas[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension VMADescription {
  /// The part of it in a range.
  fileprivate func cut(to part: AddressRange) -> VMADescription {
    var copy = self
    copy.range = part
    if backing == .file { copy.offset += part.lowerBound - range.lowerBound }
    return copy
  }
}
