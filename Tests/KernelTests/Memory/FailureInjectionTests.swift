// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Every operation with every one of its requests for memory failing in turn: what throws has left
/// VMAs, PTEs, frames and what is told of them as they were; Linux keeps the pages that it has when
/// advice to populate fails.
struct FailureInjectionTests {
  private static let readWrite: Protection = [.read, .write]
  private static let file = FileIdentity(rawValue: 1)

  /// All that an operation might have changed.
  private struct State: Equatable {
    var vmas: [VMA]
    /// Address, level and entry of each leaf.
    var leaves: [UInt64]
    var freeFrameCount: UInt64
    var tableCount: UInt64
    var firstBytes: [UInt8?]
  }

  private static func state(_ space: inout AddressSpace) -> State {
    var leaves: [UInt64] = []
    let memory = space.memory
    space.pageTable.forEachLeaf(in: VirtualAddress(0)..<VirtualAddress(1 << 48)) {
      leaves += [$0.rawValue, UInt64($1), memory.word(at: $2)]
    }
    let saved = space.savePaging()
    let bytes = [0, 1, 2, 3, 600, 1023, 1024].map { space.byte(at: page($0)) }
    space.restorePaging(saved)
    return State(
      vmas: space.vmas(in: VirtualAddress(0)..<VirtualAddress(.max)), leaves: leaves,
      freeFrameCount: space.frames.freeFrameCount, tableCount: space.pageTable.tableCount,
      firstBytes: bytes)
  }

  private static func fill(_ memory: PhysicalMemory) -> PageFill {
    { (_, offset, segment) throws(Errno) in
      memory.bytes(of: segment).initializeMemory(as: UInt8.self, repeating: 0x5a)
      return segment.byteCount
    }
  }

  /// Small pages, a hole, a 2 MiB page that anybody may cut, a stack.
  private static func makeFixture(_ personality: Personality) throws -> AddressSpace {
    var space = try makeSpace(personality, frameCount: 8192)
    try map(&space, 0, 3, readWrite)
    try map(&space, 3, 3, .read)
    for index in 0..<3 as Range<UInt64> { check(space.setByte(UInt8(index + 1), at: page(index))) }
    space.demandPageSize = .large
    try map(&space, 512, 512, readWrite)
    check(space.setByte(9, at: page(600)))
    check(space.pageTable.walk(page(600)).level == 1)
    space.demandPageSize = .base
    try map(&space, 1024, 4, readWrite)
    check(space.setByte(8, at: page(1024)))
    _ = try space.map(
      .stack, at: .fixed(page(2048), replacing: false), byteCount: 4 * 4096,
      protection: readWrite)
    space.discardChanges()
    return space
  }

  private static func map(
    _ space: inout AddressSpace, _ at: UInt64, _ count: UInt64, _ protection: Protection
  ) throws {
    _ = try space.map(
      .anonymous, at: .fixed(page(at), replacing: true), byteCount: count * 4096,
      protection: protection)
  }

  private struct Operation: CustomTestStringConvertible {
    let testDescription: String
    let keepsPagesUnderLinux: Bool
    let body: (inout AddressSpace) throws(Errno) -> Void

    init(
      _ name: String, keepsPagesUnderLinux: Bool = false,
      _ body: @escaping (inout AddressSpace) throws(Errno) -> Void
    ) {
      testDescription = name
      self.keepsPagesUnderLinux = keepsPagesUnderLinux
      self.body = body
    }
  }

  private static func mapping(
    _ name: String, _ range: Range<UInt64>, _ backing: Backing = .anonymous,
    _ options: MapOptions = [], pageSize: PageSize? = nil, initialByteCount: UInt64 = 0
  ) -> Operation {
    Operation(name) { (space) throws(Errno) in
      _ = try space.map(
        backing, at: .fixed(page(range.lowerBound), replacing: true),
        byteCount: UInt64(range.count) * 4096, protection: readWrite, options: options,
        pageSize: pageSize, initialByteCount: initialByteCount, fill: fill(space.memory))
    }
  }

