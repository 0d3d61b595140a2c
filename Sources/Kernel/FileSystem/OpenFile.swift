// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// An open file description: what descriptors made by dup(2) share. Linux: `struct file`.
final class OpenFile {
  /// What stands behind it.
  enum Body {
    /// A standard stream of the machine.
    case stream(UInt32)
    /// A device of the kernel's own.
    case device(Device)
    /// A regular file or directory.
    case inode(Inode)
    /// An end of a pipe.
    case pipe(Pipe)
    /// Something that a trace says was opened: only the outside knows what it does.
    case unknown
  }

  /// Who gets the signals of a file. Linux: `struct fown_struct`.
  struct Owner {
    /// F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP.
    enum Kind: UInt32 {
      case task = 0
      case process = 1
      case group = 2
    }

    var kind = Kind.task
    /// 0: nobody.
    var id: Int32 = 0
    /// Which signal; 0 for SIGIO.
    var signal: Int32 = 0
  }

  let body: Body
  /// How the kernel names it; for a stream or pipe the root. Another kernel's run may tell of a
  /// better name, with symbolic links resolved.
  var path: FilePath
  /// Access mode and status flags as F_GETFL tells them.
  var flags: OpenFlags
  /// Where the next read or write begins, in bytes; for a directory the next entry.
  var offset: UInt64 = 0
  /// The entries of a directory as they were when its reading began.
  var listing: DirectoryEntries?
  /// What a file is that only the outside knows, as far as that was told.
  var outsideType: FileType?
  /// How long a file that only the outside knows is, as far as that was told.
  var knownByteCount: UInt64?
  /// Whether large mappings of a file that only the outside knows stand wherever there is room, as
  /// far as that was told.
  var isPlacedAnywhere = false
  /// Its number for mappings, once it has been mapped.
  var identity: FileIdentity?
  /// Who hears of it by a signal.
  var owner = Owner()
  /// How many descriptors stand for it.
  var descriptorCount = 0

  init(_ body: Body, path: FilePath, flags: OpenFlags) {
    self.body = body
    self.path = path
    self.flags = flags
  }

  /// The inode; nil for what has none.
  var inode: Inode? {
    if case .inode(let inode) = body { return inode }
    return nil
  }

  /// Whether it can send signals when something comes: O_ASYNC stays. Linux: `fasync` of the file's
  /// operations.
  var sendsSignals: Bool {
    switch body {
    case .inode: false
    case .device(let device): device == .random || device == .unboundedRandom
    case .stream, .pipe: true
    // What a path was opened for is taken for a file where nobody says what it is.
    case .unknown where outsideType == nil: path == FilePath()
    case .unknown: outsideType != .regular && outsideType != .directory
    }
  }

  /// Whether lseek(2) and pread(2) make sense.
  var isSeekable: Bool {
    switch body {
    case .inode, .device: true
    case .stream, .pipe: false
    case .unknown: outsideType != .fifo && outsideType != .socket
    }
  }
}
