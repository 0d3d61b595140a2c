// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI

/// A machine without a CPU: its traps and its outside are what a test says, and it keeps what it is
/// told.
struct ScriptedMachine: Machine, ~Copyable {
  /// Something that the outside has at a path.
  enum Entry {
    case file([UInt8], mode: UInt32 = 0o644)
    case directory([String])
    case link(String)
  }

  /// What the kernel said, in order.
  enum Told: Equatable {
    case started(UInt64, stack: UInt64)
    case fsBase(UInt64)
    case gsBase(UInt64)
    case translation(UInt64)
    case read(UInt64, at: UInt64, kept: [UInt8])
    case wrote(UInt64, at: UInt64, kept: [UInt8], isData: Bool)
    case result(Int64, isMissing: Bool)
    case undecided
    case resolved
    case ended
    case unmapped(Range<UInt64>)
    case mapped(Range<UInt64>)
    case closed(UInt32)
  }

  let memory: PhysicalMemory
  let pointer: UnsafeMutableRawPointer
  var traps: [Trap] = []
  var outside: [String: Entry]
  var told: [Told] = []
  /// Whether translation changes are kept too.
  var keepsTranslations = false
  /// What standard stream 0 still gives.
  var input: [UInt8] = []
  /// What went to standard streams 1 and 2.
  var output: [UInt8] = []
  var errors: [UInt8] = []
  /// How many bytes one send takes, at most.
  var sendLimit = UInt64.max
  var sendError: Errno?
  var nextAdoption: Adoption?
  /// Every answer of the outside is left to the outside.
  var isUndecided = false
  var openFiles: [String] = []
  var clock: UInt64 = 1_700_000_000_000_000_000
  var readCount = 0
  var examinedReadCount = 0

