// SPDX-License-Identifier: BSD-3-Clause

/// The type of an entry of the auxiliary vector. Source: `linux/auxvec.h`, `asm/auxvec.h`.
public struct AuxiliaryType: RawRepresentable, Equatable, Sendable {
  /// The AT_* number.
  public let rawValue: UInt64

  /// Any number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// AT_NULL: the end of the vector.
  @inlinable public static var end: AuxiliaryType { AuxiliaryType(rawValue: 0) }
  /// AT_IGNORE.
  @inlinable public static var ignore: AuxiliaryType { AuxiliaryType(rawValue: 1) }
  /// AT_EXECFD.
  @inlinable public static var executableDescriptor: AuxiliaryType { AuxiliaryType(rawValue: 2) }
  /// AT_PHDR: address of the program headers.
  @inlinable public static var programHeaders: AuxiliaryType { AuxiliaryType(rawValue: 3) }
  /// AT_PHENT.
  @inlinable public static var programHeaderByteCount: AuxiliaryType { AuxiliaryType(rawValue: 4) }
  /// AT_PHNUM.
  @inlinable public static var programHeaderCount: AuxiliaryType { AuxiliaryType(rawValue: 5) }
  /// AT_PAGESZ.
  @inlinable public static var pageByteCount: AuxiliaryType { AuxiliaryType(rawValue: 6) }
  /// AT_BASE.
  @inlinable public static var interpreterBase: AuxiliaryType { AuxiliaryType(rawValue: 7) }
  /// AT_FLAGS.
  @inlinable public static var flags: AuxiliaryType { AuxiliaryType(rawValue: 8) }
  /// AT_ENTRY: entry point of the program.
  @inlinable public static var entry: AuxiliaryType { AuxiliaryType(rawValue: 9) }
  /// AT_NOTELF.
  @inlinable public static var notELF: AuxiliaryType { AuxiliaryType(rawValue: 10) }
  /// AT_UID.
  @inlinable public static var userID: AuxiliaryType { AuxiliaryType(rawValue: 11) }
  /// AT_EUID.
  @inlinable public static var effectiveUserID: AuxiliaryType { AuxiliaryType(rawValue: 12) }
  /// AT_GID.
  @inlinable public static var groupID: AuxiliaryType { AuxiliaryType(rawValue: 13) }
  /// AT_EGID.
  @inlinable public static var effectiveGroupID: AuxiliaryType { AuxiliaryType(rawValue: 14) }
  /// AT_PLATFORM: address of a string such as `x86_64`.
  @inlinable public static var platform: AuxiliaryType { AuxiliaryType(rawValue: 15) }
  /// AT_HWCAP: CPUID leaf 1, EDX.
  @inlinable public static var hardwareCapabilities: AuxiliaryType { AuxiliaryType(rawValue: 16) }
  /// AT_CLKTCK: ticks of times(2) a second.
  @inlinable public static var clockTicks: AuxiliaryType { AuxiliaryType(rawValue: 17) }
  /// AT_SECURE.
  @inlinable public static var secure: AuxiliaryType { AuxiliaryType(rawValue: 23) }
  /// AT_BASE_PLATFORM.
  @inlinable public static var basePlatform: AuxiliaryType { AuxiliaryType(rawValue: 24) }
  /// AT_RANDOM: address of 16 random bytes.
  @inlinable public static var random: AuxiliaryType { AuxiliaryType(rawValue: 25) }
  /// AT_HWCAP2.
  @inlinable public static var hardwareCapabilities2: AuxiliaryType { AuxiliaryType(rawValue: 26) }
  /// AT_RSEQ_FEATURE_SIZE.
  @inlinable public static var rseqFeatureByteCount: AuxiliaryType { AuxiliaryType(rawValue: 27) }
  /// AT_RSEQ_ALIGN.
  @inlinable public static var rseqAlignment: AuxiliaryType { AuxiliaryType(rawValue: 28) }
  /// AT_HWCAP3.
  @inlinable public static var hardwareCapabilities3: AuxiliaryType { AuxiliaryType(rawValue: 29) }
  /// AT_HWCAP4.
  @inlinable public static var hardwareCapabilities4: AuxiliaryType { AuxiliaryType(rawValue: 30) }
  /// AT_EXECFN: address of the path that was executed.
  @inlinable public static var executableName: AuxiliaryType { AuxiliaryType(rawValue: 31) }
  /// AT_SYSINFO: not on x86-64.
  @inlinable public static var systemInformation: AuxiliaryType { AuxiliaryType(rawValue: 32) }
  /// AT_SYSINFO_EHDR: address of the vDSO.
  @inlinable public static var systemInformationImage: AuxiliaryType { AuxiliaryType(rawValue: 33) }
  /// AT_MINSIGSTKSZ.
  @inlinable public static var minimumSignalStackByteCount: AuxiliaryType {
    AuxiliaryType(rawValue: 51)
  }
}

extension AuxiliaryType {
  /// The C name, such as `AT_PHDR`; nil for a number that Linux does not have.
  public var name: StaticString? {
    switch rawValue {
    case 0: "AT_NULL"
    case 1: "AT_IGNORE"
    case 2: "AT_EXECFD"
    case 3: "AT_PHDR"
    case 4: "AT_PHENT"
    case 5: "AT_PHNUM"
    case 6: "AT_PAGESZ"
    case 7: "AT_BASE"
    case 8: "AT_FLAGS"
    case 9: "AT_ENTRY"
    case 10: "AT_NOTELF"
    case 11: "AT_UID"
    case 12: "AT_EUID"
    case 13: "AT_GID"
    case 14: "AT_EGID"
    case 15: "AT_PLATFORM"
    case 16: "AT_HWCAP"
    case 17: "AT_CLKTCK"
    case 23: "AT_SECURE"
    case 24: "AT_BASE_PLATFORM"
    case 25: "AT_RANDOM"
    case 26: "AT_HWCAP2"
    case 27: "AT_RSEQ_FEATURE_SIZE"
    case 28: "AT_RSEQ_ALIGN"
    case 29: "AT_HWCAP3"
    case 30: "AT_HWCAP4"
    case 31: "AT_EXECFN"
    case 32: "AT_SYSINFO"
    case 33: "AT_SYSINFO_EHDR"
    case 51: "AT_MINSIGSTKSZ"
    default: nil
    }
  }
}
