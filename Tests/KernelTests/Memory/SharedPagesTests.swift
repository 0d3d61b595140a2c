// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Pages that mappings share: of files, of shared memory, and the copies of private mappings.
struct SharedPagesTests {
  private let readWrite: Protection = [.read, .write]
  private let file = FileIdentity(rawValue: 3)
  private let other = FileIdentity(rawValue: 4)
  private let page = PageSize.base.byteCount

  /// A file of three and a half pages; the first byte of each page is its number and 0x40.
  private static func fill(
    _ file: FileIdentity, _ offset: UInt64, _ segment: PhysicalSegment, _ memory: PhysicalMemory
  ) -> UInt64 {
    let end: UInt64 = 3 * 4096 + 2048
    guard offset < end else { return 0 }
    let bytes = memory.bytes(of: segment)
    let count = min(segment.byteCount, end - offset)
    for index in 0..<Int(count) {
      let place = offset + UInt64(index)
      bytes[index] = place & 4095 == 0 ? UInt8(0x40 + place >> 12) : 0xdd
    }
    return count
  }

  private struct Fixture: ~Copyable {
    var space: AddressSpace
    let free: UInt64
    var fills = 0

    init(frameCount: Int = 512) throws {
      space = try makeSpace(.linux, frameCount: frameCount)
      free = space.frames.freeFrameCount
    }

    var memory: PhysicalMemory { space.memory }

    mutating func byte(_ address: VirtualAddress) -> UInt8? {
      let memory = memory
      var count = 0
      let byte = space.byte(at: address) { file, offset, segment throws(Errno) in
        count += 1
        return SharedPagesTests.fill(file, offset, segment, memory)
      }
      fills += count
      return byte
    }

    mutating func set(_ value: UInt8, _ address: VirtualAddress) -> Bool {
      let memory = memory
      var count = 0
      let done = space.setByte(value, at: address) { file, offset, segment throws(Errno) in
        count += 1
        return SharedPagesTests.fill(file, offset, segment, memory)
      }
      fills += count
      return done
    }

    mutating func touch(_ address: VirtualAddress, _ code: FaultCode) -> FaultOutcome {
      let memory = memory
      return space.touch(address, code) { file, offset, segment throws(Errno) in
        SharedPagesTests.fill(file, offset, segment, memory)
      }
    }

    /// Unmaps all; what the file was shown by then, as offset and first byte.
    mutating func end() throws -> [UInt64: UInt8] {
      try space.unmap(VirtualAddress(0)..<space.personality.highestAddress)
      var shown: [UInt64: UInt8] = [:]
      let memory = memory
      space.settle { _, offset, segment in shown[offset] = memory.bytes(of: segment)[0] }
      #expect(space.frames.freeFrameCount == free, "frames that nobody has")
      return shown
    }
  }

