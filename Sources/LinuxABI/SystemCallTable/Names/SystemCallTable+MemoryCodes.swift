// SPDX-License-Identifier: BSD-3-Clause

/// Names of codes: advice and barriers.
extension SystemCallTable {
  static func memoryCode(_ kind: ArgumentKind, _ value: UInt64) -> StaticString? {
    switch kind {
    case .advice: advice(value)
    case .membarrierCommand: membarrierCommand(value)
    default: nil
    }
  }

  private static func advice(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "MADV_NORMAL"
    case 1: "MADV_RANDOM"
    case 2: "MADV_SEQUENTIAL"
    case 3: "MADV_WILLNEED"
    case 4: "MADV_DONTNEED"
    case 8: "MADV_FREE"
    case 9: "MADV_REMOVE"
    case 10: "MADV_DONTFORK"
    case 11: "MADV_DOFORK"
    case 12: "MADV_MERGEABLE"
    case 13: "MADV_UNMERGEABLE"
    case 14: "MADV_HUGEPAGE"
    case 15: "MADV_NOHUGEPAGE"
    case 16: "MADV_DONTDUMP"
    case 17: "MADV_DODUMP"
    case 18: "MADV_WIPEONFORK"
    case 19: "MADV_KEEPONFORK"
    case 20: "MADV_COLD"
    case 21: "MADV_PAGEOUT"
    case 22: "MADV_POPULATE_READ"
    case 23: "MADV_POPULATE_WRITE"
    case 24: "MADV_DONTNEED_LOCKED"
    case 25: "MADV_COLLAPSE"
    case 100: "MADV_HWPOISON"
    case 101: "MADV_SOFT_OFFLINE"
    case 102: "MADV_GUARD_INSTALL"
    case 103: "MADV_GUARD_REMOVE"
    default: nil
    }
  }

  private static func membarrierCommand(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "MEMBARRIER_CMD_QUERY"
    case 1: "MEMBARRIER_CMD_GLOBAL"
    case 2: "MEMBARRIER_CMD_GLOBAL_EXPEDITED"
    case 4: "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED"
    case 8: "MEMBARRIER_CMD_PRIVATE_EXPEDITED"
    case 16: "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED"
    case 32: "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"
    case 64: "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"
    case 128: "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ"
    case 256: "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ"
    case 512: "MEMBARRIER_CMD_GET_REGISTRATIONS"
    default: nil
    }
  }
}
