// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import TestSupport
import Testing

/// Regions as `start-end kind flags`, pages in hexadecimal, kind by a letter: `f`ree, `r`eserved,
/// `k`ernel, `i`nitrd, `s`tack, `u`ntyped.
struct MemoryRegionTests {
  private static func kind(_ letter: Substring) -> MemoryRegion.Kind {
    switch letter {
    case "f": .free
    case "r": .reserved
    case "k": .kernel
    case "i": .initrd
    case "s": .stack
    default: .untyped
    }
  }

  private static func region(_ text: Substring) -> MemoryRegion {
    let parts = text.split(separator: " ")
    let ends = parts[0].split(separator: "-").map { UInt64($0, radix: 16)! << 12 }
    var flags: MemoryRegion.Flags = parts[1] == "f" ? [.read, .write] : [.read, .map]
    if parts.count > 2 { flags = MemoryRegion.Flags(rawValue: UInt16(parts[2], radix: 16)!) }
    return MemoryRegion(ends[0]..<ends[1], kind(parts[1]), flags)
  }

  private static func list(
    _ text: String, capacity: Int = 32
  ) throws -> MemoryRegionList {
    var list = MemoryRegionList(capacity: capacity)
    for part in text.split(separator: ", ") { try list.insert(region(part)) }
    return list
  }

  private static func text(_ list: MemoryRegionList) -> String {
    list.regions.map { region in
      let letter =
        switch region.kind {
        case .free: "f"
        case .reserved: "r"
        case .kernel: "k"
        case .initrd: "i"
        case .stack: "s"
        default: "u"
        }
      let ends = [region.range.lowerBound, region.range.upperBound].map {
        String($0 >> 12, radix: 16)
      }
      return "\(ends[0])-\(ends[1]) \(letter)"
    }.joined(separator: ", ")
  }

  @Test(arguments: [
    // Alike and adjoining: one. What is in use stays by itself.
    ("0-10 f, 10-20 f", "0-20 f"),
    ("0-10 f, 11-20 f", "0-10 f, 11-20 f"),
    ("0-10 f, 10-20 r", "0-10 f, 10-20 r"),
    ("0-10 r, 10-20 r", "0-20 r"),
    ("0-10 r 1, 10-20 r 3", "0-10 r, 10-20 r"),
    ("0-10 k, 10-20 k", "0-10 k, 10-20 k"),
    // Out of order.
    ("10-20 f, 0-10 f", "0-20 f"),
    // One priority: the bytes of both, none lost.
    ("0-10 f, 8-20 f", "0-20 f"),
    ("0-20 f, 8-10 f", "0-20 f"),
    ("0-20 r, 0-20 r", "0-20 r"),
    // Free gives way: cut at its end, at its beginning, all of it, in its middle.
    ("0-10 f, 8-20 r", "0-8 f, 8-20 r"),
    ("0-10 r, 8-20 f", "0-10 r, 10-20 f"),
    ("0-20 r, 8-10 f", "0-20 r"),
    ("8-10 f, 8-20 k", "8-20 k"),
    ("0-20 f, 8-10 k", "0-8 f, 8-10 k, 10-20 f"),
    ("0-20 f, 0-20 i", "0-20 i"),
    ("0-40 f, 8-10 k, 10-12 i, 20-30 r", "0-8 f, 8-10 k, 10-12 i, 12-20 f, 20-30 r, 30-40 f"),
    ("0-40 f, 8-10 k, 4-20 f", "0-8 f, 8-10 k, 10-40 f"),
    // Requests about addresses say nothing about memory.
    ("0-10 f, 5-8 u 10, 10-20 f", "0-20 f, 5-8 u"),
    ("", ""),
  ])
  func `coalescing`(before: String, after: String) throws {
    var list = try Self.list(before)
    try list.coalesce()
    #expect(Self.text(list) == after)
    try list.coalesce()
    #expect(Self.text(list) == after)
  }

  @Test(arguments: [
    "0-10 k, 8-20 i", "0-10 k, 8-20 k", "0-10 r, 8-20 k", "0-10 f 1, 8-20 f 3", "0-10 i, 2-4 r",
  ])
  func `what cannot be is an error, and nothing changes`(before: String) throws {
    var list = try Self.list(before)
    #expect(throws: Errno.invalidArgument) { try list.coalesce() }
    #expect(Self.text(list) == Self.text(try Self.list(before)))
  }

  @Test func `parting needs room`() throws {
    var list = try Self.list("0-20 f, 8-10 k", capacity: 2)
    #expect(throws: Errno.outOfMemory) { try list.coalesce() }
    #expect(Self.text(list) == "0-20 f, 8-10 k")
  }

