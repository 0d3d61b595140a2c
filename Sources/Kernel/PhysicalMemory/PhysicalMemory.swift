// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// The machine's physical memory through the kernel's direct map: one run of bytes from physical
/// address 0. The machine owns it, it begins as zeros, and nobody else writes it while the kernel
/// runs.
@safe public struct PhysicalMemory {
  /// Where physical address 0 is mapped for the kernel; aligned to 4 KiB.
  @unsafe public let base: UnsafeMutableRawPointer
  /// Its size, a multiple of 4 KiB.
  public let byteCount: UInt64

  /// The direct map of `byteCount` bytes at `base`.
  @unsafe public init(base: UnsafeMutableRawPointer, byteCount: UInt64) {
    unsafe self.base = unsafe base
    self.byteCount = byteCount
  }

  /// The bytes of `segment`, which must lie inside.
  public func bytes(of segment: PhysicalSegment) -> UnsafeMutableRawBufferPointer {
    precondition(segment.byteCount <= byteCount, "segment longer than memory")
    precondition(segment.start.rawValue <= byteCount - segment.byteCount, "segment beyond memory")
    return unsafe UnsafeMutableRawBufferPointer(
      start: base + Int(segment.start.rawValue), count: Int(segment.byteCount))
  }
}
