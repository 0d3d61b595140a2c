// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

// A file's contents and those of its pages that are mapped are one: what was stored to the pages is
// taken before the contents are read, what changes in the contents is put into the pages. Only
// files in memory change, so an outside file's pages are what was read.

extension FileSystem {
  /// Takes what stores through shared mappings put into the bytes from `offset` on.
  func collectStores(of inode: Inode, at offset: UInt64, byteCount: UInt64) {
    forEachPage(of: inode, at: offset, byteCount: byteCount) { page in
      if page.isDirty { store(page, into: inode) }
    }
  }

  /// Puts the bytes from `offset` on into the pages that are mapped.
  func showContent(of inode: Inode, at offset: UInt64, byteCount: UInt64) {
    let end = offset + byteCount
    forEachPage(of: inode, at: offset, byteCount: byteCount) { page in
      let start = page.index << 12
      let from = max(start, offset)
      let segment = PhysicalSegment(
        start: page.frame + (from - start), byteCount: min(start + 4096, end) - from)
      _ = inode.content.copy(from: from, into: [segment], of: memory)
    }
  }

  /// Takes the bytes of a page that no mapping has any more.
  func writeBack(_ identity: FileIdentity, at offset: UInt64, from segment: PhysicalSegment) {
    guard let inode = mappedFile(identity)?.inode else { return }
    inode.content.takePage(at: offset, from: segment, of: memory)
    inode.hasStaleTimes = true
  }

  private func store(_ page: PageCache.Page, into inode: Inode) {
    let segment = PhysicalSegment(start: page.frame, byteCount: 4096)
    inode.content.takePage(at: page.index << 12, from: segment, of: memory)
  }

  /// Calls `body` for each page of a file in memory that is mapped and meets the range.
  private func forEachPage(
    of inode: Inode, at offset: UInt64, byteCount: UInt64, _ body: (PageCache.Page) -> Void
  ) {
    guard let object = inode.cacheObject, inode.source == nil, byteCount > 0 else { return }
    let last = offset.addingReportingOverflow(byteCount - 1)
    let lastPage = (last.overflow ? .max : last.partialValue) >> 12
    var index = offset >> 12
    while index <= lastPage, let page = cache.firstPage(atOrAfter: index, of: object),
      page.index <= lastPage
    {
      body(page)
      index = page.index + 1
    }
  }

  /// Punches a hole: the bytes are zeros from now on, the file is as long as before.
  func clear(
    _ inode: Inode, at offset: UInt64, byteCount: UInt64,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    try bringIn(inode, on: &machine)
    let end = min(UInt64(inode.content.count), offset &+ byteCount)
    guard offset < end else { return }
    for index in Int(offset)..<Int(end) { inode.content[index] = 0 }
    showContent(of: inode, at: offset, byteCount: end - offset)
    inode.hasStaleTimes = true
  }
}

extension Unikernel {
  /// Makes files and mappings agree after a trap: shortened files lose their pages, stores reach
  /// the files whose last mapping went, files that nobody needs are given back.
  mutating func settleFiles(on machine: inout some Machine & ~Copyable) {
    if addressSpace.cache.isSettled { return }
    addressSpace.cache.isSettled = true
    for change in files.takeTruncations() {
      addressSpace.truncate(change.file, to: change.byteCount)
    }
    let files = files
    addressSpace.settle { (file, offset, segment) in
      files.writeBack(file, at: offset, from: segment)
    }
    for file in addressSpace.cache.takeIdleFiles() { files.forget(file, on: &machine) }
  }
}

extension [UInt8] {
  /// Takes bytes of a page at `offset`, as far as there are bytes.
  fileprivate mutating func takePage(
    at offset: UInt64, from segment: PhysicalSegment, of memory: PhysicalMemory
  ) {
    guard offset < UInt64(count) else { return }
    let byteCount = Swift.min(segment.byteCount, UInt64(count) - offset)
    unsafe overwrite(
      at: Int(offset),
      with: memory.bytes(of: PhysicalSegment(start: segment.start, byteCount: byteCount)))
  }
}
