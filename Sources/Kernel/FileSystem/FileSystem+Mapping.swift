// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileSystem {
  /// The number under which the address space knows the file.
  func identity(of file: OpenFile) -> FileIdentity {
    if let identity = file.identity { return identity }
    let identity = FileIdentity(rawValue: UInt32(mapped.count))
    mapped.append(file)
    file.identity = identity
    return identity
  }

  /// The number of a mapped file with this path; a new one, of a file that only the outside knows,
  /// where none is mapped.
  func identity(named path: FilePath) -> FileIdentity {
    for (index, file) in mapped.enumerated() where file.path == path {
      return FileIdentity(rawValue: UInt32(index))
    }
    return identity(of: OpenFile(.unknown, path: path, flags: []))
  }

  /// Fills a page of a mapped file; returns how many bytes there were. Of a file that only the
  /// outside knows there are as many as are wanted, and their values are not known: what the kernel
  /// reads of them the machine brings (`Machine.willRead`). What it throws it also leaves
  /// in `fillError`, because a copy can only say that it stopped.
  func fill(
    _ identity: FileIdentity, at offset: UInt64, into segment: PhysicalSegment,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> UInt64 {
    do throws(Errno) {
      guard identity.rawValue < UInt32(mapped.count) else { throw .ioError }
      guard let inode = mapped[Int(identity.rawValue)].inode else { return segment.byteCount }
      return try read(inode, at: offset, into: [segment], on: &machine)
    } catch {
      fillError = error
      throw error
    }
  }

  /// The last descriptor of a file was closed: gives it back to the outside unless a mapping or the
  /// tree still needs it.
  func close(_ file: OpenFile, on machine: inout some Machine & ~Copyable) {
    if case .pipe(let pipe) = file.body {
      if file.flags.allowsWriting { pipe.hasWriter = false } else { pipe.hasReader = false }
    }
    guard file.identity == nil, let inode = file.inode else { return }
    release(inode, on: &machine)
  }
}
