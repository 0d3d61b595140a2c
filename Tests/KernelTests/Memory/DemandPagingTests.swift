// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Files, fault-around, stacks that grow, and what faults say.
struct DemandPagingTests {
  private let readWrite: Protection = [.read, .write]
  private let file = FileIdentity(rawValue: 1)
  private let absent: FaultOutcome = .signal(.segmentationViolation, code: 1)
  private let denied: FaultOutcome = .signal(.segmentationViolation, code: 2)

  /// A file of three and a half pages: the first byte of each is its number, the rest 0xdd.
  private func makeFill(_ memory: PhysicalMemory, byteCount: UInt64 = 3 * 4096 + 2048) -> PageFill {
    { (_, offset, segment) throws(Errno) in
      guard offset < byteCount else { return 0 }
      let count = min(segment.byteCount, byteCount - offset)
      let bytes = memory.bytes(of: segment)
      for index in 0..<Int(count) {
        let place = Int(offset) + index
        bytes[index] = place % 4096 == 0 ? UInt8(place / 4096) : 0xdd
      }
      return count
    }
  }

  @Test func `a file under Unikraft is read at once and ends in zeros`() throws {
    var space = try makeSpace()
    let fill = makeFill(space.memory)
    let start = try space.map(
      .file(file, offset: 0), byteCount: 3 * 4096, protection: .read, fill: fill)
    check(space.byte(at: start) == 0)
    check(space.byte(at: start + 1) == 0xdd)
    check(space.byte(at: start + 8192) == 2)
    try space.protect(start + 8192..<start + 12288, readWrite)
    expectLayout(space, "0-2 r--p file 0\n2-3 rw-p file 2")
    try space.unmap(start..<start + 8192)
    _ = try space.map(
      .file(file, offset: 12288), at: .fixed(start + 12288, replacing: false), byteCount: 4096,
      protection: readWrite, fill: fill)
    expectLayout(space, "2-4 rw-p file 2")
    check(space.byte(at: start + 12288) == 3)
    check(space.byte(at: start + 12288 + 2047) == 0xdd)
    check(space.byte(at: start + 12288 + 2048) == 0)
    let beyond = try space.map(
      .file(file, offset: 8 * 4096), byteCount: 4096, protection: .read, fill: fill)
    check(space.byte(at: beyond) == 0)
    #expect(
      outcome { () throws(Errno) in
        _ = try space.map(
          .file(file, offset: 0), byteCount: 4096, protection: readWrite, options: .shared,
          fill: fill)
      } == "EOPNOTSUPP")
  }

  @Test func `a file under Linux is read at the fault and is SIGBUS behind its end`() throws {
    for shift in [12, 16] as [UInt64] {
      var space = try makeSpace(.linux)
      space.faultAroundShift = shift
      let fill = makeFill(space.memory)
      let start = try space.map(
        .file(file, offset: 4096), byteCount: 6 * 4096, protection: readWrite)
      check(space.pageTable.walk(start).pte.isEmpty)
      check(space.touch(start + 4 * 4096, fill: fill) == .signal(.busError, code: 2))
      check(space.touch(start + 5, fill: fill) == .resolved)
      check(space.byte(at: start, fill: fill) == 1)
      check(space.byte(at: start + 2 * 4096 + 2048, fill: fill) == 0)
      check(space.touch(start + 3 * 4096, fill: fill) == .signal(.busError, code: 2))
      check(space.byte(at: start + 3 * 4096, fill: fill) == nil)
      // A private store is not undone by anything but DONTNEED.
      check(space.setByte(0x55, at: start, fill: fill))
      try space.protect(start..<start + 4096, .read)
      check(space.byte(at: start, fill: fill) == 0x55)
      try space.advise(start..<start + 4096, .dontNeed)
      check(space.byte(at: start, fill: fill) == 1)
    }
  }

  @Test func `a shared file mapping keeps its stores over DONTNEED`() throws {
    var space = try makeSpace(.linux)
    let fill = makeFill(space.memory)
    let start = try space.map(
      .file(file, offset: 0), byteCount: 4096, protection: readWrite, options: .shared)
    check(space.setByte(0x55, at: start, fill: fill))
    try space.advise(start..<start + 4096, .dontNeed)
    check(space.byte(at: start, fill: fill) == 0x55)
  }

  @Test func `errors of the file become signals`() throws {
    for (error, expected) in [
      (.ioError, .signal(.busError, code: 2)), (.outsideDecides, .undecided),
      (.outOfMemory, .signal(.kill, code: 0)),
    ] as [(Errno, FaultOutcome)] {
      var space = try makeSpace(.linux)
      let start = try space.map(.file(file, offset: 0), byteCount: 4096, protection: .read)
      let free = space.frames.freeFrameCount
      let result = space.touch(start) { (_, _, _) throws(Errno) in throw error }
      #expect(result == expected)
      check(space.frames.freeFrameCount == free)
    }
  }

  @Test func `faults tell what is missing from what is forbidden`() throws {
    var space = try makeSpace(.linux)
    let start = try space.map(.anonymous, byteCount: 4096, protection: .read)
    check(space.touch(start - 1) == absent)
    check(space.touch(start + 4096) == absent)
    check(space.touch(start, [.user, .write]) == denied)
    check(space.touch(start, [.user, .fetch]) == denied)
    check(space.touch(start) == .resolved)
    check(space.touch(start, [.user, .write, .present]) == denied)
    check(space.touch(start) == .resolved)
    check(space.touch(VirtualAddress(0)) == absent)
  }

  @Test func `without a frame a fault is SIGKILL and changes nothing`() throws {
    var space = try makeSpace(.linux, frameCount: 32)
    let start = try space.map(.anonymous, byteCount: 64 * 4096, protection: readWrite)
    var resolved: UInt64 = 0
    while space.touch(start + resolved * 4096, [.user, .write]) == .resolved { resolved += 1 }
    check(resolved == space.frames.totalFrameCount - 4)
    check(space.touch(start + resolved * 4096) == .signal(.kill, code: 0))
    try space.unmap(start..<start + 4096)
    check(space.touch(start + resolved * 4096) == .resolved)
  }

  @Test func `a window of pages is faulted in together, inside its VMA`() throws {
    var space = try makeSpace(.linux)
    space.faultAroundShift = 16
    let start = VirtualAddress(0x6000_0000_3000)
    _ = try space.map(
      .anonymous, at: .fixed(start, replacing: false), byteCount: 40 * 4096,
      protection: readWrite)
    _ = space.takeTranslationChanges()
    check(space.touch(start + 4096) == .resolved)
    let changes = space.takeTranslationChanges()
    #expect(changes.count == 1)
    if case .map(let address, _, let byteCount, _)? = changes.first {
      #expect(address == start && byteCount == 13 * 4096)
    }
    // What is there stays, the rest of the window comes.
    try space.unmap(start + 13 * 4096..<start + 14 * 4096)
    check(space.touch(start + 20 * 4096) == .resolved)
    check(space.pageTable.walk(start + 14 * 4096).pte.isPresent)
    check(space.pageTable.walk(start + 29 * 4096).pte.isEmpty)
  }

  @Test func `a stack grows to where it is touched, and not into its neighbour`() throws {
    var space = try makeSpace(.linux)
    let top = VirtualAddress(0x7fff_f000_0000)
    _ = try space.map(
      .stack, at: .fixed(top - 8192, replacing: false), byteCount: 8192, protection: readWrite,
      options: .growsDown)
    _ = space.takeVMAChanges()
    check(space.touch(top - 100_000, [.user, .write]) == .resolved)
    expectLayout(space, "-19-0 rw-p stack", base: top)
    let changes = space.takeVMAChanges()
    #expect(changes.count == 1)
    if case .mapped(let vma)? = changes.first {
      #expect(vma.range == top - 0x19000..<top && vma.backing == .stack)
    }
    check(space.touch(top - (8 << 20)) == .resolved)
    check(space.touch(top - (8 << 20) - 1) == absent)
    var crowded = try makeSpace(.linux)
    _ = try crowded.map(
      .stack, at: .fixed(top - 8192, replacing: false), byteCount: 8192, protection: readWrite,
      options: .growsDown)
    _ = try crowded.map(
      .anonymous, at: .fixed(top - (2 << 20), replacing: false), byteCount: 4096,
      protection: .read)
    check(crowded.touch(top - (1 << 20) + 8192) == .resolved)
    check(crowded.touch(top - (1 << 20) - 4096) == absent)
  }

  @Test func `adopting what stands already keeps its pages`() throws {
    var space = try makeSpace(.linux)
    let start = try space.map(.anonymous, byteCount: 4 * 4096, protection: readWrite)
    check(space.setByte(3, at: start))
    check(space.setByte(4, at: start + 4096))
    _ = space.takeVMAChanges()
    var wanted = VMADescription(
      range: start..<start + 4 * 4096, protection: readWrite, backing: .anonymous)
    try space.adopt(wanted)
    #expect(space.takeVMAChanges().isEmpty)
    wanted.range = start..<start + 4096
    wanted.protection = .read
    try space.adopt(wanted)
    check(space.byte(at: start) == 3)
    wanted = VMADescription(
      range: start + 4096..<start + 6 * 4096, protection: .read, backing: .file, offset: 4096,
      name: Array("/lib/x".utf8))
    try space.adopt(wanted, file: file)
    try space.adopt(unmapped: start + 5 * 4096..<start + 6 * 4096)
    expectLayout(space, "0-1 r--p anonymous\n1-5 r--p file 1 /lib/x", base: start)
    let fill = makeFill(space.memory)
    check(space.byte(at: start + 4096, fill: fill) == 1)
    let syscalls = VirtualAddress(0xffff_ffff_ff60_0000)
    try space.adopt(
      VMADescription(
        range: syscalls..<syscalls + 4096, protection: .execute, backing: .special,
        name: Array("[vsyscall]".utf8)))
    check(space.find(syscalls)?.backing == .special)
    check(space.touch(syscalls, [.user, .fetch]) == .resolved)
    #expect(
      outcome { () throws(Errno) in
        try space.adopt(
          VMADescription(
            range: VirtualAddress(1 << 47)..<VirtualAddress(1 << 48), protection: .read,
            backing: .anonymous))
      } == "EINVAL")
  }
}
