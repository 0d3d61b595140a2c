// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

// Of a file that only the outside knows the machine may tell how long it is when it is mapped.
// From then on the calls that change it keep that true; where one cannot be followed, the length
// is not known any more and every page of a mapping has contents.

extension FileSystem {
  /// A file that only the outside knows is so long now; nil: nobody knows. Says so to all that is
  /// mapped under its name, and takes the pages behind a nearer end away.
  func setLength(of file: OpenFile, to byteCount: UInt64?) {
    let others = mappings(of: file)
    file.knownByteCount = byteCount
    for other in others { setLength(mapped: other, to: byteCount) }
  }

  /// The same for a file that is named and not open.
  func setLength(named path: FilePath, to byteCount: UInt64) {
    for other in mapped {
      guard let other, case .unknown = other.body, other.path == path else { continue }
      setLength(mapped: other, to: byteCount)
    }
  }

  private func setLength(mapped file: OpenFile, to byteCount: UInt64?) {
    let before = file.knownByteCount ?? .max
    file.knownByteCount = byteCount
    if let byteCount, byteCount <= before, let identity = file.identity {
      noteTruncation(identity, to: byteCount)
    }
  }

  /// What is mapped of a file that only the outside knows, however often it was opened.
  private func mappings(of file: OpenFile) -> [OpenFile] {
    var found: [OpenFile] = []
    for other in mapped {
      guard let other, case .unknown = other.body else { continue }
      if other === file || (other.path == file.path && !file.path.isOfRemoved) {
        found.append(other)
      }
    }
    return found
  }

  /// A call that was really done returned `count` for a file that only the outside knows.
  func follow(
    _ number: SystemCallNumber, _ file: OpenFile, _ registers: Registers, count: UInt64
  ) {
    switch number {
    case .ftruncate: setLength(of: file, to: registers[1])
    case .fallocate:
      switch registers.word(1) {
      case 0: extend(file, to: registers[2] &+ registers[3])
      case 1, 3, 0x11: break  // FALLOC_FL_KEEP_SIZE, a hole, zeros
      case 0x10: extend(file, to: registers[2] &+ registers[3])
      case 8: setLength(of: file, to: knownByteCount(of: file).map { $0 - min($0, registers[3]) })
      case 0x20: setLength(of: file, to: knownByteCount(of: file).map { $0 &+ registers[3] })
      default: setLength(of: file, to: nil)
      }
    case .pwrite64, .pwritev: extend(file, to: registers[3] &+ count)
    case .read, .readv: file.offset &+= count
    case .write, .writev:
      if file.flags.contains(.append), let end = knownByteCount(of: file) { file.offset = end }
      file.offset &+= count
      extend(file, to: file.offset)
    default: setLength(of: file, to: nil)
    }
  }

  private func extend(_ file: OpenFile, to end: UInt64) {
    if let byteCount = knownByteCount(of: file), end > byteCount { setLength(of: file, to: end) }
  }

  private func knownByteCount(of file: OpenFile) -> UInt64? {
    if let byteCount = file.knownByteCount { return byteCount }
    for other in mappings(of: file) where other.knownByteCount != nil {
      return other.knownByteCount
    }
    return nil
  }
}

extension Unikernel {
  /// Keeps account of the length of the file that a call of a trace has changed.
  mutating func followLength(_ request: SystemCallRequest, result: Int64) {
    let registers = Registers(request)
    let descriptor: Int32
    switch request.number {
    case .truncate, .creat, .open, .openat:
      let byteCount = request.number == .truncate ? registers[1] : 0
      guard result >= 0, request.number == .truncate || Self.empties(request), let openedPath
      else { return }
      files.setLength(named: openedPath, to: byteCount)
      return
    case .ftruncate, .fallocate, .pwrite64, .pwritev, .pwritev2, .read, .readv, .write, .writev,
      .sendfile:
      descriptor = registers.int(0)
    case .copy_file_range, .splice: descriptor = registers.int(2)
    default: return
    }
    guard result >= 0, let file = try? process.descriptors.file(descriptor),
      case .unknown = file.body
    else { return }
    files.follow(request.number, file, registers, count: UInt64(result))
  }

  /// Whether the call opens a file and empties it.
  public static func empties(_ request: SystemCallRequest) -> Bool {
    let registers = Registers(request)
    switch request.number {
    case .creat: return true
    case .open: return OpenFlags(rawValue: registers.word(1)).contains(.truncate)
    case .openat: return OpenFlags(rawValue: registers.word(2)).contains(.truncate)
    default: return false
    }
  }

  /// Takes over what other processes did to files by their names.
  mutating func followOutside(on machine: inout some Machine & ~Copyable) {
    let lengths = machine.takeOutsideLengths()
    if lengths.isEmpty { return }
    for length in lengths {
      guard let path = try? FilePath(length.path, from: files.rootPath) else { continue }
      files.setLength(named: path, to: length.byteCount)
    }
    settleFiles(on: &machine)
  }

  /// The guest went on from an access that should have been behind the end of its file: how long
  /// that is, is not known.
  mutating func forgetLength(at address: VirtualAddress) {
    guard let vma = addressSpace.vmas.vma(endingAbove: address), vma.range.contains(address),
      case .file(let identity, _) = vma.backing,
      let file = files.mappedFile(identity), case .unknown = file.body
    else { return }
    files.setLength(of: file, to: nil)
  }
}

extension FilePath {
  /// Whether Linux says so of the file: its name is nobody's, or another file's by now.
  fileprivate var isOfRemoved: Bool {
    let mark: StaticString = " (deleted)"
    let start = bytes.count - mark.utf8CodeUnitCount
    guard start >= 0 else { return false }
    return unsafe UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
      .elementsEqual(bytes[start...])
  }
}
