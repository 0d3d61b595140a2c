// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import TestSupport
import Testing

/// What boot loaders tell, from bytes; and what nobody would.
struct BootInformationTests {
  /// Physical memory of a test: bytes from address 0 on.
  struct Memory {
    var bytes = [UInt8](repeating: 0, count: 0x10000)

    mutating func put(_ value: UInt64, _ byteCount: Int, at address: Int) {
      LittleEndian.store(value, byteCount: byteCount, at: address, in: &bytes)
    }

    mutating func put(_ text: String, at address: Int) {
      for (index, byte) in text.utf8.enumerated() { bytes[address + index] = byte }
      bytes[address + text.utf8.count] = 0
    }

    func read(_ address: UInt64, _ count: Int) -> [UInt8]? {
      guard address <= UInt64(bytes.count), count <= bytes.count - Int(address) else { return nil }
      return Array(bytes[Int(address)..<Int(address) + count])
    }
  }

  private static let image: Range<UInt64> = 0x10_0000..<0x20_0000
  private static let map: [(start: UInt64, end: UInt64, type: UInt64)] = [
    (0, 0x9fc00, 1), (0x9fc00, 0xa0000, 2), (0xf0000, 0x10_0000, 2), (0x10_0000, 0xbffe_0000, 1),
    (0xbffe_0000, 0xc000_0000, 2), (0xfeff_c000, 0xff00_0000, 2), (0x1_0000_0000, 0x1_4000_0000, 1),
  ]
  private static let expected: [String] = [
    "400-40a commandLine", "100000-200000 kernel", "200000-bff00000 free",
    "bff00000-bff12345 initrd", "bff12345-bffe0000 free", "bffe0000-c0000000 reserved",
    "feffc000-ff000000 reserved", "100000000-140000000 free",
  ]

  private static func pvh() -> Memory {
    var memory = Memory()
    memory.put(0x336e_c578, 4, at: 0x100)
    memory.put(1, 4, at: 0x104)
    memory.put(1, 4, at: 0x10c)
    memory.put(0x200, 8, at: 0x110)
    memory.put(0x400, 8, at: 0x118)
    memory.put(0x300, 8, at: 0x128)
    memory.put(UInt64(map.count), 4, at: 0x130)
    memory.put(0xbff0_0000, 8, at: 0x200)
    memory.put(0x12345, 8, at: 0x208)
    memory.put("trace=1 -x", at: 0x400)
    for (index, entry) in map.enumerated() {
      memory.put(entry.start, 8, at: 0x300 + 24 * index)
      memory.put(entry.end - entry.start, 8, at: 0x308 + 24 * index)
      memory.put(entry.type, 4, at: 0x310 + 24 * index)
    }
    return memory
  }

  private static func multiboot() -> Memory {
    var memory = Memory()
    memory.put(0x24c, 4, at: 0x100)
    memory.put(0x400, 4, at: 0x110)
    memory.put(1, 4, at: 0x114)
    memory.put(0x200, 4, at: 0x118)
    memory.put(UInt64(24 * map.count), 4, at: 0x12c)
    memory.put(0x300, 4, at: 0x130)
    memory.put(0x500, 4, at: 0x140)
    memory.put(0xbff0_0000, 4, at: 0x200)
    memory.put(0xbff1_2345, 4, at: 0x204)
    memory.put("trace=1 -x", at: 0x400)
    memory.put("a boot loader of long name", at: 0x500)
    for (index, entry) in map.enumerated() {
      memory.put(20, 4, at: 0x300 + 24 * index)
      memory.put(entry.start, 8, at: 0x304 + 24 * index)
      memory.put(entry.end - entry.start, 8, at: 0x30c + 24 * index)
      memory.put(entry.type, 4, at: 0x314 + 24 * index)
    }
    return memory
  }

  private static func text(_ information: BootInformation) -> [String] {
    information.regions.regions.map { region in
      let name =
        switch region.kind {
        case .free: "free"
        case .reserved: "reserved"
        case .kernel: "kernel"
        case .initrd: "initrd"
        case .commandLine: "commandLine"
        default: "other"
        }
      let ends = [region.range.lowerBound, region.range.upperBound].map { String($0, radix: 16) }
      return "\(ends[0])-\(ends[1]) \(name)"
    }
  }

  private static func read(
    pvh memory: Memory, capacity: Int = 32
  ) throws(BootError) -> BootInformation {
    try BootInformation(
      pvhStartInfo: 0x100, image: image, capacity: capacity, read: memory.read)
  }

  private static func read(multiboot memory: Memory) throws(BootError) -> BootInformation {
    try BootInformation(multiboot: 0x100, magic: 0x2bad_b002, image: image, read: memory.read)
  }

