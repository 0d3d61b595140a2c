// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// A file's mappings, its reads and its writes are of one file.
struct FileMappingTests {
  private static let readOnly: UInt64 = 0
  private static let readWrite: UInt64 = 2
  private static let create: UInt64 = 0o102
  private static let shared: UInt64 = 1
  private static let own: UInt64 = 2

  private func guest() throws -> Guest {
    try Guest(["/data": .directory(["f"]), "/data/f": .file([UInt8](repeating: 65, count: 5000))])
  }

  /// Maps a descriptor and expects it to work.
  private func map(
    _ guest: inout Guest, _ descriptor: Int64, _ byteCount: UInt64, _ protection: UInt64,
    _ flags: UInt64, at offset: UInt64 = 0
  ) -> UInt64 {
    let address = guest.call(
      .mmap, 0, byteCount, protection, flags, UInt64(descriptor), offset)
    #expect(address > 0)
    return UInt64(max(0, address))
  }

  /// How a fault of the guest ends.
  private func fault(_ guest: inout Guest, _ address: UInt64, _ code: FaultCode) -> Signal? {
    let fault = PageFault(
      address: VirtualAddress(address), code: code, instructionPointer: VirtualAddress(0x1000))
    let completion = guest.kernel.handle(.pageFault(fault), on: &guest.machine)
    if case .ended(.killed(let signal)) = completion { return signal }
    return nil
  }

  @Test func `stores to a shared mapping are what read gives, and writes are what it shows`() throws
  {
    var guest = try guest()
    let file = guest.open("f", Self.readWrite)
    let at = map(&guest, file, 8192, 3, Self.shared)
    guest.write(Array("stored".utf8), at: at + 10)
    let buffer = guest.room(64)
    #expect(guest.call(.pread64, UInt64(file), buffer, 8, 9) == 8)
    #expect(guest.read(buffer, 8) == Array("AstoredA".utf8))
    let text = guest.put(Array("written".utf8))
    #expect(guest.call(.pwrite64, UInt64(file), text, 7, 4094) == 7)
    #expect(guest.read(at + 4093, 9) == Array("AwrittenA".utf8))
    #expect(guest.contents("f")?.contains("stored") == true)
    #expect(guest.call(.munmap, at, 8192) == 0)
    #expect(guest.contents("f")?.contains("stored") == true)
    #expect(guest.kernel.addressSpace.cache.frameCount == 0)
  }

