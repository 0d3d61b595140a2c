// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What a program file says about its loading, checked: nothing in it wraps, overlaps or lies
/// beyond the file.
struct ELFImage {
  /// The path that it was opened by.
  let path: [UInt8]
  let header: ELFHeader
  /// The PT_LOAD segments that have memory, ascending; at least one.
  let segments: [ELFSegment]
  /// The path of the interpreter, without NUL; nil for a static program. From PT_INTERP.
  let interpreter: [UInt8]?
  /// Whether PT_GNU_STACK asks for an executable stack.
  let hasExecutableStack: Bool

  /// Reads an image through `read`, which gives up to so many bytes at an offset.
  init(
    path: [UInt8], fileByteCount: UInt64,
    read: (_ offset: UInt64, _ byteCount: Int) throws(LoadError) -> [UInt8]
  ) throws(LoadError) {
    let header = try ELFHeader(
      read(0, ELFHeader.byteCount), path: path, fileByteCount: fileByteCount)
    let tableByteCount = Int(header.segmentCount * ELFHeader.entryByteCount)
    let table = try read(header.tableOffset, tableByteCount)
    guard table.count == tableByteCount else {
      throw LoadError(
        path: path, field: "e_phoff", offset: 32, value: header.tableOffset,
        problem: "program headers beyond the end of the file")
    }
    var segments: [ELFSegment] = []
    var interpreter: [UInt8]?
    var hasExecutableStack = false
    for index in 0..<Int(header.segmentCount) {
      let segment = ELFSegment(table, index: index, tableOffset: header.tableOffset)
      switch segment.kind {
      case .load:
        try segment.check(after: segments.last, path: path, fileByteCount: fileByteCount)
        if segment.memoryByteCount > 0 { segments.append(segment) }
      case .interpreter:
        guard interpreter == nil else {
          throw segment.error("p_type", at: 0, value: 3, "a second interpreter", path: path)
        }
        interpreter = try Self.interpreterPath(segment, path: path, read: read)
      case .stack: hasExecutableStack = segment.protection.contains(.execute)
      case .other: break
      }
    }
    guard !segments.isEmpty else {
      throw LoadError(path: path, problem: "nothing to load", errno: .badExecutable)
    }
    self.path = path
    self.header = header
    self.segments = segments
    self.interpreter = interpreter
    self.hasExecutableStack = hasExecutableStack
    guard segments.contains(where: { $0.address <= header.entry && header.entry < $0.end }) else {
      throw LoadError(
        path: path, field: "e_entry", offset: 24, value: header.entry,
        problem: "in no segment that is loaded")
    }
  }

  private static func interpreterPath(
    _ segment: ELFSegment, path: [UInt8],
    read: (_ offset: UInt64, _ byteCount: Int) throws(LoadError) -> [UInt8]
  ) throws(LoadError) -> [UInt8] {
    guard segment.fileByteCount >= 2, segment.fileByteCount <= 4096 else {
      throw segment.error(
        "p_filesz", at: 32, value: segment.fileByteCount, "no length for an interpreter's path",
        path: path)
    }
    let bytes = try read(segment.offset, Int(segment.fileByteCount))
    guard bytes.count == Int(segment.fileByteCount), bytes.last == 0,
      let name = bytes.split(separator: 0, omittingEmptySubsequences: false).first, !name.isEmpty
    else {
      throw segment.error(
        "p_offset", at: 8, value: segment.offset, "no interpreter's path with a NUL at its end",
        path: path)
    }
    return Array(name)
  }

  /// The first page of the image before it is moved.
  var pageStart: UInt64 { segments[0].pageStart }
  /// One past its last page before it is moved.
  var pageEnd: UInt64 { segments[segments.count - 1].pageEnd }
  /// The largest alignment that a segment asks for, at least a page.
  var alignment: UInt64 { segments.map { max($0.alignment, 4096) }.max() ?? 4096 }

  /// The address of the program headers before the image is moved; nil where they are not loaded.
  var tableAddress: UInt64? {
    for segment in segments
    where segment.offset <= header.tableOffset
      && header.tableOffset - segment.offset < segment.fileByteCount
    {
      return header.tableOffset - segment.offset + segment.address
    }
    return nil
  }
}
