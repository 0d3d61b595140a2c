// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// What app-elfloader got wrong and fixed after its release 0.12, as far as `LoaderTests` does not
/// look at it by the way: one test each.
struct KnownLoaderDefectTests {
  private func boot(_ program: [UInt8], arguments: Int = 1) throws -> Guest {
    var configuration = Guest.configuration
    configuration.arguments = (0..<arguments).map { Array("argument\($0)".utf8) }
    var guest = try Guest(booting: configuration, ["/bin/prog": .file(program, mode: 0o755)])
    try guest.kernel.boot(on: &guest.machine)
    return guest
  }

  private func stack(_ guest: borrowing Guest) -> UInt64 {
    if case .started(_, let stack) = guest.machine.told.last { return stack }
    Issue.record("not started")
    return 0
  }

  private func layout(_ guest: borrowing Guest) -> [AddressRange] {
    guest.kernel.addressSpace.layout.map(\.range)
  }

  /// A value of the auxiliary vector of a program with `arguments` arguments and no environment.
  private func auxiliary(_ type: UInt64, _ guest: inout Guest, arguments: Int) -> UInt64? {
    var address = stack(guest) + UInt64(8 * (arguments + 3))
    while guest.u64(address) != 0 {
      if guest.u64(address) == type { return guest.u64(address + 8) }
      address += 16
    }
    return nil
  }

  @Test func `physical addresses of segments mean nothing`() throws {
    let expected = layout(try boot(ELFBuilder.program.bytes))
    var bytes = ELFBuilder.program.bytes
    for segment in 0..<3 {
      for index in 0..<8 { bytes[64 + 56 * segment + 24 + index] = 0x5a }
    }
    #expect(layout(try boot(bytes)) == expected)
  }

  @Test func `a segment without bytes in the file is zeros`() throws {
    var builder = ELFBuilder.program
    builder.segments[2].fileByteCount = 0
    builder.segments[2].address = 0x3000
    builder.segments[2].offset = 0
    builder.segments[2].memoryByteCount = 0x1800
    var guest = try boot(builder.bytes)
    #expect(guest.read(0x40_0000_3000, 0x2000).allSatisfy { $0 == 0 })
  }

  @Test func `program headers are told where their segment is mapped`() throws {
    var builder = ELFBuilder.program
    for index in builder.segments.indices { builder.segments[index].address += 0x7000 }
    builder.entry += 0x7000
    var guest = try boot(builder.bytes)
    let headers = try #require(auxiliary(3, &guest, arguments: 1))
    #expect(guest.u32(headers) == 1)
    #expect(guest.u64(headers + 16) == 0x7000)
  }

  @Test(arguments: 1...4)
  func `the stack is aligned however many arguments there are`(arguments: Int) throws {
    var guest = try boot(ELFBuilder.program.bytes, arguments: arguments)
    let stack = stack(guest)
    #expect(stack % 16 == 0)
    // All arguments, the program's own name too.
    #expect(guest.u64(stack) == UInt64(arguments))
    #expect(guest.read(guest.u64(stack + 8), 10) == Array("argument0\0".utf8))
  }

  @Test func `no vDSO is told of where there is none`() throws {
    var guest = try boot(ELFBuilder.program.bytes)
    #expect(auxiliary(33, &guest, arguments: 1) == nil)
    #expect(auxiliary(6, &guest, arguments: 1) == 4096)
  }
}
