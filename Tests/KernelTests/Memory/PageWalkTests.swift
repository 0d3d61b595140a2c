// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The walker that faults as the CPU does, against a second one that knows the manual only.
struct PageWalkTests {
  private let user = MemoryAccess(.read)

  private func fault(_ outcome: AccessOutcome) -> UInt32? {
    if case .pageFault(let code) = outcome { return code.rawValue }
    return nil
  }

  @Test func `error codes say present, write, user and fetch`() throws {
    var fixture = try PagingFixture()
    _ = try fixture.map(page(0), .base, .read)
    _ = try fixture.map(page(1), .base, [])
    let table = fixture.table
    #expect(fault(table.access(page(2), user)) == 4)
    #expect(fault(table.access(page(2), MemoryAccess(.write))) == 6)
    #expect(fault(table.access(page(2), MemoryAccess(.fetch))) == 0x14)
    #expect(fault(table.access(page(2), MemoryAccess(.write, isUser: false))) == 2)
    #expect(fault(table.access(page(2), MemoryAccess(.fetch, isUser: false), [])) == 0)
    // A revoked page is not there for the CPU.
    #expect(fault(table.access(page(1), user)) == 4)
    #expect(fault(table.access(page(0), user)) == nil)
    #expect(fault(table.access(page(0), MemoryAccess(.write))) == 7)
    #expect(fault(table.access(page(0), MemoryAccess(.fetch))) == 0x15)
  }

  @Test func `the kernel's accesses obey WP, SMEP and SMAP where they are on`() throws {
    var fixture = try PagingFixture()
    _ = try fixture.map(page(0), .base, [.read, .execute])
    let table = fixture.table
    func code(_ kind: MemoryAccess.Kind, _ controls: PagingControls) -> UInt32? {
      fault(table.access(page(0), MemoryAccess(kind, isUser: false), controls))
    }
    #expect(code(.read, [.noExecute]) == nil)
    #expect(code(.read, [.noExecute, .supervisorAccess]) == 1)
    #expect(code(.write, [.noExecute]) == nil)
    #expect(code(.write, [.noExecute, .writeProtect]) == 3)
    #expect(code(.fetch, [.noExecute]) == nil)
    #expect(code(.fetch, [.noExecute, .supervisorExecution]) == 0x11)
    // A program never writes what is read-only, whatever WP says.
    #expect(fault(table.access(page(0), MemoryAccess(.write), [.noExecute])) == 7)
  }

  @Test func `reserved bits fault before permissions do`() throws {
    var fixture = try PagingFixture()
    _ = try fixture.map(page(0), .base, .read)
    let table = fixture.table
    // XD is reserved while EFER.NXE is off.
    #expect(fault(table.access(page(0), MemoryAccess(.write), [.writeProtect])) == 0xf)
    // An address beyond what the CPU has.
    #expect(fault(table.access(page(0), user, physicalBits: 52)) == nil)
    var entry = PhysicalAddress(0)
    table.forEachLeaf(in: pages(0..<1)) { _, _, place in entry = place }
    fixture.memory.setWord(fixture.memory.word(at: entry) | 1 << 45, at: entry)
    #expect(fault(table.access(page(0), user, physicalBits: 45)) == 0xd)
    // A large page whose frame is not aligned.
    let start = VirtualAddress(0x4000_0000)
    _ = try fixture.map(start, .large, .read)
    fixture.table.forEachLeaf(in: start..<start + 0x20_0000) { _, _, place in entry = place }
    fixture.memory.setWord(fixture.memory.word(at: entry) | 1 << 12, at: entry)
    #expect(fault(fixture.table.access(start, user)) == nil)
    fixture.memory.setWord(fixture.memory.word(at: entry) | 1 << 13, at: entry)
    #expect(fault(fixture.table.access(start, user)) == 0xd)
  }

