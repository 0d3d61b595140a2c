// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// lseek(2).
  mutating func lseek(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    guard r.word(2) <= 4 else { throw .invalidArgument }  // whence
    if case .unknown = file.body { throw .outsideDecides }
    guard file.isSeekable else { throw .illegalSeek }
    if case .device = file.body { return 0 }
    let end = file.inode?.isDirectory == true ? UInt64(Int64.max) : file.inode?.byteCount ?? 0
    let base: Int64
    switch r.word(2) {
    case 0: base = 0  // SEEK_SET
    case 1: base = Int64(clamping: file.offset)  // SEEK_CUR
    case 2: base = Int64(clamping: end)  // SEEK_END
    default:  // SEEK_DATA, SEEK_HOLE: a file is data up to its end
      guard r.long(1) >= 0, r[1] < end else { throw .noSuchDeviceOrAddress }
      file.offset = r.word(2) == 3 ? r[1] : end
      return Int64(clamping: file.offset)
    }
    let (target, overflow) = base.addingReportingOverflow(r.long(1))
    guard !overflow else { throw .overflow }
    guard target >= 0 else { throw .invalidArgument }
    file.offset = UInt64(target)
    if target == 0 { file.listing = nil }
    return target
  }

  /// ftruncate(2).
  mutating func ftruncate(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r.long(1) >= 0 else { throw .invalidArgument }
    let file = try process.descriptors.file(r.int(0))
    if case .unknown = file.body { throw .outsideDecides }
    guard file.flags.allowsWriting, let inode = file.inode else { throw .invalidArgument }
    try files.resize(inode, to: r[1], on: &machine)
    return 0
  }

  /// truncate(2).
  mutating func truncate(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard r.long(1) >= 0 else { throw .invalidArgument }
    let path = try path(at: r.address(0), on: &machine)
    openedPath = path
    let inode = try files.attached(path, followingLink: true, on: &machine)
    if inode.isDirectory { throw .isDirectory }
    try files.resize(inode, to: r[1], on: &machine)
    return 0
  }

  /// fsync(2), fdatasync(2): files in memory are as safe as they will get.
  mutating func fsync(_ r: Registers) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    switch file.body {
    case .stream, .pipe: throw .invalidArgument
    case .device, .inode: return 0
    case .unknown: break
    }
    switch file.outsideType {
    case .fifo, .socket: throw .invalidArgument
    case .characterDevice: throw .outsideDecides
    default: return 0
    }
  }

  /// posix_fadvise(2): advice is taken and changes nothing.
  mutating func fadvise64(_ r: Registers) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    if case .pipe = file.body { throw .illegalSeek }
    if case .stream = file.body { throw .illegalSeek }
    if file.outsideType == .fifo { throw .illegalSeek }
    guard r.long(2) >= 0 else { throw .invalidArgument }  // len
    guard r.word(3) <= 5 else { throw .invalidArgument }  // advice
    return 0
  }
}
