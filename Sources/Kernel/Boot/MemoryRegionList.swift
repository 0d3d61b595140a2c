// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// The regions of a machine, in the order of their addresses, as many as there is room for.
/// Unikraft: `struct ukplat_memregion_list`.
public struct MemoryRegionList: Sendable {
  /// How many it can hold: the room that Unikraft's image has for them.
  public static var defaultCapacity: Int { 32 }

  /// The regions; of equal addresses the one that was put in first stands first.
  public internal(set) var regions: [MemoryRegion] = []
  /// How many it can hold.
  public let capacity: Int

  /// No regions, and room for some.
  public init(capacity: Int = MemoryRegionList.defaultCapacity) { self.capacity = capacity }

  /// Puts a region in its place and returns its index. EINVAL for one without bytes or beyond the
  /// end of physical addresses, ENOMEM where there is no room. Unikraft:
  /// ukplat_memregion_list_insert().
  @discardableResult
  public mutating func insert(_ region: MemoryRegion) throws(Errno) -> Int {
    let (_, overflow) = region.physical.rawValue.addingReportingOverflow(region.byteCount)
    guard region.byteCount > 0, !overflow else { throw .invalidArgument }
    guard regions.count < capacity else { throw .outOfMemory }
    var index = regions.count
    while index > 0, regions[index - 1].physical > region.physical { index -= 1 }
    regions.insert(region, at: index)
    return index
  }

  /// Puts in the parts of a region that no typed region has, those of at least `minimum` bytes.
  /// Unikraft: ukplat_memregion_list_insert_split_phys().
  public mutating func insert(
    around region: MemoryRegion, minimumByteCount minimum: UInt64 = 4096
  ) throws(Errno) {
    var start = region.range.lowerBound
    let end = region.range.upperBound
    let taken = regions.filter { $0.kind != .untyped }
    for other in taken where start < end {
      let range = other.range
      if range.upperBound <= start || range.lowerBound >= end { continue }
      try insert(part: start..<max(start, range.lowerBound), of: region, minimum)
      start = max(start, range.upperBound)
    }
    try insert(part: start..<max(start, end), of: region, minimum)
  }

  private mutating func insert(
    part range: Range<UInt64>, of region: MemoryRegion, _ minimum: UInt64
  ) throws(Errno) {
    guard !range.isEmpty, range.upperBound - range.lowerBound >= minimum else { return }
    var part = region
    part.physical = PhysicalAddress(range.lowerBound)
    part.virtual = VirtualAddress(
      region.virtual.rawValue &+ (range.lowerBound - region.range.lowerBound))
    part.byteCount = range.upperBound - range.lowerBound
    try insert(part)
  }

  /// Takes a region out. Unikraft: ukplat_memregion_list_delete().
  public mutating func remove(at index: Int) { regions.remove(at: index) }

  /// The index of the next region after `index` (-1 to begin) that is of one of these kinds and
  /// whose flags under `mask` are these; nil after the last. Unikraft:
  /// ukplat_memregion_find_next().
  public func next(
    after index: Int, _ kinds: MemoryRegion.Kind = .any, flags: MemoryRegion.Flags = [],
    mask: MemoryRegion.Flags = []
  ) -> Int? {
    var at = index + 1
    while at < regions.count {
      let region = regions[at]
      if kinds == .untyped || !kinds.isDisjoint(with: region.kind),
        region.flags.intersection(mask) == flags
      {
        return at
      }
      at += 1
    }
    return nil
  }

  /// Takes whole pages from the front of the first free region that has as many below `limit`, and
  /// notes them as `kind`, readable, writable and mapped; ENOMEM where none has, or no room for
  /// the note. A region that is used up goes. Unikraft: bootmemory_palloc().
  public mutating func allocate(
    _ byteCount: UInt64, as kind: MemoryRegion.Kind, below limit: UInt64 = 1 << 32
  ) throws(Errno) -> PhysicalAddress {
    let mask = PageSize.base.byteCount - 1
    guard byteCount > 0, byteCount <= UInt64.max - mask else { throw .outOfMemory }
    let wanted = (byteCount + mask) & ~mask
    var index = -1
    while let found = next(after: index, .free) {
      index = found
      let range = regions[found].range
      guard range.lowerBound <= UInt64.max - mask else { continue }
      let start = (range.lowerBound + mask) & ~mask
      guard start < range.upperBound, range.upperBound - start >= wanted, start + wanted <= limit
      else { continue }
      let before = regions
      let rest = start + wanted..<range.upperBound
      let flags = regions[found].flags
      regions.remove(at: found)
      do throws(Errno) {
        try insert(MemoryRegion(start..<start + wanted, kind, [.read, .write, .map]))
        if !rest.isEmpty { try insert(MemoryRegion(rest, .free, flags)) }
      } catch {
        regions = before
        throw error
      }
      return PhysicalAddress(start)
    }
    throw .outOfMemory
  }
}