  @Test func `what is not canonical is no page fault`() throws {
    for (topLevel, lowest) in [(3, 0x8000_0000_0000), (4, 0x100_0000_0000_0000)]
      as [(Int, UInt64)]
    {
      let fixture = try PagingFixture(topLevel: topLevel)
      for address in [lowest, 0 &- lowest - 1, 0xbaad_baad_8000_0000] {
        #expect(
          fixture.table.access(VirtualAddress(address), user) == .generalProtection, "\(address)")
      }
      for address in [lowest - 1, 0 &- lowest, .max] {
        let outcome = fixture.table.access(VirtualAddress(address), user)
        #expect(fault(outcome) == 4, "\(address)")
      }
    }
  }

  @Test func `a use sets accessed on the way, a store sets dirty on the leaf`() throws {
    var fixture = try PagingFixture()
    _ = try fixture.map(page(0), .base, [.read, .write])
    _ = try fixture.map(page(1), .base, .read)
    let entry = PageTable.entry(page(0), level: 3, table: fixture.table.root)
    let root = PTE(rawValue: fixture.memory.word(at: entry))
    #expect(!root.isAccessed && !fixture.table.walk(page(0)).pte.isAccessed)
    // A fault leaves no mark.
    _ = fixture.table.access(page(1), MemoryAccess(.write))
    #expect(!fixture.table.walk(page(1)).pte.isAccessed)
    _ = fixture.table.access(page(0), user)
    let read = fixture.table.walk(page(0)).pte
    #expect(read.isAccessed && !read.isDirty)
    _ = fixture.table.access(page(0), MemoryAccess(.write))
    let written = fixture.table.walk(page(0)).pte
    #expect(written.isAccessed && written.isDirty)
    let top = PTE(rawValue: fixture.memory.word(at: entry))
    #expect(top.isAccessed && !top.isDirty && top.count == root.count)
    // Both bits outlive a change of protection and a split.
    fixture.table.protect(pages(0..<1), .read, log: &fixture.log)
    #expect(fixture.table.walk(page(0)).pte.isDirty)
    let start = VirtualAddress(0x4000_0000)
    _ = try fixture.map(start, .large)
    _ = fixture.table.access(start, MemoryAccess(.write))
    try fixture.table.split(at: start + 4096, frames: &fixture.frames)
    #expect(fixture.table.walk(start + 0x1f_f000).pte.isDirty)
  }

  @Test func `a translation says how far the page goes`() throws {
    var fixture = try PagingFixture(frameCount: 3 << 18)
    let huge = VirtualAddress(0x40_0000_0000)
    let physical = try fixture.map(huge, .huge)
    guard case .translated(let found) = fixture.table.access(huge + 0x1234_5678, user) else {
      Issue.record("a fault")
      return
    }
    #expect(found.physical == physical + 0x1234_5678 && found.level == 2)
    #expect(found.byteCount == 0x4000_0000 - 0x1234_5678)
  }

  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func `random tables are walked as the naive walker does, bit by bit`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let topLevel = seed % 2 == 0 ? 3 : 4
    let fixture = try RandomTables(topLevel: topLevel, random: &random)
    for step in 0..<300 {
      let controls = PagingControls(rawValue: UInt8(random.next(below: 16)))
      let physicalBits = [52, 52, 46, 40][Int(random.next(below: 4))]
      let access = MemoryAccess(
        MemoryAccess.Kind(rawValue: UInt8(random.next(below: 3)))!,
        isUser: random.next(below: 3) != 0)
      var naive = NaiveWalker(
        memory: fixture.memory, root: fixture.table.root.rawValue, levels: topLevel + 1)
      naive.writeProtect = controls.contains(.writeProtect)
      naive.noExecute = controls.contains(.noExecute)
      naive.preventsExecution = controls.contains(.supervisorExecution)
      naive.preventsAccess = controls.contains(.supervisorAccess)
      naive.physicalBits = physicalBits
      let address = fixture.address(&random)
      let (expected, used) = naive.judge(address, access.kind, isUser: access.isUser)
      let before = step % 60 == 0 ? fixture.words() : []
      let outcome = fixture.table.access(
        VirtualAddress(address), access, controls, physicalBits: UInt64(physicalBits))
      #expect(
        NaiveWalker.Found(outcome) == expected,
        "seed \(seed) step \(step) address \(String(address, radix: 16))")
      // The marks: accessed on every entry, dirty on the leaf of a store, nothing else anywhere.
      for (index, entry) in used.enumerated() {
        let isStore = access.kind == .write && index == used.count - 1
        let now = fixture.memory.word(at: PhysicalAddress(entry.place))
        // Two levels may share one entry where a table names itself.
        #expect(now & ~0x40 | (isStore ? 0x40 : now & 0x40) == now, "seed \(seed) step \(step)")
        if index < used.count - 1, entry.place != used.last?.place {
          #expect(now & 0x40 == entry.bits & 0x40, "seed \(seed) step \(step)")
        }
        #expect(now & 0x20 != 0 && now & ~0x60 == entry.bits & ~0x60, "seed \(seed) step \(step)")
      }
      if !before.isEmpty {
        let places = Set(used.map(\.place))
        for (word, old) in zip(fixture.words(), before) where word.value != old.value {
          #expect(places.contains(word.place), "seed \(seed) step \(step)")
        }
      }
    }
  }
}