  @Test func `PVH`() throws {
    let information = try Self.read(pvh: Self.pvh())
    #expect(Self.text(information) == Self.expected)
    #expect(information.commandLine == Array("trace=1 -x".utf8))
    #expect(information.bootLoader.isEmpty)
    #expect(information.module?.physical == PhysicalAddress(0xbff0_0000))
    #expect(information.module?.flags == [.read, .map])
  }

  @Test func `Multiboot`() throws {
    let information = try Self.read(multiboot: Self.multiboot())
    #expect(Self.text(information) == Self.expected)
    #expect(information.commandLine == Array("trace=1 -x".utf8))
    #expect(information.bootLoader == Array("a boot loader o".utf8))
  }

  @Test func `nothing but memory`() throws {
    var memory = Self.pvh()
    memory.put(0, 4, at: 0x10c)
    memory.put(0, 8, at: 0x118)
    let information = try Self.read(pvh: memory)
    #expect(information.module == nil)
    #expect(information.commandLine.isEmpty)
    #expect(Self.text(information).first == "100000-200000 kernel")
  }

  struct Damage: CustomTestStringConvertible {
    var name: String
    var reason: BootError.Reason
    var change: @Sendable (inout Memory) -> Void
    var testDescription: String { name }
  }

  private static let damages: [Damage] = [
    Damage(name: "magic", reason: .magic) { $0.put(0x336e_c579, 4, at: 0x100) },
    Damage(name: "version 0", reason: .noMemoryMap) { $0.put(0, 4, at: 0x104) },
    Damage(name: "no entries", reason: .noMemoryMap) { $0.put(0, 4, at: 0x130) },
    Damage(name: "entries without end", reason: .tooMany) { $0.put(0xffff_ffff, 4, at: 0x130) },
    Damage(name: "modules without end", reason: .tooMany) { $0.put(0xffff_ffff, 4, at: 0x10c) },
    Damage(name: "map nowhere", reason: .unreadable) { $0.put(0xffff_ffff_0000, 8, at: 0x128) },
    Damage(name: "map at 0", reason: .unreadable) { $0.put(0, 8, at: 0x128) },
    Damage(name: "modules nowhere", reason: .unreadable) { $0.put(.max, 8, at: 0x110) },
    Damage(name: "module beyond the end", reason: .range) { $0.put(.max - 5, 8, at: 0x200) },
    Damage(name: "module on the kernel", reason: .overlap) { $0.put(0x10_1000, 8, at: 0x200) },
    Damage(name: "memory beyond the end", reason: .range) { $0.put(.max, 8, at: 0x320) },
    Damage(name: "command line nowhere", reason: .unreadable) { $0.put(.max, 8, at: 0x118) },
    Damage(name: "command line without end", reason: .endlessText) {
      for index in 0x400..<0x2000 { $0.bytes[index] = 0x41 }
    },
  ]

  @Test(arguments: damages)
  func `damage has a name`(damage: Damage) {
    var memory = Self.pvh()
    damage.change(&memory)
    do {
      _ = try Self.read(pvh: memory)
      Issue.record("no error")
    } catch {
      #expect(error.reason == damage.reason, "\(error.message)")
    }
  }

  @Test func `too little room for the regions`() {
    for capacity in 0..<7 {
      do {
        _ = try Self.read(pvh: Self.pvh(), capacity: capacity)
        Issue.record("no error")
      } catch {
        #expect(error.reason == .tooManyRegions)
      }
    }
  }

  @Test func `an entry of Multiboot's map that is too short`() {
    var memory = Self.multiboot()
    memory.put(19, 4, at: 0x300)
    #expect(throws: BootError.self) { try Self.read(multiboot: memory) }
    memory.put(0x2bad, 4, at: 0x100)
    #expect(throws: BootError.self) {
      try BootInformation(multiboot: 0x100, magic: 1, image: Self.image, read: memory.read)
    }
  }

  @Test func `no bytes make it fall`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for round in 0..<3000 {
      var memory = round % 2 == 0 ? Self.pvh() : Self.multiboot()
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let places = [0x100..<0x144, 0x200..<0x220, 0x300..<0x3a8]
        let place = Int.random(in: places.randomElement(using: &random)!, using: &random)
        memory.bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      let information =
        round % 2 == 0 ? try? Self.read(pvh: memory) : try? Self.read(multiboot: memory)
      guard let information else { continue }
      var end: UInt64 = 0
      for region in information.regions.regions {
        #expect(region.range.lowerBound >= end, "seed \(seed)")
        end = region.range.upperBound
      }
    }
  }
}
