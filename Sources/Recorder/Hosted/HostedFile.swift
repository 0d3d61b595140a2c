// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import Kernel
internal import LinuxABI

/// A file or directory of the outside that the guest has open.
///
/// A file that is read often in small pieces is mapped, and what is read then is copied from there:
/// that saves a call of the host's kernel each time. For large pieces such a call costs less than
/// to map their pages. The mapping shows what pread(2) would, as long as nobody cuts the file.
struct HostedFile {
  /// Small reads before the file is mapped.
  private static let patience = 8
  /// Bytes from which on a read is a call.
  private static let largeRead: UInt64 = 32 << 10
  /// The most bytes that are mapped.
  private static let mappingLimit = 16 << 30

  /// -1 for a directory, which the parent holds, and for what is closed.
  private(set) var descriptor: Int32
  private let byteCount: Int
  private var readCount = 0
  private var base: UnsafeMutableRawPointer?

  /// Takes over a descriptor, or -1, of a file that was so long when it was opened.
  init(_ descriptor: Int32, byteCount: Int64) {
    self.descriptor = descriptor
    self.byteCount = Int(max(0, byteCount))
  }

  /// Copies the file's bytes from `offset` on into the segments, `wanted` bytes in all. False where
  /// they must be read instead: early on, near the end, or because they cannot be had so.
  mutating func copies(
    _ wanted: UInt64, from offset: Int, into segments: [PhysicalSegment], of memory: PhysicalMemory
  ) -> Bool {
    guard wanted < Self.largeRead, let base = base ?? mapped(), offset >= 0, offset <= byteCount,
      wanted <= UInt64(byteCount - offset)
    else { return false }
    var source = UnsafeRawPointer(base) + offset
    for segment in segments {
      let bytes = memory.bytes(of: segment)
      if hosted_copy(bytes.baseAddress, source, bytes.count) != 0 { return false }
      source += bytes.count
    }
    return true
  }

  private mutating func mapped() -> UnsafeMutableRawPointer? {
    if readCount > Self.patience { return nil }
    readCount += 1
    guard readCount == Self.patience, byteCount > 0, byteCount <= Self.mappingLimit else {
      return nil
    }
    // A file that cannot be mapped is read for ever.
    base = hosted_map_outside(descriptor, UInt64(byteCount))
    return base
  }

  /// Gives descriptor and mapping back; false where there was no descriptor.
  mutating func close() -> Bool {
    if let base { munmap(base, byteCount) }
    base = nil
    guard descriptor >= 0 else { return false }
    Glibc.close(descriptor)
    descriptor = -1
    return true
  }
}
