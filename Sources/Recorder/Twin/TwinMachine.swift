// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc
internal import Kernel
internal import LinuxABI

/// A machine without a CPU for our side of the twins: its guest is whoever calls, and its outside
/// is one file.
struct TwinMachine: Machine, ~Copyable {
  /// What the file is called.
  static let path = Array("/twin".utf8)
  /// How long it is: its last page is half there.
  static let fileByteCount = 24 * 4096 + 2048

  let memory: PhysicalMemory
  private let base: UnsafeMutableRawPointer
  private var openCount: UInt32 = 0
  /// What the last call wrote into guest memory.
  var written: [UInt8] = []

  /// Zeroed memory. ENOMEM where there is none.
  init(byteCount: Int) throws(RecordError) {
    guard
      let base = mmap(
        nil, byteCount, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE), -1, 0),
      base != MAP_FAILED
    else { throw RecordError("no memory for our side of the twins", isTemporary: true) }
    self.base = base
    memory = PhysicalMemory(base: base, byteCount: UInt64(byteCount))
  }

  deinit { munmap(base, Int(memory.byteCount)) }

  /// A byte of the file: each word names its place.
  static func byte(at offset: Int) -> UInt8 {
    let word = UInt64(offset / 8 + 1) &* 0x0101_0003_0700_0f01
    return UInt8(truncatingIfNeeded: word >> UInt64(offset % 8 * 8))
  }

  mutating func start(at entry: VirtualAddress, stack: VirtualAddress) {}
  mutating func run() -> Trap? { nil }
  mutating func setFSBase(_ address: VirtualAddress, task: UInt32) {}
  mutating func setGSBase(_ address: VirtualAddress, task: UInt32) {}
  mutating func apply(_ change: TranslationChange) {}
  mutating func willRead(_ segment: PhysicalSegment, at address: VirtualAddress) {}
  mutating func time(of clock: UInt32) throws(Errno) -> UInt64 { 0 }
  mutating func entropy(byteCount: Int) throws(Errno) -> [UInt8] {
    [UInt8](repeating: 0, count: byteCount)
  }

  mutating func metadata(
    of path: [UInt8], followingLink: Bool
  ) throws(Errno) -> FileMetadata {
    var metadata = FileMetadata()
    if path == Self.path {
      metadata.mode = FileType.regular.rawValue | 0o666
      metadata.byteCount = Int64(Self.fileByteCount)
    } else if path == [0x2f] {
      metadata.mode = FileType.directory.rawValue | 0o777
    } else {
      throw .noSuchFile
    }
    return metadata
  }

  mutating func open(_ path: [UInt8], followingLink: Bool) throws(Errno) -> OutsideFile {
    let metadata = try metadata(of: path, followingLink: followingLink)
    openCount += 1
    return OutsideFile(number: openCount - 1, metadata: metadata)
  }

  mutating func link(at path: [UInt8]) throws(Errno) -> [UInt8] { throw .invalidArgument }
  mutating func entries(of file: OutsideFile.Number) throws(Errno) -> DirectoryEntries { .init() }

  mutating func read(
    _ file: OutsideFile.Number, at offset: UInt64, into segments: [PhysicalSegment],
    isExamined: Bool
  ) throws(Errno) -> UInt64 {
    guard offset < UInt64(Self.fileByteCount) else { return 0 }
    var position = Int(offset)
    for segment in segments {
      let bytes = memory.bytes(of: segment)
      for index in 0..<min(bytes.count, Self.fileByteCount - position) {
        bytes[index] = Self.byte(at: position + index)
      }
      position = min(position + bytes.count, Self.fileByteCount)
    }
    return UInt64(position) - offset
  }

  mutating func close(_ file: OutsideFile.Number) {}
  mutating func receive(
    stream: UInt32, into segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 { 0 }
  mutating func send(
    stream: UInt32, from segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 { 0 }
  mutating func didRead(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer
  ) {}
  mutating func didWrite(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer, isData: Bool
  ) { written = Array(bytes) }
  mutating func complete(_ trap: Trap, _ completion: Completion) {}
  mutating func didUnmap(_ range: AddressRange) {}
  mutating func didMap(_ vma: VMADescription) {}
  mutating func adoption() -> Adoption? { nil }
}
