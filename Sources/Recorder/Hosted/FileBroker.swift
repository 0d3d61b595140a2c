// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import LinuxABI

/// Opens files for a guest that may not, beneath a root and for reading.
///
/// Only regular files are handed out. Devices, pipes and sockets could act or wait when they are
/// opened, and the kernel's own file systems (proc, sysfs...) show the parent's inside: of those
/// there is metadata only.
struct FileBroker: ~Copyable {
  /// Most directories that one guest holds open.
  private static let directoryLimit = 1024
  /// Most bytes of listings that one guest holds.
  private static let listingLimit = 256 << 20

  private let root: Int32
  private var listings: [UInt32: DirectoryListing] = [:]

  /// Serves the tree below the host's directory `root`.
  init(root: String) throws(RecordError) {
    let descriptor = Glibc.open(root, HOSTED_O_PATH | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw RecordError("cannot open the root directory \(root) (errno \(errno))")
    }
    self.root = descriptor
  }

  deinit {
    Glibc.close(root)
  }

  /// Metadata of what the path names.
  func metadata(of path: [UInt8], followingLink: Bool) throws(Errno) -> FileMetadata {
    let handle = try Handle(at: path, in: root, HOSTED_O_PATH | (followingLink ? 0 : O_NOFOLLOW))
    return try handle.metadata()
  }

  /// Opens a regular file, or a directory as `number` (then without a descriptor for the guest).
  /// The caller closes the descriptor.
  mutating func open(
    _ path: [UInt8], followingLink: Bool, as number: UInt32
  ) throws(Errno) -> (metadata: FileMetadata, descriptor: Int32) {
    let link = followingLink ? 0 : O_NOFOLLOW
    let place = try Handle(at: path, in: root, HOSTED_O_PATH | link)
    let metadata = try place.metadata()
    switch metadata.type {
    case .regular, .directory: break
    case .symbolicLink: throw .tooManySymbolicLinks
    default: throw .permissionDenied
    }
    if hosted_is_pseudo(place.descriptor) != 0 { throw .permissionDenied }
    let file = try Handle(at: path, in: root, O_RDONLY | O_NONBLOCK | O_NOCTTY | link)
    let opened = try file.metadata()
    guard opened.device == metadata.device, opened.inode == metadata.inode else {
      throw .permissionDenied
    }
    if metadata.type == .regular { return (opened, file.taken()) }
    guard listings.count < Self.directoryLimit else { throw .tooManyOpenFilesInSystem }
    listings[number] = DirectoryListing(file.taken())
    return (opened, -1)
  }

  /// The target of the symbolic link at the path.
  func link(at path: [UInt8]) throws(Errno) -> [UInt8] {
    let handle = try Handle(at: path, in: root, HOSTED_O_PATH | O_NOFOLLOW)
    guard try handle.metadata().type == .symbolicLink else { throw .invalidArgument }
    if hosted_is_pseudo(handle.descriptor) != 0 { throw .permissionDenied }
    var target = [UInt8](repeating: 0, count: BrokerRequest.pathCapacity)
    let count = target.withUnsafeMutableBytes {
      hosted_read_link(handle.descriptor, $0.baseAddress, $0.count)
    }
    guard count >= 0 else { throw Errno(rawValue: UInt16(-count)) }
    return [UInt8](target.prefix(count))
  }

  /// The listing of a directory from a byte on, at most `limit` bytes, and whether there are more.
  mutating func entries(
    of number: UInt32, from start: UInt64, limit: Int
  ) throws(Errno) -> (bytes: ArraySlice<UInt8>, hasMore: Bool) {
    guard let listing = listings[number] else { throw .badFileDescriptor }
    let held = listings.values.reduce(0) { $0 + $1.byteCount }
    let bytes = try listing.bytes(limit: Self.listingLimit - held + listing.byteCount)
    guard start <= UInt64(bytes.count) else { throw .invalidArgument }
    let end = min(Int(start) + limit, bytes.count)
    return (bytes[Int(start)..<end], end < bytes.count)
  }

  /// Forgets a directory.
  mutating func forget(_ number: UInt32) { listings[number] = nil }
}

/// A descriptor that closes itself.
struct Handle: ~Copyable {
  let descriptor: Int32

  init(at path: [UInt8], in root: Int32, _ flags: Int32) throws(Errno) {
    if path.contains(0) { throw .invalidArgument }
    let descriptor = (path + [0]).withUnsafeBytes {
      hosted_open_beneath(root, $0.bindMemory(to: CChar.self).baseAddress, UInt64(flags))
    }
    guard descriptor >= 0 else { throw Errno(rawValue: UInt16(-descriptor)) }
    self.descriptor = descriptor
  }

  deinit {
    Glibc.close(descriptor)
  }

  /// The descriptor, which from now on someone else closes.
  consuming func taken() -> Int32 {
    let descriptor = self.descriptor
    discard self
    return descriptor
  }

  func metadata() throws(Errno) -> FileMetadata {
    var status = hosted_stat()
    let failure = hosted_read_stat(descriptor, &status)
    if failure != 0 { throw Errno(rawValue: UInt16(failure)) }
    return FileMetadata(status)
  }
}

extension FileMetadata {
  fileprivate init(_ status: hosted_stat) {
    self.init()
    device = status.device
    inode = status.inode
    linkCount = status.links
    mode = status.mode
    owner = status.owner
    group = status.group
    specialDevice = status.special
    byteCount = status.size
    blockByteCount = status.block_size
    blockCount = status.blocks
    accessTime = status.access
    modificationTime = status.modification
    changeTime = status.change
  }
}