  private static var operations: [Operation] {
    [
      mapping("map into a hole", 100..<102),
      mapping("replace parts of several VMAs", 1..<601),
      mapping("replace the middle of a large page", 600..<602),
      mapping("populate a hole", 4096..<4200, .anonymous, .populate),
      mapping("populate over everything", 1..<1026, .anonymous, .populate),
      mapping("populate inside a large page", 600..<700, .anonymous, .populate),
      mapping("populate 2 MiB pages", 512..<2048, .anonymous, .populate, pageSize: .large),
      mapping("populate a file", 2..<90, .file(file, offset: 0), .populate),
      mapping("populate given memory", 2..<5, .direct(PhysicalAddress(0x1000)), .populate),
      mapping("a stack with initial pages", 600..<640, .stack, [], initialByteCount: 5 * 4096),
      Operation("unmap the middle of a large page") { (space) throws(Errno) in
        try space.unmap(pages(600..<602))
      },
      Operation("unmap over holes") { (space) throws(Errno) in try space.unmap(pages(2..<700)) },
      Operation("protect inside a large page") { (space) throws(Errno) in
        try space.protect(pages(600..<602), .read)
      },
      Operation("protect over everything") { (space) throws(Errno) in
        try space.protect(pages(1..<1025), [])
      },
      Operation("give part of a large page back") { (space) throws(Errno) in
        try space.advise(pages(600..<700), .dontNeed)
      },
      Operation("populate what stands") { (space) throws(Errno) in
        try space.populate(pages(0..<6))
      },
      Operation("populate with advice", keepsPagesUnderLinux: true) { (space) throws(Errno) in
        try space.advise(pages(1024..<1028), .populateWrite)
      },
      Operation("move pages") { (space) throws(Errno) in
        _ = try space.remap(
          page(0), byteCount: 2 * 4096, newByteCount: 2 * 4096, options: [.mayMove, .fixed],
          newAddress: page(1 << 20))
      },
      Operation("grow by moving") { (space) throws(Errno) in
        _ = try space.remap(
          page(0), byteCount: 3 * 4096, newByteCount: 40 * 4096, options: .mayMove)
      },
      Operation("fault a page in") { (space) throws(Errno) in
        let outcome = space.touch(page(1025), [.user, .write])
        guard outcome == .resolved else { throw .outOfMemory }
      },
      Operation("move the break") { (space) throws(Errno) in
        let wanted = space.currentBreak + 10 * 4096
        guard space.setBreak(to: wanted) == wanted else { throw .outOfMemory }
      },
    ]
  }

  private enum Source: CaseIterable {
    case frames
    case vmas
  }

  @Test(arguments: operations.indices)
  func `what fails changes nothing`(index: Int) throws {
    let operation = Self.operations[index]
    for personality in [.unikraft, .linux] as [Personality] {
      for source in Source.allCases {
        var failures = 0
        for wish in 0..<2000 {
          var space = try Self.makeFixture(personality)
          let before = Self.state(&space)
          switch source {
          case .frames: space.frames.requestsUntilFailure = wish
          case .vmas: space.vmas.pool.reservationsUntilFailure = wish
          }
          let result = outcome { () throws(Errno) in try operation.body(&space) }
          let isDone =
            space.frames.requestsUntilFailure ?? space.vmas.pool.reservationsUntilFailure != nil
          space.frames.requestsUntilFailure = nil
          space.vmas.pool.reservationsUntilFailure = nil
          if isDone {
            #expect(result == "OK", "\(operation.testDescription), nothing failed")
            break
          }
          space.checkAll()
          if result == "OK" { continue }
          failures += 1
          #expect(result == "ENOMEM", "\(operation.testDescription), request \(wish)")
          var after = Self.state(&space)
          if operation.keepsPagesUnderLinux, personality.rules.contains(.populatesInOrder) {
            after = before
            after.vmas = space.vmas(in: VirtualAddress(0)..<VirtualAddress(.max))
          }
          #expect(after == before, "\(operation.testDescription), request \(wish)")
          check(
            space.takeVMAChanges().isEmpty, "\(operation.testDescription), request \(wish)")
        }
        check(failures < 1999)
      }
    }
  }
}
