// SPDX-License-Identifier: BSD-3-Clause

/// What arch_prctl(2) is to do. Source: `asm/prctl.h`.
public struct ArchPrctlCode: RawRepresentable, Equatable, Sendable {
  /// The ARCH_* number.
  public let rawValue: UInt32

  /// Any number.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// ARCH_SET_GS.
  @inlinable public static var setGS: ArchPrctlCode { ArchPrctlCode(rawValue: 0x1001) }
  /// ARCH_SET_FS.
  @inlinable public static var setFS: ArchPrctlCode { ArchPrctlCode(rawValue: 0x1002) }
  /// ARCH_GET_FS.
  @inlinable public static var getFS: ArchPrctlCode { ArchPrctlCode(rawValue: 0x1003) }
  /// ARCH_GET_GS.
  @inlinable public static var getGS: ArchPrctlCode { ArchPrctlCode(rawValue: 0x1004) }
  /// ARCH_GET_CPUID.
  @inlinable public static var getCPUID: ArchPrctlCode { ArchPrctlCode(rawValue: 0x1011) }
  /// ARCH_SET_CPUID.
  @inlinable public static var setCPUID: ArchPrctlCode { ArchPrctlCode(rawValue: 0x1012) }
  /// ARCH_SHSTK_STATUS.
  @inlinable public static var shadowStackStatus: ArchPrctlCode { ArchPrctlCode(rawValue: 0x5005) }
}
