// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension AddressSpace {
  /// Checks what the type promises, in that order. Larger spaces are checked as far as is cheap.
  @inline(__always)
  func checkInvariants() {
    #if CHECK_INVARIANTS
      if vmas.count <= 128 { checkAll() }
    #endif
  }

  #if CHECK_INVARIANTS
    /// Checks everything, however large.
    func checkAll() {
      vmas.checkInvariants()
      var previous: VMA?
      forEachVMA(in: VirtualAddress(0)..<VirtualAddress(.max)) { vma in
        precondition(!vma.range.isEmpty, "an empty VMA")
        precondition(
          vma.range.lowerBound.isAligned(to: vma.alignment)
            && vma.range.upperBound.isAligned(to: vma.alignment), "a VMA that is not aligned")
        if let previous {
          precondition(previous.range.upperBound <= vma.range.lowerBound, "VMAs overlap")
          // Who wrote first is learnt at a fault, when Linux merges nothing.
          precondition(
            personality.rules.contains(.origins) || !previous.canMerge(with: vma),
            "VMAs left unmerged")
        }
        previous = vma
      }
      checkLeaves()
      checkMappings()
      precondition(pageTable.stock.isEmpty, "tables left in stock")
    }

    private func checkLeaves() {
      var leafFrames: UInt64 = 0
      var borrowedCount: UInt64 = 0
      var position = vmas.first(endingAbove: VirtualAddress(0))
      pageTable.forEachLeaf(in: pageTable.everything) { counted, level, entry in
        let pte = PTE(rawValue: memory.word(at: entry))
        let address = pageTable.canonical(counted)
        let last = PageTable.end(of: address, level: level) - 1
        while let place = position, vmas[place].range.upperBound <= address {
          position = vmas.next(place)
        }
        guard let place = position, vmas[place].range.lowerBound <= address,
          last < vmas[place].range.upperBound
        else { preconditionFailure("a page outside of every VMA") }
        precondition(pte == pte.with(vmas[place].protection), "a page with other protection")
        let vma = vmas[place]
        if case .direct = vma.backing {
          precondition(pte.isBorrowed, "a given page that would be freed")
        } else if pte.isBorrowed, let object = object(of: vma) {
          let page = cache.page(pageIndex(address, in: vma), of: object)
          precondition(page?.frame == pte.address, "a page that is not the cache's")
          precondition(pte.isCopyOnWrite != vma.isShared, "a page that stores must not reach")
          precondition(
            page?.isDirty == true || !(vma.isShared && vma.protection.contains(.write)),
            "a page whose stores would be lost")
          borrowedCount += 1
        } else {
          precondition(!vma.isShared || object(of: vma) == nil, "a shared page of one mapping")
          precondition(!pte.isBorrowed, "a page that would not be freed")
          leafFrames += PageTable.span(level) >> PageSize.base.shift
        }
      }
      precondition(borrowedCount == cache.leafCount, "leaves of shared pages miscounted")
      precondition(
        frames.freeFrameCount + leafFrames + cache.frameCount + pageTable.tableCount
          <= frames.totalFrameCount, "frames counted twice")
    }

    /// What the cache believes to be mapped is what the VMAs map.
    private func checkMappings() {
      var mapped = [UInt64](repeating: 0, count: cache.objects.count)
      forEachVMA(in: VirtualAddress(0)..<VirtualAddress(.max)) { vma in
        var number: UInt32?
        if case .file(let file, _) = vma.backing { number = cache.object(of: file) }
        if case .sharedAnonymous(let object, _) = vma.backing { number = object }
        if let number { mapped[Int(number)] += vma.range.byteCount }
      }
      for (index, object) in cache.objects.enumerated() {
        precondition(object.mappedByteCount == mapped[index], "mappings of an object miscounted")
      }
    }
  #endif
}
