// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc
internal import LinuxABI
internal import Symbols
internal import Trace

/// The files that a program maps, each told once by an event: length, digest, build id.
///
/// What is mapped shared may change while it is read, so it is not told. Memory and work are
/// bounded: of files beyond either limit nothing, or no digest, is told.
struct MappedFiles {
  private static let fileLimit = 4096
  private static let digestLimit: UInt64 = 1 << 30

  private var known: Set<[UInt8]>
  private var waiting: [(path: [UInt8], task: UInt32)] = []
  private var digestedByteCount: UInt64 = 0

  /// No file but these is known.
  init(_ files: [TraceHeader.File] = []) { known = Set(files.map(\.path)) }

  /// A VMA was told of.
  mutating func note(_ vma: VMADescription, task: UInt32) {
    guard vma.backing == .file, !vma.isShared, vma.name.first == 0x2f,
      known.count < Self.fileLimit, known.insert(vma.name).inserted
    else { return }
    waiting.append((vma.name, task))
  }

  /// Tells of the files of the VMAs that were told, now that another event than such comes. `open`
  /// gives a descriptor, which is closed here, or a negative number. Returns how many were told.
  mutating func tell(
    before event: Event, to sink: inout some EventSink & ~Copyable, open: ([UInt8]) -> Int32
  ) -> UInt64 {
    if waiting.isEmpty || event.kind == .vmaMapped || event.kind == .vmaUnmapped { return 0 }
    var count: UInt64 = 0
    for (path, task) in waiting {
      let descriptor = open(path)
      if descriptor < 0 { continue }
      defer { close(descriptor) }
      guard let file = identify(path, descriptor) else { continue }
      var told = Event(.mappedFile, task: task)
      told.operands[0] = file.byteCount
      told.time = event.time
      file.payload.withUnsafeBytes { sink.append(told, payload: $0) }
      count += 1
    }
    waiting.removeAll()
    return count
  }

  private mutating func identify(_ path: [UInt8], _ descriptor: Int32) -> TraceHeader.File? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let byteCount = UInt64(status.st_size)
    if byteCount <= Self.digestLimit - digestedByteCount {
      digestedByteCount += byteCount
      if let file = try? TraceHeader.File(path: path, descriptor: descriptor) { return file }
    }
    return TraceHeader.File(
      path: path, byteCount: byteCount, digest: [],
      buildID: ELFFile(descriptor: descriptor)?.buildID ?? [])
  }
}
