// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// madvise(2) with MADV_REMOVE: what lies behind the range becomes zeros, in the file too.
  ///
  /// EINVAL for what is neither a file's nor shared memory, EACCES for what no shared mapping may
  /// store to, ENOMEM for a hole; what comes before has changed. Linux: madvise_remove().
  mutating func removeContents(
    of range: AddressRange, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    var end = range.lowerBound
    var hasHole = false
    for vma in addressSpace.vmas(in: range) {
      let part = vma.range.clamped(to: range)
      if part.lowerBound > end { hasHole = true }
      end = part.upperBound
      if vma.flags.contains(.locked) { throw .invalidArgument }
      switch vma.backing {
      case .file(let file, let offset):
        guard vma.isShared, !vma.flags.contains(.neverWritable) else { throw .permissionDenied }
        if let inode = files.mappedFile(file)?.inode {
          try files.clear(
            inode, at: offset &+ (part.lowerBound - vma.range.lowerBound),
            byteCount: part.byteCount, on: &machine)
        }
      case .sharedAnonymous: addressSpace.clearPages(part, of: vma)
      case .anonymous, .stack, .reserved, .direct, .special: throw .invalidArgument
      }
    }
    if hasHole || end < range.upperBound { throw .outOfMemory }
  }
}