extension NaiveWalker.Found {
  init(_ outcome: AccessOutcome) {
    switch outcome {
    case .translated(let found): self = .byte(found.physical.rawValue)
    case .pageFault(let code): self = .pageFault(code.rawValue)
    case .generalProtection: self = .generalProtection
    }
  }
}

/// A few tables with entries at random, hostile ones too; every table pointer names one of them.
private struct RandomTables {
  let memory = makeMemory(frameCount: 16)
  let table: PageTable
  private static let indices: [UInt64] = [0, 1, 255, 256, 511]

  init(topLevel: Int, random: inout SplitMix64) throws {
    var frames = BuddyFrameAllocator(memory: memory)
    try frames.addZone(frame(0)..<frame(16))
    table = try PageTable(memory: memory, topLevel: topLevel, frames: &frames)
    for number in 1..<16 as Range<UInt64> {
      for index in Self.indices {
        memory.setWord(Self.entry(&random), at: frame(number) + index * 8)
      }
    }
  }

  private static func entry(_ random: inout SplitMix64) -> UInt64 {
    func happens(_ oneIn: UInt64) -> Bool { random.next(below: oneIn) == 0 }
    var bits = (1 + random.next(below: 15)) << 12
    if !happens(10) { bits |= 1 }
    if !happens(4) { bits |= 2 }
    if !happens(4) { bits |= 4 }
    if happens(5) { bits |= 0x80 }
    if happens(5) { bits |= 1 << 63 }
    if happens(3) { bits |= 0x20 }
    if happens(5) { bits |= 0x40 }
    // Ignored by the CPU.
    if happens(2) { bits |= random.next(below: 8) << 9 }
    if happens(2) { bits |= random.next(below: 128) << 52 }
    // Larger pages: aligned as often as not. A table pointer keeps inside the memory.
    if bits & 0x80 != 0, !happens(3) {
      bits &= ~(0x3fff_f000 as UInt64)
      if happens(3) { bits |= (1 << 21) * random.next(below: 512) }
      if happens(8) { bits |= 1 << 12 }
    }
    if bits & 0x80 != 0, happens(6) { bits |= 1 << (38 + random.next(below: 14)) }
    return bits
  }

  /// An address that meets the entries, or is not canonical.
  func address(_ random: inout SplitMix64) -> UInt64 {
    var address = random.next(below: 4096)
    for level in 0...table.topLevel {
      let index = Self.indices[Int(random.next(below: UInt64(Self.indices.count)))]
      address |= index << UInt64(12 + 9 * level)
    }
    let extended = table.canonical(VirtualAddress(address)).rawValue
    return random.next(below: 12) == 0 ? extended ^ 1 << 60 : extended
  }

  func words() -> [(place: UInt64, value: UInt64)] {
    var words: [(place: UInt64, value: UInt64)] = []
    for place in stride(from: 0, to: memory.byteCount, by: 8) as StrideTo<UInt64> {
      words.append((place, memory.word(at: PhysicalAddress(place))))
    }
    return words
  }
}
