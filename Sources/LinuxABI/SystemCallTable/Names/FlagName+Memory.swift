// SPDX-License-Identifier: BSD-3-Clause

/// Names of bits: memory.
extension FlagName {
  static func memory(_ index: Int, of kind: ArgumentKind) -> FlagName? {
    switch kind {
    case .protection: protection(index)
    case .mapFlags: mapFlags(index)
    case .remapFlags: remapFlags(index)
    case .syncFlags: syncFlags(index)
    case .lockFlags: lockFlags(index)
    case .memoryFileFlags: memoryFileFlags(index)
    default: nil
    }
  }

  private static func protection(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("PROT_READ", 0x1)
    case 1: FlagName("PROT_WRITE", 0x2)
    case 2: FlagName("PROT_EXEC", 0x4)
    case 3: FlagName("PROT_SEM", 0x8)
    case 4: FlagName("PROT_GROWSDOWN", 0x1000000)
    case 5: FlagName("PROT_GROWSUP", 0x2000000)
    default: nil
    }
  }

  private static func mapFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("MAP_SHARED", 0x1, mask: 0xf)
    case 1: FlagName("MAP_PRIVATE", 0x2, mask: 0xf)
    case 2: FlagName("MAP_SHARED_VALIDATE", 0x3, mask: 0xf)
    case 3: FlagName("MAP_FIXED", 0x10)
    case 4: FlagName("MAP_ANONYMOUS", 0x20)
    case 5: FlagName("MAP_32BIT", 0x40)
    case 6: FlagName("MAP_ABOVE4G", 0x80)
    case 7: FlagName("MAP_GROWSDOWN", 0x100)
    case 8: FlagName("MAP_DENYWRITE", 0x800)
    case 9: FlagName("MAP_EXECUTABLE", 0x1000)
    case 10: FlagName("MAP_LOCKED", 0x2000)
    case 11: FlagName("MAP_NORESERVE", 0x4000)
    case 12: FlagName("MAP_POPULATE", 0x8000)
    case 13: FlagName("MAP_NONBLOCK", 0x10000)
    case 14: FlagName("MAP_STACK", 0x20000)
    case 15: FlagName("MAP_HUGETLB", 0x40000)
    case 16: FlagName("MAP_SYNC", 0x80000)
    case 17: FlagName("MAP_FIXED_NOREPLACE", 0x100000)
    case 18: FlagName("MAP_UNINITIALIZED", 0x4000000)
    case 19: FlagName("MAP_HUGE_2MB", 0x54000000, mask: 0xfc000000)
    case 20: FlagName("MAP_HUGE_1GB", 0x78000000, mask: 0xfc000000)
    default: nil
    }
  }

  private static func remapFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("MREMAP_MAYMOVE", 0x1)
    case 1: FlagName("MREMAP_FIXED", 0x2)
    case 2: FlagName("MREMAP_DONTUNMAP", 0x4)
    default: nil
    }
  }

  private static func syncFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("MS_ASYNC", 0x1)
    case 1: FlagName("MS_INVALIDATE", 0x2)
    case 2: FlagName("MS_SYNC", 0x4)
    default: nil
    }
  }

  private static func lockFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("MCL_CURRENT", 0x1)
    case 1: FlagName("MCL_FUTURE", 0x2)
    case 2: FlagName("MCL_ONFAULT", 0x4)
    default: nil
    }
  }

  private static func memoryFileFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("MFD_CLOEXEC", 0x1)
    case 1: FlagName("MFD_ALLOW_SEALING", 0x2)
    case 2: FlagName("MFD_HUGETLB", 0x4)
    case 3: FlagName("MFD_NOEXEC_SEAL", 0x8)
    case 4: FlagName("MFD_EXEC", 0x10)
    case 5: FlagName("MFD_HUGE_2MB", 0x54000000, mask: 0xfc000000)
    case 6: FlagName("MFD_HUGE_1GB", 0x78000000, mask: 0xfc000000)
    default: nil
    }
  }
}
