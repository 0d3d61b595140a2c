// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileSystem {
  /// Reads from an inode at `offset` into guest memory; returns bytes read, 0 at the end.
  func read(
    _ inode: Inode, at offset: UInt64, into segments: [PhysicalSegment],
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> UInt64 {
    guard !inode.isDirectory else { throw .isDirectory }
    if let source = inode.source {
      return try machine.read(source, at: offset, into: segments, isExamined: false)
    }
    collectStores(of: inode, at: offset, byteCount: segments.byteCount)
    return inode.content.copy(from: offset, into: segments, of: memory)
  }

  /// Writes guest memory to an inode at `offset`; returns bytes written. Throws EFBIG, ENOSPC, or
  /// what reading the outside's contents throws.
  func write(
    _ inode: Inode, at offset: UInt64, from segments: [PhysicalSegment],
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> UInt64 {
    guard !inode.isDirectory else { throw .isDirectory }
    let byteCount = segments.byteCount
    if byteCount == 0 { return 0 }
    let (end, overflow) = offset.addingReportingOverflow(byteCount)
    guard !overflow, end <= UInt64(Int64.max) else { throw .fileTooLarge }
    try bringIn(inode, on: &machine)
    let oldEnd = UInt64(inode.content.count)
    if end > oldEnd { try resizeContent(of: inode, to: end) }
    var position = Int(offset)
    for segment in segments {
      unsafe inode.content.overwrite(at: position, with: memory.bytes(of: segment))
      position += Int(segment.byteCount)
    }
    let start = min(offset, oldEnd)
    showContent(of: inode, at: start, byteCount: end - start)
    inode.hasStaleTimes = true
    return byteCount
  }

  /// Makes a file longer, with zeros, or shorter. Throws ENOSPC, EINVAL for a file without
  /// contents.
  func resize(
    _ inode: Inode, to byteCount: UInt64, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard inode.type == .regular else { throw .invalidArgument }
    let oldEnd = inode.byteCount
    if byteCount == 0, let source = inode.source {
      inode.source = nil
      machine.close(source)
    }
    try bringIn(inode, on: &machine)
    try resizeContent(of: inode, to: byteCount)
    if byteCount < oldEnd {
      noteTruncation(of: inode, to: byteCount)
    } else {
      showContent(of: inode, at: oldEnd, byteCount: byteCount - oldEnd)
    }
    inode.hasStaleTimes = true
  }

  private func resizeContent(of inode: Inode, to byteCount: UInt64) throws(Errno) {
    try changeUse(from: UInt64(inode.content.count), to: byteCount)
    let count = Int(byteCount)
    if count < inode.content.count {
      inode.content.removeSubrange(count...)
    } else {
      inode.content.append(contentsOf: repeatElement(0, count: count - inode.content.count))
    }
  }

  /// Brings the contents of an outside file into memory, from when on the outside is left alone.
  func bringIn(
    _ inode: Inode, on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    guard let source = inode.source else { return }
    let content = try contents(of: source, limit: capacity, on: &machine)
    try changeUse(from: 0, to: UInt64(content.count))
    inode.content = content
    inode.source = nil
    machine.close(source)
  }

  /// All bytes of an outside file, through the window. Throws EFBIG beyond `limit`.
  func contents(
    of source: OutsideFile.Number, limit: UInt64, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    var content: [UInt8] = []
    while true {
      let piece = try examine(
        source, at: UInt64(content.count), byteCount: window.byteCount, on: &machine)
      if piece.isEmpty { return content }
      guard UInt64(content.count) + UInt64(piece.count) <= limit else { throw .fileTooLarge }
      content.append(contentsOf: piece)
    }
  }

  /// Up to a window full of bytes of an outside file, for the kernel's own eyes.
  func examine(
    _ source: OutsideFile.Number, at offset: UInt64, byteCount: UInt64,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> [UInt8] {
    let segment = PhysicalSegment(
      start: window.start, byteCount: min(byteCount, window.byteCount))
    let count = try machine.read(source, at: offset, into: [segment], isExamined: true)
    let bytes = unsafe memory.bytes(of: segment)
    return unsafe [UInt8](bytes.prefix(Int(min(count, segment.byteCount))))
  }
}

extension [UInt8] {
  /// Copies from `offset` on into physical memory; returns bytes copied.
  func copy(
    from offset: UInt64, into segments: [PhysicalSegment], of memory: PhysicalMemory
  ) -> UInt64 {
    guard offset < UInt64(count) else { return 0 }
    var position = Int(offset)
    for segment in segments {
      let piece = Swift.min(Int(segment.byteCount), count - position)
      if piece == 0 { break }
      unsafe withUnsafeBytes { source in
        unsafe memory.bytes(of: segment).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[position..<(position + piece)]))
      }
      position += piece
    }
    return UInt64(position) - offset
  }

  /// Puts `bytes` at `position`; they must fit.
  mutating func overwrite(at position: Int, with bytes: UnsafeMutableRawBufferPointer) {
    precondition(position >= 0 && bytes.count <= count - position, "write beyond contents")
    unsafe withUnsafeMutableBytes { target in
      unsafe UnsafeMutableRawBufferPointer(
        rebasing: target[position..<(position + bytes.count)]
      ).copyMemory(from: UnsafeRawBufferPointer(bytes))
    }
  }
}
