// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileSystem {
  /// The number under which the address space knows the file.
  func identity(of file: OpenFile) -> FileIdentity {
    if let identity = file.identity { return identity }
    let identity: FileIdentity
    if let number = freeIdentities.popLast() {
      identity = FileIdentity(rawValue: number)
      mapped[Int(number)] = file
    } else {
      identity = FileIdentity(rawValue: UInt32(mapped.count))
      mapped.append(file)
    }
    file.identity = identity
    // Mappings of one file share its pages, however often it was opened.
    let object = cache.add(identity, object: file.inode?.cacheObject)
    file.inode?.cacheObject = object
    return identity
  }

  /// The file that the number stands for.
  func mappedFile(_ identity: FileIdentity) -> OpenFile? {
    identity.rawValue < UInt32(mapped.count) ? mapped[Int(identity.rawValue)] : nil
  }

  /// Nothing maps the file any more: forgets its number unless a descriptor may map it again.
  func forget(_ identity: FileIdentity, on machine: inout some Machine & ~Copyable) {
    guard let file = mappedFile(identity), file.descriptorCount == 0 else { return }
    mapped[Int(identity.rawValue)] = nil
    freeIdentities.append(identity.rawValue)
    file.identity = nil
    let isLast = cache.remove(identity)
    guard let inode = file.inode else { return }
    if isLast { inode.cacheObject = nil }
    release(inode, on: &machine)
  }

  /// The number of a mapped file with this path; a new one, of a file that only the outside knows,
  /// where none is mapped.
  func identity(named path: FilePath) -> FileIdentity {
    for (index, file) in mapped.enumerated() where file?.path == path {
      return FileIdentity(rawValue: UInt32(index))
    }
    return identity(of: OpenFile(.unknown, path: path, flags: []))
  }

  /// Fills a page of a mapped file; returns how many bytes there were. Of a file that only the
  /// outside knows there are as many as are wanted where its length is not known, and their values
  /// are not known: what the kernel reads of them the machine brings (`Machine.willRead`). What it
  /// throws it also leaves
  /// in `fillError`, because a copy can only say that it stopped.
  func fill(
    _ identity: FileIdentity, at offset: UInt64, into segment: PhysicalSegment,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> UInt64 {
    do throws(Errno) {
      guard let file = mappedFile(identity) else { throw .ioError }
      guard let inode = file.inode else {
        let end = file.knownByteCount ?? .max
        return offset < end ? min(segment.byteCount, end - offset) : 0
      }
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
    if let identity = file.identity {
      cache.noteIdle(identity)
      return
    }
    guard let inode = file.inode else { return }
    release(inode, on: &machine)
  }
}
