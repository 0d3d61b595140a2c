// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

// Pages that mappings share. The leaves that map them are borrowed from the cache, which counts
// them; a private mapping's leaf is without write permission until a store makes a copy.

extension AddressSpace {
  /// The object that pages of the VMA come from; nil where all its pages are its own.
  @inline(__always)
  func object(of vma: VMA) -> UInt32? {
    guard personality.rules.contains(.sharedPages) else { return nil }
    switch vma.backing {
    case .file(let file, _): return cache.object(of: file)
    case .sharedAnonymous(let object, _): return object
    case .anonymous, .stack, .reserved, .direct, .special: return nil
    }
  }

  /// The number of a page in its object.
  func pageIndex(_ address: VirtualAddress, in vma: VMA) -> UInt64 {
    let start: UInt64 =
      switch vma.backing {
      case .file(_, let offset), .sharedAnonymous(_, let offset): offset
      case .anonymous, .stack, .reserved, .direct, .special: 0
      }
    return (start &+ (address - vma.range.lowerBound)) >> PageSize.base.shift
  }

  /// Counts a mapping that came.
  mutating func noteMapped(_ vma: VMA) {
    cache.noteMapped(vma.backing, byteCount: vma.range.byteCount)
  }

  /// Counts a mapping that went, its pages before.
  mutating func noteUnmapped(_ vma: VMA) {
    for frame in cache.noteUnmapped(vma.backing, byteCount: vma.range.byteCount) {
      frames.free(frame)
    }
  }

  /// Takes the pages of a range away that lies in the VMA, and gives the frames back that nobody
  /// has any more.
  mutating func removePages(_ range: AddressRange, of vma: VMA) {
    if let object = object(of: vma) {
      for index in borrowedPages(range, of: vma) { release(index, of: object) }
    }
    pageTable.unmap(range, frames: &frames, log: &translations)
  }

  private mutating func release(_ index: UInt64, of object: UInt32) {
    if let frame = cache.release(index, of: object) { frames.free(frame) }
  }

  /// The pages of the cache that leaves of the range map, by number.
  private func borrowedPages(_ range: AddressRange, of vma: VMA) -> [UInt64] {
    var indices: [UInt64] = []
    pageTable.forEachLeaf(in: range) { address, _, entry in
      if PTE(rawValue: memory.word(at: entry)).isBorrowed {
        indices.append(pageIndex(address, in: vma))
      }
    }
    return indices
  }

  /// The guest may store to the shared pages of the range from now on.
  mutating func noteWritable(_ range: AddressRange, of vma: VMA) {
    guard vma.isShared, let object = object(of: vma) else { return }
    for index in borrowedPages(range, of: vma) { cache.markDirty(index, of: object) }
  }

  /// Makes the shared pages of the range zeros, for all that map them.
  mutating func clearPages(_ range: AddressRange, of vma: VMA) {
    guard let object = object(of: vma) else { return }
    var index = pageIndex(range.lowerBound, in: vma)
    let end = index + range.pageCount
    while let page = cache.firstPage(atOrAfter: index, of: object), page.index < end {
      memory.clear(PhysicalSegment(start: page.frame, byteCount: PageSize.base.byteCount))
      index = page.index + 1
    }
  }

  // MARK: Paging in

  /// Maps pages of an object from the start of the run on, none of which is there; returns how
  /// many. 0: the object has nothing there. A store to a private mapping gets a copy of one page.
  /// Throws only where it maps none.
  mutating func pageInShared(
    _ run: AddressRange, of vma: VMA, _ object: UInt32, for access: Protection, fill: PageFill
  ) throws(Errno) -> UInt64 {
    let index = pageIndex(run.lowerBound, in: vma)
    guard index < PageTree.pageLimit else { return 0 }
    if !vma.isShared, access.contains(.write) {
      return try pageInCopy(run.lowerBound, of: vma, index, object, fill: fill)
    }
    var limit = run.pageCount
    if case .sharedAnonymous = vma.backing, personality.rules.contains(.busErrorBehindFile) {
      let pageCount = cache.objects[Int(object)].byteCount >> PageSize.base.shift
      guard index < pageCount else { return 0 }
      limit = min(limit, pageCount - index)
    }
    guard let next = cache.firstPage(atOrAfter: index, of: object), next.index < index + limit
    else {
      return try pageInNew(run.lowerBound, limit, of: vma, index, object, fill: fill)
    }
    if next.index > index {
      return try pageInNew(run.lowerBound, next.index - index, of: vma, index, object, fill: fill)
    }
    var count: UInt64 = 0
    while count < limit, let page = cache.page(index + count, of: object) {
      do throws(Errno) {
        try mapShared(run.lowerBound + count * PageSize.base.byteCount, to: page.frame, of: vma)
      } catch {
        if count == 0 { throw error }
        break
      }
      cache.retain(page.index, of: object)
      noteStores(to: page.index, of: object, vma)
      count += 1
    }
    return count
  }

