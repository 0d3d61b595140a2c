// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

// What fallocate(2) does to the contents of a file. Source: Linux, `fs/ext4/extents.c`.

extension FileSystem {
  private static var blockByteCount: UInt64 { 4096 }

  /// Throws ENOSPC where the file could not reach that far.
  func checkRoom(for inode: Inode, to end: UInt64) throws(Errno) {
    let more = end - min(end, inode.byteCount)
    guard more <= capacity - min(capacity, usedByteCount) else { throw .noSpace }
  }

  /// Takes bytes out of the middle of a file. EINVAL unless they are whole blocks before its end.
  func collapse(
    _ inode: Inode, at offset: UInt64, byteCount: UInt64,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard (offset | byteCount) & (Self.blockByteCount - 1) == 0,
      offset + byteCount < inode.byteCount
    else { throw .invalidArgument }
    try bringIn(inode, on: &machine)
    let end = UInt64(inode.content.count)
    collectStores(of: inode, at: offset, byteCount: end - offset)
    try changeUse(from: end, to: end - byteCount)
    inode.content.removeSubrange(Int(offset)..<Int(offset + byteCount))
    forgetPages(of: inode, from: offset)
  }

  /// Puts zeros into the middle of a file. EINVAL unless they are whole blocks and begin before its
  /// end, EFBIG, ENOSPC.
  func insert(
    _ byteCount: UInt64, at offset: UInt64, of inode: Inode,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard (offset | byteCount) & (Self.blockByteCount - 1) == 0 else { throw .invalidArgument }
    guard inode.byteCount <= UInt64(Int64.max) - byteCount else { throw .fileTooLarge }
    guard offset < inode.byteCount else { throw .invalidArgument }
    try bringIn(inode, on: &machine)
    let end = UInt64(inode.content.count)
    try changeUse(from: end, to: end + byteCount)
    collectStores(of: inode, at: offset, byteCount: end - offset)
    inode.content.insert(contentsOf: repeatElement(0, count: Int(byteCount)), at: Int(offset))
    forgetPages(of: inode, from: offset)
  }

  /// The bytes from `offset` on, a page's start, moved: mappings take them anew.
  private func forgetPages(of inode: Inode, from offset: UInt64) {
    noteTruncation(of: inode, to: offset)
    inode.hasStaleTimes = true
  }
}