  @Test func `inserting`() throws {
    var list = try Self.list("20-30 r, 0-10 f", capacity: 3)
    #expect(throws: Errno.invalidArgument) {
      try list.insert(MemoryRegion(0x1000..<0x1000, .free, []))
    }
    let index = try list.insert(Self.region("10-20 k"))
    #expect(index == 1)
    #expect(throws: Errno.outOfMemory) { try list.insert(Self.region("30-40 f")) }
    list.remove(at: 0)
    #expect(Self.text(list) == "10-20 k, 20-30 r")
    var last = Self.region("0-1 f")
    last.physical = PhysicalAddress(.max - 10)
    #expect(throws: Errno.invalidArgument) { try list.insert(last) }
  }

  @Test(arguments: [
    ("8-10 k, 18-19 i", "0-20 f", "0-8 f, 8-10 k, 10-18 f, 18-19 i, 19-20 f"),
    ("0-10 k", "0-10 f", "0-10 k"),
    ("0-20 k", "8-10 f", "0-20 k"),
    ("8-10 u 10", "0-20 f", "0-20 f, 8-10 u"),
    ("4-20 k", "0-10 f", "0-4 f, 4-20 k"),
  ])
  func `inserting around what is there`(there: String, new: String, after: String) throws {
    var list = try Self.list(there)
    try list.insert(around: Self.region(new[...]))
    #expect(Self.text(list) == after)
  }

  @Test func `small leftovers are dropped`() throws {
    var list = MemoryRegionList()
    try list.insert(MemoryRegion(0x1800..<0x3000, .kernel, [.read]))
    try list.insert(around: MemoryRegion(0x1000..<0x4000, .free, [.read, .write]))
    #expect(Self.text(list) == "1-3 k, 3-4 f")
  }

  @Test func `finding`() throws {
    let list = try Self.list("0-10 f, 10-20 k, 20-30 f, 30-31 u 10")
    #expect(list.next(after: -1, .free) == 0)
    #expect(list.next(after: 0, .free) == 2)
    #expect(list.next(after: 2, .free) == nil)
    #expect(list.next(after: -1, [.kernel, .free]) == 0)
    #expect(list.next(after: -1, .untyped, flags: .unmap, mask: .unmap) == 3)
    #expect(list.next(after: -1, .any, flags: .map, mask: .map) == 1)
  }

  @Test func `allocating takes from the front`() throws {
    var list = try Self.list("1-3 f, 10-20 f")
    let first = try list.allocate(0x2fff, as: .stack)
    #expect(first == PhysicalAddress(0x10000))
    #expect(Self.text(list) == "1-3 f, 10-13 s, 13-20 f")
    #expect(throws: Errno.outOfMemory) { try list.allocate(0x10000, as: .stack) }
    #expect(throws: Errno.outOfMemory) { try list.allocate(0x1000, as: .stack, below: 0x1000) }
    #expect(throws: Errno.outOfMemory) { try list.allocate(.max, as: .stack) }
    #expect(throws: Errno.outOfMemory) { try list.allocate(0, as: .stack) }
  }

  /// The original leaves a region without bytes behind.
  @Test func `allocating all of a region leaves none`() throws {
    var list = try Self.list("1-3 f")
    _ = try list.allocate(0x2000, as: .stack)
    #expect(Self.text(list) == "1-3 s")
    #expect(list.regions[0].flags == [.read, .write, .map])
  }

  @Test func `allocating rolls back where the note has no room`() throws {
    var list = try Self.list("1-3 f", capacity: 1)
    #expect(throws: Errno.outOfMemory) { try list.allocate(0x1000, as: .stack) }
    #expect(Self.text(list) == "1-3 f")
  }

  /// Against an array of pages: the highest priority of a page is what it becomes.
  @Test func `coalescing agrees with an array of pages`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      var list = MemoryRegionList(capacity: 64)
      var pages = [Int](repeating: -1, count: 40)
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let start = Int.random(in: 0..<36, using: &random)
        let end = Int.random(in: start + 1...min(40, start + 12), using: &random)
        let isFree = Bool.random(using: &random)
        let letter = isFree ? "f" : "r"
        let text = "\(String(start, radix: 16))-\(String(end, radix: 16)) \(letter)"
        try list.insert(Self.region(text[...]))
        for page in start..<end { pages[page] = max(pages[page], isFree ? 0 : 2) }
      }
      try list.coalesce()
      var told = [Int](repeating: -1, count: 40)
      for region in list.regions {
        for page in region.range.lowerBound >> 12..<region.range.upperBound >> 12 {
          #expect(told[Int(page)] == -1, "seed \(seed)")
          told[Int(page)] = region.kind == .free ? 0 : 2
        }
      }
      #expect(told == pages, "seed \(seed)")
    }
  }
}