  private mutating func mapShared(
    _ address: VirtualAddress, to frame: PhysicalAddress, of vma: VMA
  ) throws(Errno) {
    try pageTable.map(
      address, to: frame, protection: vma.protection, isBorrowed: true,
      isCopyOnWrite: !vma.isShared, frames: &frames, log: &translations)
  }

  private mutating func noteStores(to index: UInt64, of object: UInt32, _ vma: VMA) {
    if vma.isShared, vma.protection.contains(.write) { cache.markDirty(index, of: object) }
  }

  /// Brings pages into the cache and maps them.
  private mutating func pageInNew(
    _ start: VirtualAddress, _ pageCount: UInt64, of vma: VMA, _ index: UInt64, _ object: UInt32,
    fill: PageFill
  ) throws(Errno) -> UInt64 {
    let supply = try supply(
      start..<start + pageCount * PageSize.base.byteCount, of: vma, fill: fill)
    for count in 0..<supply.pageCount {
      let offset = count * PageSize.base.byteCount
      do throws(Errno) {
        try mapShared(start + offset, to: supply.physical + offset, of: vma)
      } catch {
        supply.settle(mapped: count, &frames)
        if count == 0 { throw error }
        return count
      }
      cache.insert(supply.physical + offset, at: index + count, of: object)
      noteStores(to: index + count, of: object, vma)
    }
    let count = supply.pageCount
    supply.settle(mapped: count, &frames)
    return count
  }

  /// Gives a private mapping a page of its own: a copy of what the cache has, else of the file.
  private mutating func pageInCopy(
    _ address: VirtualAddress, of vma: VMA, _ index: UInt64, _ object: UInt32, fill: PageFill
  ) throws(Errno) -> UInt64 {
    guard let page = cache.page(index, of: object) else {
      return try pageInOwned(
        address..<address + PageSize.base.byteCount, of: vma, fill: fill)
    }
    let run = try frames.allocate()
    memory.copyPage(from: page.frame, to: run.start)
    do throws(Errno) {
      try pageTable.map(
        address, to: run.start, protection: vma.protection, frames: &frames, log: &translations)
    } catch {
      frames.free(run)
      throw error
    }
    run.handOver()
    return 1
  }

  // MARK: Copy on write

  /// Makes the page at `address` the private mapping's own: the frame itself where nobody else has
  /// it and its contents are the file's, else a copy. ENOMEM without a frame. Linux: do_wp_page().
  mutating func copyOnWrite(_ address: VirtualAddress, _ pte: PTE, of vma: VMA) throws(Errno) {
    let page = address.alignedDown(to: PageSize.base.byteCount)
    guard let object = object(of: vma) else { return }
    let index = pageIndex(page, in: vma)
    if cache.takeOver(index, of: object) != nil {
      pageTable.replace(
        PTE.leaf(pte.address, size: .base, protection: vma.protection, isBorrowed: false), at: page)
      translations.protect(
        page, byteCount: PageSize.base.byteCount, protection: vma.protection)
      return
    }
    let frame = try frames.allocate().handOver()
    memory.copyPage(from: pte.address, to: frame)
    pageTable.replace(
      PTE.leaf(frame, size: .base, protection: vma.protection, isBorrowed: false), at: page)
    translations.map(
      page, to: frame, byteCount: PageSize.base.byteCount, protection: vma.protection)
    release(index, of: object)
  }

  /// The same for all pages of the range that are there and borrowed.
  mutating func copyAllOnWrite(_ range: AddressRange, of vma: VMA) throws(Errno) {
    guard !vma.isShared, object(of: vma) != nil else { return }
    for (address, pte) in pagesToCopy(range) { try copyOnWrite(address, pte, of: vma) }
  }

  private func pagesToCopy(_ range: AddressRange) -> [(VirtualAddress, PTE)] {
    var pages: [(VirtualAddress, PTE)] = []
    pageTable.forEachLeaf(in: range) { address, _, entry in
      let pte = PTE(rawValue: memory.word(at: entry))
      if pte.isCopyOnWrite { pages.append((address, pte)) }
    }
    return pages
  }
}
