// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Physically contiguous frames that the allocator handed out. Unikraft: the result of `uk_falloc`.
public struct FrameRun: Equatable, Sendable {
  /// The first frame.
  public let start: PhysicalAddress
  /// How many 4 KiB frames.
  public let frameCount: UInt64
  /// Whether every byte is known to be zero because nobody has had the frames before.
  public let isZero: Bool

  /// All its bytes.
  public var segment: PhysicalSegment {
    PhysicalSegment(start: start, byteCount: frameCount * PageSize.base.byteCount)
  }
}
