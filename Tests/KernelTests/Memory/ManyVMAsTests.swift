// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// A hundred thousand VMAs: what is linear anywhere does not end here.
struct ManyVMAsTests {
  @Test func `100,000 VMAs are made, found, split, merged and unmapped`() throws {
    let count: UInt64 = 100_000
    var space = try makeSpace()
    var random = SplitMix64(seed: 1)
    // A step through all numbers in an order without pattern: coprime to the count.
    var number: UInt64 = 0
    for _ in 0..<count {
      number = (number + 61_803) % count
      _ = try space.map(
        .anonymous, at: .fixed(page(number * 2), replacing: false), byteCount: 4096,
        protection: .read)
    }
    check(space.vmaCount == Int(count))
    let changes = space.takeVMAChanges()
    #expect(changes.count { if case .mapped = $0 { true } else { false } } == Int(count))
    for _ in 0..<count {
      let number = random.next(below: count * 2)
      check((space.find(page(number)) != nil) == (number % 2 == 0))
    }
    // The only gap for two pages is behind all, where first fit must not look at every one.
    for index in 0..<1000 as Range<UInt64> {
      let address = try space.map(.anonymous, byteCount: 8192, protection: [.read, .write])
      #expect(address == page(count * 2 - 1 + index * 2))
    }
    for number in 0..<1000 as Range<UInt64> {
      try space.protect(pages(number * 2..<number * 2 + 1), .execute)
      try space.unmap(pages(count * 2 - 2 * number..<count * 2 - 2 * number + 1))
    }
    try space.unmap(page(0)..<VirtualAddress(0x8000_0000_0000))
    check(space.vmaCount == 0)
  }
}
