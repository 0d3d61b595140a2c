// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// What a mapper says of a page. Unikraft: the results of `ukplat_page_mapx_func_t`.
enum MapDecision {
  /// Put the leaf there.
  case apply
  /// Leave the page as it is. Unikraft: UKPLAT_PAGE_MAPX_ESKIP.
  case skip
  /// Ask again with a smaller page. Unikraft: UKPLAT_PAGE_MAPX_ETOOBIG.
  case shrink
}

/// What is to be mapped. Unikraft: the arguments of ukplat_page_mapx().
struct MapPlan {
  /// Where; aligned to 4 KiB, or to `size`.
  var range: AddressRange
  /// The memory behind the first page, aligned likewise; nil: a zeroed frame for each page, owned
  /// by its leaf.
  var physical: PhysicalAddress?
  /// What may be done with the pages.
  var protection: Protection
  /// Pages of this size only; nil: the largest that fit. Unikraft: PAGE_FLAG_FORCE_SIZE.
  var size: PageSize?
  /// Whether `physical` belongs to somebody else.
  var isBorrowed = false

  /// The largest page that may begin at `address`.
  func largestPage(at address: VirtualAddress) -> PageSize {
    if let size { return size }
    for size in [PageSize.huge, .large]
    where address.isAligned(to: size.byteCount) && range.upperBound - address >= size.byteCount {
      if memory(behind: address)?.isAligned(to: size.byteCount) ?? true { return size }
    }
    return .base
  }

  func memory(behind address: VirtualAddress) -> PhysicalAddress? {
    physical.map { $0 + (address - range.lowerBound) }
  }
}

extension PageTable {
  /// Says what becomes of the page of that size at an address, where `current` stands: empty, or a
  /// leaf of the same size. It may change the new leaf before it is written: its bits, or the
  /// memory that it names, but not where the plan takes a frame for it.
  typealias Mapper = (
    _ address: VirtualAddress, _ size: PageSize, _ current: PTE, _ new: inout PTE
  ) throws(Errno) -> MapDecision

  /// Maps all of a range where nothing is. EEXIST for a page that is there, ENOMEM without a frame;
  /// the pages before it stay. Unikraft: ukplat_page_map().
  mutating func map(
    _ plan: MapPlan, frames: inout BuddyFrameAllocator, log: inout TranslationLog
  ) throws(Errno) {
    try mapEach(plan, replaces: false, frames: &frames, log: &log) { _, _, _, _ in .apply }
  }

  /// Asks `mapper` about each page of a range in ascending order. A larger page that is there is
  /// cut first; a leaf that is replaced gives its frame back unless it is borrowed or kept. What
  /// `mapper` throws ends it, as does ENOMEM for a 4 KiB page or for one of the plan's size, and
  /// EEXIST for smaller pages where the plan has a size; the pages before it stay. Unikraft:
  /// ukplat_page_mapx().
  mutating func mapEach(
    _ plan: MapPlan, replaces: Bool = true, frames: inout BuddyFrameAllocator,
    log: inout TranslationLog, _ mapper: Mapper
  ) throws(Errno) {
    let unit = (plan.size ?? .base).byteCount
    precondition(
      plan.range.lowerBound.isAligned(to: unit) && plan.range.upperBound.isAligned(to: unit)
        && plan.physical?.isAligned(to: unit) != false, "a range that is not aligned to its pages")
    var address = plan.range.lowerBound
    while address < plan.range.upperBound {
      var size = plan.largestPage(at: address)
      while try !place(size, at: address, plan, replaces, &frames, &log, mapper) {
        size = PageSize(rawValue: size.rawValue - 1)!
      }
      address = address + size.byteCount
    }
  }

  /// Settles one page; false where a smaller one has to be tried.
  private mutating func place(
    _ size: PageSize, at address: VirtualAddress, _ plan: MapPlan, _ replaces: Bool,
    _ frames: inout BuddyFrameAllocator, _ log: inout TranslationLog, _ mapper: Mapper
  ) throws(Errno) -> Bool {
    let mayShrink = size != .base && plan.size == nil
    var (current, level) = walk(address)
    if level < Int(size.rawValue) {
      if mayShrink { return false }
      throw .exists
    }
    if !current.isEmpty, !replaces { throw .exists }
    if !current.isEmpty, level > Int(size.rawValue) {
      try split(at: address, frames: &frames)
      try split(at: address + size.byteCount, frames: &frames)
      current = walk(address).pte
    }
    var run: FrameRun?
    if plan.physical == nil {
      do throws(Errno) { run = try frames.allocate(size) } catch {
        if mayShrink { return false }
        throw error
      }
    }
    let physical = plan.memory(behind: address) ?? run?.start ?? PhysicalAddress(0)
    var leaf = PTE.leaf(
      physical, size: size, protection: plan.protection, isBorrowed: plan.isBorrowed)
    let decision: MapDecision
    do throws(Errno) {
      decision = try mapper(address, size, current, &leaf)
      if decision == .shrink, !mayShrink { throw .outOfMemory }
      if decision == .apply {
        precondition(
          leaf.isLeaf && (plan.physical != nil || leaf.address == physical && !leaf.isBorrowed),
          "a leaf that loses its frame")
        if run?.isZero == false {
          memory.clear(PhysicalSegment(start: physical, byteCount: size.byteCount))
        }
        try put(leaf, over: current, at: address, size, &frames, &log)
      }
    } catch {
      if let run = run.take() { frames.free(run) }
      throw error
    }
    if let run = run.take() {
      if decision == .apply { run.handOver() } else { frames.free(run) }
    }
    return decision != .shrink
  }

  /// Writes a leaf where nothing is, or over a leaf of the same size.
  private mutating func put(
    _ leaf: PTE, over current: PTE, at address: VirtualAddress, _ size: PageSize,
    _ frames: inout BuddyFrameAllocator, _ log: inout TranslationLog
  ) throws(Errno) {
    if current.isEmpty {
      try set(leaf, at: address, level: Int(size.rawValue), frames: &frames)
    } else {
      forEachLeaf(in: address..<address + size.byteCount) { _, _, entry in
        memory.setWord(leaf.rawValue, at: entry)
      }
      if !current.isBorrowed, current.address != leaf.address {
        frames.free(
          current.address, frameCount: size.byteCount >> PageSize.base.shift)
      }
    }
    if leaf.isPresent {
      log.map(
        address, to: leaf.address, byteCount: size.byteCount, protection: leaf.protection)
    } else if current.isPresent {
      log.unmap(address, byteCount: size.byteCount)
    }
  }
}