  init(byteCount: Int = 16 << 20, outside: [String: Entry] = [:]) {
    pointer = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 4096)
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    memory = PhysicalMemory(base: pointer, byteCount: UInt64(byteCount))
    self.outside = outside
  }

  deinit { pointer.deallocate() }

  mutating func start(at entry: VirtualAddress, stack: VirtualAddress) {
    told.append(.started(entry.rawValue, stack: stack.rawValue))
  }
  mutating func run() -> Trap? { traps.isEmpty ? nil : traps.removeFirst() }
  mutating func setFSBase(_ address: VirtualAddress, task: UInt32) {
    told.append(.fsBase(address.rawValue))
  }
  mutating func setGSBase(_ address: VirtualAddress, task: UInt32) {
    told.append(.gsBase(address.rawValue))
  }
  mutating func apply(_ change: TranslationChange) {
    guard keepsTranslations else { return }
    switch change {
    case .map(let address, _, _, _), .unmap(let address, _), .protect(let address, _, _):
      told.append(.translation(address.rawValue))
    }
  }
  mutating func willRead(_ segment: PhysicalSegment, at address: VirtualAddress) {}

  private func check() throws(Errno) {
    if isUndecided { throw .outsideDecides }
  }

  mutating func time(of clock: UInt32) throws(Errno) -> UInt64 {
    try check()
    self.clock += 1000
    return self.clock
  }

  mutating func entropy(byteCount: Int) throws(Errno) -> [UInt8] {
    try check()
    return (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
  }

  /// The entry at a path, its last link followed if wanted; directories in the middle must exist.
  private func find(_ path: [UInt8], followingLink: Bool) throws(Errno) -> (String, Entry) {
    try check()
    var text = String(decoding: path, as: UTF8.self)
    if text == "/" { return (text, outside["/"] ?? .directory([])) }
    for _ in 0..<40 {
      guard let entry = outside[text] else {
        let parent = text.split(separator: "/").dropLast().joined(separator: "/")
        if case .file = outside["/" + parent] { throw .notDirectory }
        throw .noSuchFile
      }
      guard followingLink, case .link(let target) = entry else { return (text, entry) }
      text = target
    }
    throw .tooManySymbolicLinks
  }

  private func metadata(_ text: String, _ entry: Entry) -> FileMetadata {
    var metadata = FileMetadata()
    metadata.device = 0x801
    metadata.inode = UInt64(text.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xffff })
    metadata.modificationTime = 1_600_000_000_000_000_001
    switch entry {
    case .file(let bytes, let mode):
      metadata.mode = FileType.regular.rawValue | mode
      metadata.byteCount = Int64(bytes.count)
    case .directory:
      metadata.mode = FileType.directory.rawValue | 0o755
      metadata.byteCount = 4096
    case .link(let target):
      metadata.mode = FileType.symbolicLink.rawValue | 0o777
      metadata.byteCount = Int64(target.utf8.count)
    }
    return metadata
  }

  mutating func metadata(
    of path: [UInt8], followingLink: Bool
  ) throws(Errno) -> FileMetadata {
    let (text, entry) = try find(path, followingLink: followingLink)
    return metadata(text, entry)
  }

  mutating func open(_ path: [UInt8], followingLink: Bool) throws(Errno) -> OutsideFile {
    let (text, entry) = try find(path, followingLink: followingLink)
    openFiles.append(text)
    return OutsideFile(
      number: UInt32(openFiles.count - 1), metadata: metadata(text, entry))
  }

  mutating func link(at path: [UInt8]) throws(Errno) -> [UInt8] {
    guard case .link(let target) = try find(path, followingLink: false).1 else {
      throw .invalidArgument
    }
    return Array(target.utf8)
  }

  mutating func entries(of file: OutsideFile.Number) throws(Errno) -> DirectoryEntries {
    guard case .directory(let names) = outside[openFiles[Int(file)]] else { throw .notDirectory }
    var entries = DirectoryEntries()
    for name in ([".", ".."] + names).sorted() {
      entries.append(inode: 9, type: 8, name: Array(name.utf8)[...])
    }
    return entries
  }

  mutating func read(
    _ file: OutsideFile.Number, at offset: UInt64, into segments: [PhysicalSegment],
    isExamined: Bool
  ) throws(Errno) -> UInt64 {
    try check()
    readCount += 1
    if isExamined { examinedReadCount += 1 }
    guard case .file(let bytes, _) = outside[openFiles[Int(file)]] else { throw .isDirectory }
    var position = Int(min(offset, UInt64(bytes.count)))
    for segment in segments {
      let piece = bytes[position...].prefix(Int(segment.byteCount))
      memory.bytes(of: segment).copyBytes(from: piece)
      position += piece.count
    }
    return UInt64(position) - min(offset, UInt64(bytes.count))
  }

  mutating func close(_ file: OutsideFile.Number) { told.append(.closed(file)) }

  mutating func receive(
    stream: UInt32, into segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 {
    try check()
    var count: UInt64 = 0
    for segment in segments {
      let piece = input.prefix(Int(segment.byteCount))
      memory.bytes(of: segment).copyBytes(from: piece)
      input.removeFirst(piece.count)
      count += UInt64(piece.count)
    }
    return count
  }

  mutating func send(stream: UInt32, from segments: [PhysicalSegment]) throws(Errno) -> UInt64 {
    try check()
    if let sendError { throw sendError }
    var count: UInt64 = 0
    for segment in segments {
      let piece = memory.bytes(of: segment).prefix(Int(min(segment.byteCount, sendLimit - count)))
      if stream == 1 { output.append(contentsOf: piece) } else { errors.append(contentsOf: piece) }
      count += UInt64(piece.count)
    }
    return count
  }

  mutating func didRead(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer
  ) {
    told.append(.read(byteCount, at: address.rawValue, kept: Array(bytes)))
  }
  mutating func didWrite(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer, isData: Bool
  ) {
    told.append(.wrote(byteCount, at: address.rawValue, kept: Array(bytes), isData: isData))
  }
  mutating func complete(_ trap: Trap, _ completion: Completion) {
    switch completion {
    case .result(let value, let isMissing): told.append(.result(value, isMissing: isMissing))
    case .undecided: told.append(.undecided)
    case .resolved, .spurious: told.append(.resolved)
    case .ended: told.append(.ended)
    }
  }
  mutating func didUnmap(_ range: AddressRange) {
    told.append(.unmapped(range.lowerBound.rawValue..<range.upperBound.rawValue))
  }
  mutating func didMap(_ vma: VMADescription) {
    told.append(.mapped(vma.range.lowerBound.rawValue..<vma.range.upperBound.rawValue))
  }
  mutating func adoption() -> Adoption? {
    defer { nextAdoption = nil }
    return nextAdoption
  }
}
