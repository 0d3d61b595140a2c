// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// What a VMA is, packed: each part is as it was set, whatever the others are.
struct VMAAttributesTests {
  private static let backings: [Backing] = [
    .anonymous, .stack, .reserved, .special, .direct(PhysicalAddress(0x1234_5000)),
    .file(FileIdentity(rawValue: .max), offset: 0xffff_ffff_ffff_f000),
    .sharedAnonymous(7, offset: 0x8000),
  ]
  private static let sizes: [PageSize?] = [nil, .base, .large, .huge]

  private func vma(_ backing: Backing) -> VMA {
    VMA(
      range: pages(4..<8), backing: backing, name: Name(rawValue: .max), protection: [],
      flags: [], pageSize: nil)
  }

  @Test(arguments: backings)
  func `each part comes back as it was set`(backing: Backing) {
    var vma = vma(backing)
    for bit in 0..<19 as Range<UInt32> {
      let flags = VMA.Flags(rawValue: 1 << bit)
      for protection in 0..<8 as Range<UInt8> {
        for size in Self.sizes {
          vma.flags = flags
          vma.protection = Protection(rawValue: protection)
          vma.pageSize = size
          vma.origin = bit
          #expect(vma.backing == backing)
          #expect(vma.flags == flags)
          #expect(vma.protection == Protection(rawValue: protection))
          #expect(vma.pageSize == size)
          #expect(vma.name == Name(rawValue: .max))
          #expect(vma.origin == bit)
          #expect(vma.displacement == 0)
        }
      }
    }
  }

  @Test func `a backing that is changed leaves nothing of the one before`() {
    for before in Self.backings {
      for after in Self.backings {
        var vma = vma(before)
        vma.backing = after
        #expect(vma == self.vma(after), "\(before), \(after)")
      }
    }
  }

  @Test(arguments: backings)
  func `what is further in is the backing further in`(backing: Backing) {
    let vma = vma(backing)
    let next = vma.part(pages(6..<8))
    #expect(next.backing == backing.advanced(by: 0x2000))
    #expect(vma.part(pages(4..<6)).canMerge(with: next) == (backing != .special))
    for other in Self.backings where other != backing {
      let other = self.vma(other).part(pages(6..<8))
      #expect(!vma.part(pages(4..<6)).canMerge(with: other))
    }
  }

  @Test func `what was moved stays so in all its parts`() {
    var vma = vma(.anonymous)
    vma.displacement = 0x5000
    let next = vma.part(pages(6..<8))
    #expect(next.displacement == 0x5000 && next.backing == .anonymous)
    #expect(vma.part(pages(4..<6)).canMerge(with: next))
    #expect(!vma.part(pages(4..<6)).canMerge(with: self.vma(.anonymous).part(pages(6..<8))))
  }

  @Test func `a flag that there is no room for dies at once`() async {
    await #expect(processExitsWith: .failure) {
      var vma = VMA(
        range: pages(0..<1), backing: .anonymous, name: .none, protection: [], flags: [],
        pageSize: nil)
      vma.flags = VMA.Flags(rawValue: 1 << 19)
    }
  }
}
