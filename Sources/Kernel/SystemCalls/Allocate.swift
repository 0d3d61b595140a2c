// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What fallocate(2) is to do: FALLOC_FL_* without FALLOC_FL_KEEP_SIZE.
private enum AllocateMode: UInt32 {
  case allocate = 0
  case punchHole = 0x02
  case collapse = 0x08
  case zero = 0x10
  case insert = 0x20
  /// FALLOC_FL_UNSHARE_RANGE: no file shares blocks with another one.
  case unshare = 0x40
  case writeZeroes = 0x80
}

extension Unikernel {
  /// fallocate(2) as ext4 has it, with blocks of 4,096 bytes. Linux: `vfs_fallocate()`.
  mutating func fallocate(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    if file.flags.contains(.path) { throw .badFileDescriptor }
    guard r.long(2) >= 0, r.long(3) > 0 else { throw .invalidArgument }
    let (mode, keepsSize) = try Self.mode(r.word(1))
    guard file.flags.allowsWriting else { throw .badFileDescriptor }
    switch file.body {
    case .pipe: throw .illegalSeek
    case .device, .stream: throw .noSuchDevice
    case .inode, .unknown: break
    }
    guard !r[2].addingReportingOverflow(r[3]).overflow, r[2] + r[3] <= UInt64(Int64.max) else {
      throw .fileTooLarge
    }
    guard let inode = file.inode else { throw .outsideDecides }
    let end = r[2] + r[3]
    switch mode {
    case .allocate:
      if keepsSize {
        try files.checkRoom(for: inode, to: end)
      } else if end > inode.byteCount {
        try files.resize(inode, to: end, on: &machine)
      }
    case .punchHole: try files.clear(inode, at: r[2], byteCount: r[3], on: &machine)
    case .zero:
      try files.clear(inode, at: r[2], byteCount: r[3], on: &machine)
      if !keepsSize, end > inode.byteCount { try files.resize(inode, to: end, on: &machine) }
    case .collapse: try files.collapse(inode, at: r[2], byteCount: r[3], on: &machine)
    case .insert: try files.insert(r[3], at: r[2], of: inode, on: &machine)
    case .unshare, .writeZeroes: throw .notSupported
    }
    return 0
  }

  /// Throws EOPNOTSUPP for bits that Linux does not have or does not have together.
  private static func mode(_ word: UInt32) throws(Errno) -> (AllocateMode, keepsSize: Bool) {
    let keepsSize = word & 1 != 0  // FALLOC_FL_KEEP_SIZE
    guard let mode = AllocateMode(rawValue: word & ~1) else { throw .notSupported }
    switch mode {
    case .punchHole where !keepsSize: throw .notSupported
    case .collapse where keepsSize, .insert where keepsSize, .writeZeroes where keepsSize:
      throw .notSupported
    default: return (mode, keepsSize)
    }
  }
}