  @Test func `two mappings of a page have one frame, and it goes with the last`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(.file(file, offset: 0), byteCount: 2 * page, protection: .read)
    let b = try fixture.space.map(
      .file(file, offset: page), byteCount: 2 * page, protection: .read)
    check(fixture.byte(a + page) == 0x41)
    let free = fixture.space.frames.freeFrameCount
    check(fixture.byte(b) == 0x41)
    check(fixture.fills == 1)
    check(
      fixture.space.pageTable.walk(b).pte.address
        == fixture.space.pageTable.walk(a + page).pte.address)
    check(fixture.space.frames.freeFrameCount >= free - 1, "a table at most")
    try fixture.space.unmap(a..<a + 2 * page)
    check(fixture.byte(b) == 0x41)
    check(fixture.fills == 1)
    check(try fixture.end().isEmpty)
  }

  @Test func `the first store to a private mapping copies`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(.file(file, offset: 0), byteCount: page, protection: readWrite)
    let b = try fixture.space.map(.file(file, offset: 0), byteCount: page, protection: .read)
    check(fixture.byte(a) == 0x40 && fixture.byte(b) == 0x40)
    _ = fixture.space.takeTranslationChanges()
    check(fixture.touch(a, [.user, .write, .present]) == .resolved)
    let changes = fixture.space.takeTranslationChanges()
    check(changes.count == 1)
    guard case .map(let address, let physical, page, readWrite)? = changes.first else {
      Issue.record("the CPU was not told of the copy")
      return
    }
    check(address == a && physical != fixture.space.pageTable.walk(b).pte.address)
    check(fixture.set(9, a))
    check(fixture.byte(a) == 9 && fixture.byte(b) == 0x40)
    check(fixture.fills == 1)
    check(try fixture.end().isEmpty)
  }

  @Test func `a page that nobody else has is taken over without a copy`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(.file(file, offset: 0), byteCount: page, protection: readWrite)
    check(fixture.byte(a) == 0x40)
    let frame = fixture.space.pageTable.walk(a).pte.address
    _ = fixture.space.takeTranslationChanges()
    check(fixture.set(1, a))
    check(fixture.space.pageTable.walk(a).pte.address == frame)
    guard case .protect(a, page, readWrite)? = fixture.space.takeTranslationChanges().first else {
      Issue.record("the CPU was not told that it may store")
      return
    }
    let b = try fixture.space.map(.file(file, offset: 0), byteCount: page, protection: .read)
    check(fixture.byte(b) == 0x40, "the store stays with its mapping")
    check(fixture.fills == 2)
    check(try fixture.end().isEmpty)
  }

  @Test func `mprotect to writable and back does not let stores through to the file`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(.file(file, offset: 0), byteCount: page, protection: .read)
    let b = try fixture.space.map(.file(file, offset: 0), byteCount: page, protection: .read)
    check(fixture.byte(a) == 0x40 && fixture.byte(b) == 0x40)
    _ = fixture.space.takeTranslationChanges()
    try fixture.space.protect(a..<a + page, readWrite)
    for change in fixture.space.takeTranslationChanges() {
      if case .protect(_, _, let protection) = change {
        check(!protection.contains(.write), "the CPU would let the store through")
      }
    }
    check(fixture.set(5, a))
    check(fixture.byte(b) == 0x40)
    try fixture.space.protect(a..<a + page, [])
    try fixture.space.protect(a..<a + page, readWrite)
    check(fixture.byte(a) == 5)
    check(try fixture.end().isEmpty)
  }

  @Test func `stores to a shared mapping are seen by all and reach the file once`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(
      .file(file, offset: 0), byteCount: 2 * page, protection: readWrite, options: .shared)
    let b = try fixture.space.map(.file(file, offset: 0), byteCount: 2 * page, protection: .read)
    check(fixture.byte(b) == 0x40)
    check(fixture.set(7, a))
    check(fixture.byte(b) == 7)
    try fixture.space.advise(a..<a + 2 * page, .dontNeed)
    check(fixture.byte(a) == 7)
    try fixture.space.unmap(a..<a + 2 * page)
    check(fixture.byte(b) == 7)
    let shown = try fixture.end()
    check(shown == [0: 7], "the page that was not touched is none of it: \(shown)")
  }

  @Test func `a shared mapping that becomes writable is written back too`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(
      .file(file, offset: 0), byteCount: page, protection: .read, options: .shared)
    check(fixture.byte(a) == 0x40)
    try fixture.space.protect(a..<a + page, readWrite)
    check(fixture.set(8, a))
    check(try fixture.end() == [0: 8])
  }

  @Test func `a private mapping copies what was stored to the shared one`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(
      .file(file, offset: 0), byteCount: page, protection: readWrite, options: .shared)
    let b = try fixture.space.map(.file(file, offset: 0), byteCount: page, protection: readWrite)
    check(fixture.set(7, a))
    check(fixture.set(1, b + 1))
    check(fixture.byte(b) == 7)
    check(fixture.set(8, a))
    check(fixture.byte(b) == 7)
    check(try fixture.end() == [0: 8])
  }

  @Test func `shared memory lives as long as a mapping of it`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(
      .anonymous, byteCount: 4 * page, protection: readWrite, options: .shared)
    check(fixture.set(7, a + page))
    try fixture.space.advise(a..<a + 4 * page, .dontNeed)
    check(fixture.byte(a + page) == 7)
    let b = try fixture.space.remap(
      a, byteCount: 0, newByteCount: 4 * page, options: .mayMove)
    check(b != a)
    check(fixture.byte(b + page) == 7)
    check(fixture.set(9, b + 3 * page))
    try fixture.space.unmap(a..<a + 4 * page)
    check(fixture.byte(b + page) == 7 && fixture.byte(b + 3 * page) == 9)
    let moved = try fixture.space.remap(
      b, byteCount: 4 * page, newByteCount: 8 * page,
      options: [.mayMove, .fixed], newAddress: VirtualAddress(0x1000_0000))
    check(fixture.byte(moved + page) == 7)
    check(fixture.touch(moved + 4 * page, .user) == .signal(.busError, code: 2))
    check(try fixture.end().isEmpty)
  }

  @Test func `only shared memory is mapped once more`() throws {
    var fixture = try Fixture()
    let a = try fixture.space.map(.anonymous, byteCount: page, protection: readWrite)
    let shared = try fixture.space.map(
      .file(file, offset: page), byteCount: 2 * page, protection: readWrite, options: .shared)
    check(
      outcome { () throws(Errno) in
        _ = try fixture.space.remap(a, byteCount: 0, newByteCount: page, options: .mayMove)
      } == "EINVAL")
    check(
      outcome { () throws(Errno) in
        _ = try fixture.space.remap(shared, byteCount: 0, newByteCount: page, options: [])
      } == "ENOMEM")
    let twin = try fixture.space.remap(
      shared + page, byteCount: 0, newByteCount: page, options: .mayMove)
    check(fixture.byte(twin) == 0x42)
    check(fixture.set(1, twin))
    check(fixture.byte(shared + page) == 1)
    check(try fixture.end() == [2 * page: 1])
  }

  @Test func `a file that becomes shorter takes its pages along`() throws {
    var fixture = try Fixture()
    let shared = try fixture.space.map(
      .file(file, offset: 0), byteCount: 4 * page, protection: readWrite, options: .shared)
    let own = try fixture.space.map(
      .file(other, offset: 0), byteCount: 4 * page, protection: readWrite)
    for index in 0..<UInt64(4) {
      check(fixture.set(1, shared + index * page))
      check(fixture.set(2, own + index * page))
    }
    check(fixture.set(3, shared + page + 100) && fixture.set(3, shared + page + 200))
    fixture.space.truncate(file, to: page + 150)
    fixture.space.truncate(other, to: page)
    let table = fixture.space.pageTable
    check(!table.walk(shared + page).pte.isEmpty && table.walk(shared + 2 * page).pte.isEmpty)
    check(!table.walk(own).pte.isEmpty && table.walk(own + page).pte.isEmpty)
    check(fixture.byte(shared + page + 100) == 3 && fixture.byte(shared + page + 200) == 0)
    check(try fixture.end() == [0: 1, page: 1])
  }

  @Test func `populating copies what may be stored to and shares the rest`() throws {
    var fixture = try Fixture()
    let memory = fixture.memory
    let fill: PageFill = { file, offset, segment throws(Errno) in
      SharedPagesTests.fill(file, offset, segment, memory)
    }
    let own = try fixture.space.map(
      .file(file, offset: 0), byteCount: 3 * page, protection: readWrite)
    let free = fixture.space.frames.freeFrameCount
    try fixture.space.advise(own..<own + 3 * page, Advice(rawValue: 22), fill: fill)
    check(fixture.space.pageTable.walk(own).pte.isCopyOnWrite)
    try fixture.space.advise(own..<own + 3 * page, Advice(rawValue: 23), fill: fill)
    check(!fixture.space.pageTable.walk(own).pte.isCopyOnWrite)
    check(fixture.space.pageTable.walk(own + 2 * page).pte.isWritable)
    check(
      outcome { () throws(Errno) in
        try fixture.space.populate(own..<own + 4 * page, fill: fill)
      } == "ENOMEM")
    check(free - fixture.space.frames.freeFrameCount <= 3 + 3)
    check(try fixture.end().isEmpty)
  }

  @Test func `a fault brings the neighbours in only where it does not copy`() throws {
    var fixture = try Fixture()
    fixture.space.faultAroundShift = 14
    let a = try fixture.space.map(
      .file(file, offset: 0), at: .fixed(VirtualAddress(0x4000_0000), replacing: true),
      byteCount: 4 * page, protection: readWrite)
    check(fixture.touch(a + page, [.user, .write]) == .resolved)
    check(fixture.space.pageTable.walk(a).pte.isEmpty)
    check(fixture.touch(a, .user) == .resolved)
    check(fixture.touch(a + 2 * page, .user) == .resolved)
    check(fixture.space.pageTable.walk(a + 3 * page).pte.isCopyOnWrite)
    check(fixture.byte(a + 3 * page) == 0x43)
    check(try fixture.end().isEmpty)
  }

  /// Everything that takes frames, with each request in turn refused.
  @Test func `a request for a frame that fails loses no frame and no contents`() throws {
    for count in 0..<40 {
      var fixture = try Fixture()
      let shared = try fixture.space.map(
        .file(file, offset: 0), byteCount: 3 * page, protection: readWrite, options: .shared)
      let own = try fixture.space.map(
        .file(file, offset: 0), byteCount: 3 * page, protection: readWrite)
      let anonymous = try fixture.space.map(
        .anonymous, byteCount: 3 * page, protection: readWrite, options: .shared)
      check(fixture.set(7, shared))
      check(fixture.byte(own) == 7)
      fixture.space.frames.requestsUntilFailure = count
      _ = fixture.touch(own, [.user, .write, .present])
      _ = fixture.touch(own + page, [.user, .write])
      _ = fixture.touch(shared + page, .user)
      _ = fixture.touch(own + 2 * page, .user)
      _ = fixture.touch(anonymous, [.user, .write])
      _ = try? fixture.space.populate(own..<own + 3 * page)
      _ = try? fixture.space.remap(
        anonymous, byteCount: 0, newByteCount: 3 * page, options: .mayMove)
      _ = try? fixture.space.remap(
        shared, byteCount: 3 * page, newByteCount: 600 * page, options: .mayMove)
      fixture.space.frames.requestsUntilFailure = nil
      #if CHECK_INVARIANTS
        fixture.space.checkAll()
      #endif
      check(fixture.byte(own) == 7)
      check(try fixture.end()[0] == 7, "request \(count)")
    }
  }

  @Test func `offsets at the end of what there is are no offsets beyond it`() throws {
    var fixture = try Fixture()
    let last = UInt64.max & ~4095
    let a = try fixture.space.map(
      .file(file, offset: last - page), byteCount: page, protection: .read, options: .shared)
    check(fixture.touch(a, .user) == .signal(.busError, code: 2))
    check(
      outcome { () throws(Errno) in
        _ = try fixture.space.map(.file(file, offset: last), byteCount: page, protection: .read)
      } == "EOVERFLOW")
    fixture.space.truncate(file, to: .max)
    fixture.space.truncate(FileIdentity(rawValue: .max), to: 0)
    let far = try fixture.space.map(
      .file(FileIdentity(rawValue: .max), offset: 0), byteCount: page, protection: readWrite,
      options: .shared)
    check(fixture.set(1, far), "a file without a number that the cache takes")
    check(try fixture.end().isEmpty)
  }
}
