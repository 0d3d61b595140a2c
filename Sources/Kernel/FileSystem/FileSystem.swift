// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The files that the program sees: an in-memory tree over the outside's, which is only read.
///
/// What the program creates, changes or removes lives in the tree: new files, copies of outside
/// files that were opened for writing, whiteouts where something was removed. A path that the tree
/// says nothing about is asked of the outside. A reference type, so that the closure that fills
/// pages of mapped files can hold it while the address space is being changed.
/// Unikraft: vfscore with ramfs. Linux: overlayfs.
final class FileSystem {
  /// Links followed for one path before ELOOP.
  static var linkLimit: Int { 40 }

  /// The guest's physical memory.
  let memory: PhysicalMemory
  /// The memory through which the kernel itself looks at bytes of outside files.
  let window: PhysicalSegment
  /// The most that files in memory may hold together, in bytes.
  let capacity: UInt64
  /// Where absolute paths begin.
  let rootPath = FilePath()
  /// What `/proc/self/exe` stands for.
  var program: FilePath
  /// The root of the tree.
  let root: Inode
  /// What files in memory hold together, in bytes.
  var usedByteCount: UInt64 = 0
  /// The pages of files that are mapped.
  let cache: PageCache
  /// The file of each `FileIdentity`, by number.
  var mapped: [OpenFile?] = []
  /// Numbers of `mapped` that stand for nothing.
  var freeIdentities: [UInt32] = []
  /// Mapped files that became shorter, until somebody takes them.
  private var truncations: [(file: FileIdentity, byteCount: UInt64)] = []
  /// What went wrong in the last fill of a page, until somebody takes it.
  var fillError: Errno?
  private var nextNumber: UInt64 = 1 << 32

  init(
    memory: PhysicalMemory, window: PhysicalSegment, program: FilePath, cache: PageCache
  ) {
    self.memory = memory
    self.cache = cache
    self.window = window
    self.capacity = max(memory.byteCount, 64 << 20)
    self.program = program
    var metadata = FileMetadata()
    metadata.mode = FileType.directory.rawValue | 0o755
    self.root = Inode(metadata: metadata, isShell: true)
  }

  /// st_dev of files in memory.
  static var device: UInt64 { 0x45 }

  /// A number for a new inode or pipe.
  func makeNumber() -> UInt64 {
    nextNumber += 1
    return nextNumber
  }

  /// A new empty file of the tree that has no name yet.
  func makeInode(type: FileType, permissions: UInt32) -> Inode {
    var metadata = FileMetadata()
    metadata.device = Self.device
    metadata.inode = makeNumber()
    metadata.mode = type.rawValue | permissions & 0o7777
    metadata.linkCount = type == .directory ? 2 : 1
    let inode = Inode(metadata: metadata)
    inode.hasStaleTimes = true
    return inode
  }

  /// Notes that a file became shorter, for its mappings.
  func noteTruncation(of inode: Inode, to byteCount: UInt64) {
    guard let object = inode.cacheObject, let file = cache.objects[Int(object)].file else { return }
    noteTruncation(file, to: byteCount)
  }

  /// The same for a file by its number for mappings.
  func noteTruncation(_ file: FileIdentity, to byteCount: UInt64) {
    truncations.append((file, byteCount))
    cache.isSettled = false
  }

  /// The files that became shorter since this was last called.
  func takeTruncations() -> [(file: FileIdentity, byteCount: UInt64)] {
    let taken = truncations
    truncations.removeAll(keepingCapacity: true)
    return taken
  }

  /// Takes or gives back room for file contents. Throws ENOSPC.
  func changeUse(from old: UInt64, to new: UInt64) throws(Errno) {
    if new > old {
      guard new - old <= capacity - min(capacity, usedByteCount) else { throw .noSpace }
      usedByteCount += new - old
    } else {
      usedByteCount -= min(usedByteCount, old - new)
    }
  }
}
