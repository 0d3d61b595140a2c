// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// mremap where it fails, and what Linux has done by then: `epimetheus twin` found each of these.
struct RemapRefusalTests {
  private let readWrite: Protection = [.read, .write]
  private let moving: RemapOptions = [.mayMove, .fixed]

  /// Writable VMAs of so many pages.
  private func makeSpace(
    _ mappings: [(at: UInt64, count: UInt64)], _ personality: Personality = .linux,
    options: MapOptions = []
  ) throws -> AddressSpace {
    var space = try KernelTests.makeSpace(personality)
    for mapping in mappings {
      _ = try space.map(
        .anonymous, at: .fixed(page(mapping.at), replacing: false),
        byteCount: mapping.count * 4096, protection: readWrite, options: options)
    }
    return space
  }

  private func remap(
    _ space: inout AddressSpace, _ byteCount: UInt64, _ newByteCount: UInt64,
    _ options: RemapOptions = [], to newAddress: VirtualAddress = page(100)
  ) -> String {
    outcome { () throws(Errno) in
      _ = try space.remap(
        page(0), byteCount: byteCount, newByteCount: newByteCount, options: options,
        newAddress: newAddress)
    }
  }

  @Test func `an old length that reaches over the top is refused after room was made`() throws {
    let absurd = 0 &- page(0).rawValue
    var space = try makeSpace([(0, 2), (100, 4)])
    check(remap(&space, absurd, 4096) == "EINVAL")
    expectLayout(space, "0-2 rw-p anonymous\n64-68 rw-p anonymous")
    check(remap(&space, absurd, 3 * 4096, moving, to: VirtualAddress(0x20_0000)) == "EFAULT")
    expectLayout(space, "0-2 rw-p anonymous\n64-68 rw-p anonymous")
    check(remap(&space, absurd, 4096, moving) == "EINVAL")
    expectLayout(space, "0-2 rw-p anonymous\n65-68 rw-p anonymous")
  }

  @Test func `memory that is shared is not mapped once more onto itself`() throws {
    var space = try makeSpace([(0, 2)], options: .shared)
    check(remap(&space, 0, 4096, moving, to: page(0)) == "EFAULT")
    expectLayout(space, "1-2 rw-s anonymous")
    var privately = try makeSpace([(0, 2)])
    check(remap(&privately, 0, 4096, .mayMove) == "EINVAL")
  }

  @Test func `a file does not grow beyond the last offset`() throws {
    var space = try KernelTests.makeSpace(.linux)
    _ = try space.map(
      .file(FileIdentity(rawValue: 1), offset: 0 &- 4 * 4096),
      at: .fixed(page(0), replacing: false), byteCount: 2 * 4096, protection: .read)
    check(remap(&space, 2 * 4096, 5 * 4096, .mayMove) == "EINVAL")
    check(remap(&space, 2 * 4096, 3 * 4096, .mayMove) == "OK")
  }

  @Test func `a promise that cannot be kept is refused after room was made`() throws {
    var personality = Personality.linux
    personality.commitByteLimit = 8 * 4096
    var space = try makeSpace([(0, 2), (100, 4)], personality)
    check(remap(&space, 2 * 4096, 12 * 4096) == "ENOMEM")
    expectLayout(space, "0-2 rw-p anonymous\n64-68 rw-p anonymous")
    check(remap(&space, 2 * 4096, 12 * 4096, moving) == "ENOMEM")
    expectLayout(space, "0-2 rw-p anonymous")
  }

  @Test func `what was locked and grows has its pages`() throws {
    var space = try makeSpace([(0, 2)], options: .locked)
    check(remap(&space, 2 * 4096, 5 * 4096) == "OK")
    for number in 0..<5 as Range<UInt64> { check(space.pageTable.walk(page(number)).pte.isPresent) }
    #expect(space.lockedPageCount == 5)
    try space.unmap(pages(1..<3))
    #expect(space.lockedPageCount == 3)
  }

  @Test func `without unmapping, an address is a hint that is taken as it is`() throws {
    var space = try makeSpace([(0, 2)])
    check(remap(&space, 2 * 4096, 2 * 4096, [.mayMove, .dontUnmap], to: page(50)) == "OK")
    expectLayout(space, "0-2 rw-p anonymous\n32-34 rw-p anonymous")
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `below the lowest address nothing is put, after the tail is gone`(count: UInt64) throws {
    var space = try makeSpace([(0, 2)])
    let low = VirtualAddress(0x1000)
    check(remap(&space, 2 * 4096, count * 4096, moving, to: low) == "EPERM")
    expectLayout(space, "0-\(count) rw-p anonymous")
  }
}
