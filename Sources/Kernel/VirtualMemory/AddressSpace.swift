// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// The sorted set of VMAs of a program with its page table and its frames. Unikraft: `struct
/// uk_vas`.
///
/// Every operation either takes effect or throws and leaves VMAs, PTEs and frames as they were.
///
/// Invariants: VMAs are page-aligned, not empty, ascend, do not overlap; no two neighbours could be
/// merged; a leaf of the page table lies in one VMA and has its protection; a leaf that is borrowed
/// lies in a VMA that is backed by given physical memory, or maps a page that the cache holds and
/// counts.
public struct AddressSpace: ~Copyable {
  /// How it places, guards and merges.
  public let personality: Personality
  /// The memory that its frames and page tables lie in.
  public let memory: PhysicalMemory
  /// The binary logarithm of the window that a fault populates; 12: one page.
  public var faultAroundShift: UInt64 = 12
  /// The largest page that a fault in a VMA without a page size of its own takes, where a whole one
  /// fits; smaller ones where there is no such frame. Unikraft: `LIBUKVMEM_DEMAND_PAGE_IN_SIZE`.
  public var demandPageSize: PageSize = .base
  /// Whether faults are resolved. Unikraft: no `UK_VAS_FLAG_NO_PAGING`.
  public private(set) var isDemandPaging = true
  /// The frames that it hands to pages and tables.
  public internal(set) var frames: BuddyFrameAllocator
  /// What the CPU walks.
  public internal(set) var pageTable: PageTable

  var vmas = VMATree()
  var names = NameTable()
  var translations = TranslationLog()
  var changes = VMAChangeLog()
  var breakStart: VirtualAddress
  var breakEnd: VirtualAddress
  /// The pages that mappings share.
  let cache = PageCache()
  /// Names given to first writers so far.
  var originCount: UInt32 = 0
  /// How much may be locked, in bytes. Linux: RLIMIT_MEMLOCK.
  public var lockByteLimit: UInt64
  /// Pages of locked VMAs, as Linux counts them: `mm->locked_vm`.
  var lockedPageCount: UInt64 = 0
  /// What new VMAs are given: MCL_FUTURE. Linux: `mm->def_flags`.
  var futureFlags: VMA.Flags = []

  /// An empty address space that owns all of `memory`. ENOMEM where it is too small for a page
  /// table.
  public init(memory: PhysicalMemory, personality: Personality) throws(Errno) {
    self.memory = memory
    self.personality = personality
    lockByteLimit = personality.lockByteLimit
    breakStart = personality.breakStart
    breakEnd = personality.breakStart
    frames = BuddyFrameAllocator(memory: memory)
    guard memory.byteCount >= 2 * PageSize.base.byteCount else { throw .outOfMemory }
    try frames.addZone(PhysicalAddress(0)..<PhysicalAddress(memory.byteCount))
    // Five levels only where four cannot reach.
    pageTable = try PageTable(
      memory: memory, topLevel: personality.highestAddress.rawValue > 1 << 47 ? 4 : 3,
      frames: &frames)
  }

  /// A fill for address spaces without files: ENODEV.
  public static func noFiles(
    _ file: FileIdentity, _ offset: UInt64, _ segment: PhysicalSegment
  ) throws(Errno) -> UInt64 { throw .noSuchDevice }

  /// Leaves all faults unresolved, and returns whether they were resolved before, for
  /// `restorePaging`. Unikraft: uk_vas_paging_savef().
  public mutating func savePaging() -> Bool {
    let saved = isDemandPaging
    isDemandPaging = false
    return saved
  }

  /// Resolves faults again if they were. Unikraft: uk_vas_paging_restoref().
  public mutating func restorePaging(_ saved: Bool) { isDemandPaging = saved }

  /// Takes every VMA away, with its pages; frames and tables go back to the allocator, all but the
  /// top table. Unikraft: uk_vas_destroy().
  public mutating func removeAll() {
    let everything = VirtualAddress(0)..<VirtualAddress(.max)
    touch(everything)
    removeVMAs(in: everything)
    checkInvariants()
  }

  /// The name that stands for these bytes; the same bytes give the same name.
  public mutating func name(for bytes: [UInt8]) -> Name { names.name(for: bytes) }

  /// The bytes of a name.
  public func bytes(of name: Name) -> [UInt8] { names[name] }

  // MARK: Looking

  /// How many VMAs there are.
  public var vmaCount: Int { vmas.count }

  /// Bytes of the memory that the VMAs take, spare room included.
  public var vmaByteCount: Int { vmas.pool.byteCount }

  /// The VMA that holds `address`. Unikraft: uk_vma_find().
  public func find(_ address: VirtualAddress) -> VMA? { vmas.find(address) }

  /// Calls `body` for each VMA that meets `range`, in ascending order.
  public func forEachVMA(in range: AddressRange, _ body: (VMA) -> Void) {
    var position = vmas.first(endingAbove: range.lowerBound)
    while let place = position {
      let vma = vmas[place]
      if vma.range.lowerBound >= range.upperBound { return }
      body(vma)
      position = vmas.next(place)
    }
  }

  /// The VMAs that meet `range`.
  public func vmas(in range: AddressRange) -> [VMA] {
    var result: [VMA] = []
    forEachVMA(in: range) { result.append($0) }
    return result
  }

  /// Every VMA in ascending order.
  public var layout: [VMADescription] {
    var result: [VMADescription] = []
    forEachVMA(in: VirtualAddress(0)..<VirtualAddress(.max)) { result.append(describe($0)) }
    return result
  }

  /// A VMA in values that outlive the address space. What lies below the break is the heap.
  public func describe(_ vma: VMA) -> VMADescription {
    var kind = vma.backing.kind
    if kind == .anonymous, !vma.isShared, vma.range.lowerBound < breakEnd,
      vma.range.upperBound > breakStart
    {
      kind = .heap
    }
    return VMADescription(
      range: vma.range, protection: vma.protection, isShared: vma.isShared, backing: kind,
      offset: vma.backing.offset, name: names[vma.name])
  }

  /// What the CPU must hear of since the last call, in order.
  public mutating func takeTranslationChanges() -> [TranslationChange] { translations.take() }
}
