// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension PhysicalMemory {
  /// The 64-bit word at `address`, which is aligned to 8 bytes.
  @inline(__always)
  func word(at address: PhysicalAddress) -> UInt64 {
    precondition(address.rawValue < byteCount && address.rawValue & 7 == 0, "word beyond memory")
    return unsafe base.load(fromByteOffset: Int(address.rawValue), as: UInt64.self)
  }

  /// Stores a 64-bit word at `address`, which is aligned to 8 bytes.
  @inline(__always)
  func setWord(_ word: UInt64, at address: PhysicalAddress) {
    precondition(address.rawValue < byteCount && address.rawValue & 7 == 0, "word beyond memory")
    unsafe base.storeBytes(of: word, toByteOffset: Int(address.rawValue), as: UInt64.self)
  }

  /// Copies a 4 KiB page.
  func copyPage(from source: PhysicalAddress, to target: PhysicalAddress) {
    let byteCount = PageSize.base.byteCount
    unsafe bytes(of: PhysicalSegment(start: target, byteCount: byteCount)).copyMemory(
      from: UnsafeRawBufferPointer(
        bytes(of: PhysicalSegment(start: source, byteCount: byteCount))))
  }

  /// Makes every byte of `segment` zero.
  func clear(_ segment: PhysicalSegment) {
    guard segment.byteCount > 0 else { return }
    unsafe bytes(of: segment).initializeMemory(as: UInt8.self, repeating: 0)
  }
}