  @Test func `two opens of a file have one set of pages`() throws {
    var guest = try guest()
    let first = guest.open("n", Self.create)
    #expect(guest.write(String(repeating: "x", count: 4096), to: first) == 4096)
    let second = guest.open("n", Self.readWrite)
    let a = map(&guest, first, 4096, 3, Self.shared)
    let b = map(&guest, second, 4096, 3, Self.shared)
    let c = map(&guest, second, 4096, 3, Self.own)
    guest.write([1], at: a)
    #expect(guest.read(b, 2) == [1, 120])
    #expect(guest.read(c, 1) == [1])
    guest.write([2], at: c)
    guest.write([3], at: b)
    #expect(guest.read(a, 1) == [3])
    #expect(guest.read(c, 1) == [2])
    #expect(
      guest.kernel.addressSpace.vmas(in: VirtualAddress(c)..<VirtualAddress(a + 4096)).count == 3)
  }

  @Test func `behind the end of a file is SIGBUS, also where it became shorter`() throws {
    var guest = try guest()
    let file = guest.open("f", Self.readWrite)
    let at = map(&guest, file, 3 * 4096, 3, Self.shared)
    #expect(fault(&guest, at + 8192, .user) == .busError)
    guest.write([1], at: at + 4096)
    guest.write([1, 2, 3], at: at + 4998)
    #expect(guest.call(.ftruncate, UInt64(file), 4097) == 0)
    #expect(guest.read(at + 4096, 1) == [1])
    #expect(guest.read(at + 4998, 3) == [0, 0, 0])
    #expect(guest.call(.ftruncate, UInt64(file), 4096) == 0)
    #expect(fault(&guest, at + 4096, [.user, .write]) == .busError)
    #expect(guest.call(.ftruncate, UInt64(file), 9000) == 0)
    #expect(fault(&guest, at + 4096, [.user, .write]) == nil)
    #expect(guest.read(at + 4096, 2) == [0, 0])
    #expect(guest.open("f", 0o1002) >= 0)
    #expect(fault(&guest, at, .user) == .busError)
    let buffer = guest.room(8)
    #expect(guest.call(.pread64, UInt64(file), buffer, 8, 0) == 0)
  }

  @Test func `what was stored behind the end is not in the file when it grows`() throws {
    var guest = try guest()
    let file = guest.open("n", Self.create)
    #expect(guest.write("abc", to: file) == 3)
    let at = map(&guest, file, 4096, 3, Self.shared)
    guest.write(Array("defg".utf8), at: at + 3)
    #expect(guest.contents("n") == "abc")
    #expect(guest.call(.ftruncate, UInt64(file), 5) == 0)
    #expect(guest.contents("n") == "abc\0\0")
    #expect(guest.read(at, 6) == Array("abc\0\0f".utf8))
  }

  @Test func `what a file was opened for decides what its mappings may become`() throws {
    var guest = try guest()
    let reading = UInt64(guest.open("f", Self.readOnly))
    #expect(guest.errno(.mmap, 0, 4096, 3, Self.shared, reading, 0) == .permissionDenied)
    let shared = map(&guest, Int64(reading), 4096, 1, Self.shared)
    #expect(guest.errno(.mprotect, shared, 4096, 3) == .permissionDenied)
    let own = map(&guest, Int64(reading), 4096, 1, Self.own)
    #expect(guest.call(.mprotect, own, 4096, 3) == 0)
    guest.write([66], at: own)
    #expect(guest.read(shared, 1) == [65])
    let writing = guest.open("f", Self.readWrite)
    let later = map(&guest, writing, 4096, 1, Self.shared)
    #expect(guest.read(later, 1) == [65])
    #expect(guest.call(.mprotect, later, 4096, 3) == 0)
    guest.write([67], at: later)
    #expect(guest.contents("f")?.first == "C")
  }

  @Test func `offsets and flags that no mapping has are refused`() throws {
    var guest = try guest()
    let file = UInt64(guest.open("f", Self.readWrite))
    let directory = UInt64(guest.open("/data", 0o200000))
    let last = UInt64.max & ~4095
    let half = UInt64(1) << 63
    #expect(guest.errno(.mmap, 0, 4096, 1, Self.shared, file, 5) == .invalidArgument)
    #expect(guest.errno(.mmap, 0, 4096, 1, Self.shared, file, last) == .overflow)
    #expect(guest.errno(.mmap, 0, 4096, 1, Self.shared, file, half) == .overflow)
    #expect(guest.errno(.mmap, 0, 8192, 1, Self.shared, file, half - 4096) == .overflow)
    #expect(guest.errno(.mmap, 0, 4096, 1, Self.own, directory, 0) == .noSuchDevice)
    #expect(guest.errno(.mmap, 0x6000_0000, 4096, 1, 3 | 0x100000, file, 0) == .notSupported)
    #expect(guest.errno(.mmap, 0, 4096, 1, 3 | 0x20, .max, 0) == .invalidArgument)
    #expect(guest.call(.mmap, 0, 4096, 3, 3, file, 0) > 0)
    let far = map(&guest, Int64(file), 4096, 3, Self.shared, at: half - 8192)
    #expect(fault(&guest, far, [.user, .write]) == .busError)
    let pipe = guest.room(8)
    #expect(guest.call(.pipe2, pipe, 0) == 0)
    #expect(guest.errno(.mmap, 0, 4096, 1, Self.own, UInt64(guest.u32(pipe)), 0) == .noSuchDevice)
  }

  @Test func `MADV_REMOVE punches a hole into what is shared`() throws {
    var guest = try guest()
    let file = guest.open("f", Self.readWrite)
    let at = map(&guest, file, 8192, 3, Self.shared)
    #expect(guest.call(.madvise, at, 4096, 9) == 0)
    #expect(guest.read(at, 1) == [0] && guest.read(at + 4096, 1) == [65])
    #expect(guest.contents("f")?.hasPrefix("\0\0") == true)
    let memory = UInt64(guest.call(.mmap, 0, 8192, 3, 0x21, .max, 0))
    guest.write([1], at: memory)
    #expect(guest.call(.madvise, memory, 8192, 9) == 0)
    #expect(guest.read(memory, 1) == [0])
    let own = map(&guest, file, 4096, 3, Self.own)
    #expect(guest.errno(.madvise, own, 4096, 9) == .permissionDenied)
    #expect(guest.errno(.madvise, Guest.scratch, 4096, 9) == .invalidArgument)
    #expect(guest.errno(.madvise, Guest.unmapped, 4096, 9) == .outOfMemory)
  }

  @Test func `a buffer in a mapping of the very file is written and read whole`() throws {
    var guest = try guest()
    let file = guest.open("n", Self.create)
    #expect(guest.write("0123456789", to: file) == 10)
    let at = map(&guest, file, 4096, 3, Self.shared)
    #expect(guest.call(.pwrite64, UInt64(file), at + 2, 4, 6) == 4)
    #expect(guest.contents("n") == "0123452345")
    #expect(guest.call(.pread64, UInt64(file), at, 3, 7) == 3)
    #expect(guest.contents("n") == "3453452345")
  }

  @Test func `a file that is mapped no more is given back`() throws {
    var guest = try guest()
    let cache = guest.kernel.addressSpace.cache
    for _ in 0..<50 {
      let file = guest.open("f", Self.readOnly)
      let at = map(&guest, file, 8192, 3, Self.own)
      #expect(guest.read(at, 1) == [65])
      guest.write([1], at: at)
      #expect(guest.call(.close, UInt64(file)) == 0)
      #expect(guest.read(at + 4096, 1) == [65])
      #expect(guest.call(.munmap, at, 8192) == 0)
      guest.next = Guest.scratch
    }
    #expect(guest.machine.told.filter { if case .closed = $0 { true } else { false } }.count == 50)
    #expect(guest.kernel.files.mapped.count == 1)
    #expect(cache.objects.count == 1 && cache.frameCount == 0)
    for _ in 0..<50 {
      let memory = UInt64(guest.call(.mmap, 0, 8192, 3, 0x21, .max, 0))
      guest.write([1], at: memory)
      #expect(guest.call(.munmap, memory, 8192) == 0)
    }
    #expect(cache.objects.count == 1 && cache.frameCount == 0)
  }

  @Test func `a file that is removed lives on in its mappings`() throws {
    var guest = try guest()
    let file = guest.open("n", Self.create)
    #expect(guest.write("kept", to: file) == 4)
    let at = map(&guest, file, 4096, 3, Self.shared)
    let name = guest.string("n")
    #expect(guest.call(.unlink, name) == 0)
    #expect(guest.call(.close, UInt64(file)) == 0)
    guest.write([75], at: at)
    #expect(guest.read(at, 4) == Array("Kept".utf8))
    #expect(guest.call(.munmap, at, 4096) == 0)
    #expect(guest.contents("n") == nil)
  }
}
