// SPDX-License-Identifier: BSD-3-Clause

/// The MREMAP_* bits of mremap(2). Source: `linux/mman.h`.
public struct RemapFlags: OptionSet, Sendable {
  /// The bits as the call has them.
  public let rawValue: UInt32

  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// MREMAP_MAYMOVE.
  @inlinable public static var mayMove: RemapFlags { RemapFlags(rawValue: 1) }
  /// MREMAP_FIXED: the new address is demanded.
  @inlinable public static var fixed: RemapFlags { RemapFlags(rawValue: 2) }
  /// MREMAP_DONTUNMAP: the old range stays, empty.
  @inlinable public static var dontUnmap: RemapFlags { RemapFlags(rawValue: 4) }
}
