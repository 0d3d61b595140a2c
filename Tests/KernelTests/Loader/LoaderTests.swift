// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

struct LoaderTests {
  /// A guest whose program is `program`, loaded.
  private func boot(
    _ program: [UInt8], interpreter: [UInt8]? = nil, arguments: [String] = ["prog", "a"],
    environment: [String] = ["X=1"]
  ) throws -> Guest {
    var outside: [String: ScriptedMachine.Entry] = ["/bin/prog": .file(program, mode: 0o755)]
    if let interpreter { outside["/lib/ld.so"] = .file(interpreter, mode: 0o755) }
    var configuration = Guest.configuration
    configuration.arguments = arguments.map { Array($0.utf8) }
    configuration.environment = environment.map { Array($0.utf8) }
    var guest = try Guest(booting: configuration, outside)
    try guest.kernel.boot(on: &guest.machine)
    return guest
  }

  private func layout(_ guest: borrowing Guest) -> [String] {
    guest.kernel.addressSpace.layout.map { vma in
      String(vma.range.lowerBound.rawValue, radix: 16) + "-"
        + String(vma.range.upperBound.rawValue, radix: 16) + " " + vma.protection.description + " "
        + String(decoding: vma.name, as: UTF8.self) + (vma.backing == .stack ? "[stack]" : "")
    }
  }

  private static let stack = "7ffffffdd000-7ffffffff000 rw- [stack]"

  @Test func `a position-independent program stands at the base`() throws {
    var guest = try boot(ELFBuilder.program.bytes)
    #expect(
      layout(guest) == [
        "4000000000-4000001000 r-- /bin/prog", "4000001000-4000002000 r-x /bin/prog",
        "4000003000-4000004000 rw- /bin/prog", "4000004000-4000006000 rw- ",
        Self.stack,
      ])
    guard case .started(let entry, let stack) = guest.machine.told.last else {
      Issue.record("not started")
      return
    }
    #expect(entry == 0x40_0000_1010)
    #expect(stack % 16 == 0)
    // File bytes stand before the zeros of the bss, in one page.
    #expect(guest.read(0x40_0000_3010, 0x20).allSatisfy { $0 & 1 == 1 })
    #expect(guest.read(0x40_0000_3030, 0xfd0).allSatisfy { $0 == 0 })
    #expect(guest.kernel.addressSpace.currentBreak == VirtualAddress(0x5000_0000))
  }

  @Test func `a program with fixed addresses stands where it says`() throws {
    var builder = ELFBuilder.program
    builder.type = 2
    builder.entry += 0x400000
    for index in builder.segments.indices { builder.segments[index].address += 0x400000 }
    let guest = try boot(builder.bytes)
    #expect(layout(guest).first == "400000-401000 r-- /bin/prog")
    #expect(
      guest.machine.told.contains { if case .started(0x401010, _) = $0 { true } else { false } })
  }

  @Test func `an interpreter is loaded where there is room and runs first`() throws {
    var builder = ELFBuilder.program
    builder.interpreter = "/lib/ld.so"
    var guest = try boot(builder.bytes, interpreter: ELFBuilder.program.bytes)
    let base: UInt64 = 0x4000_0000_0000 - 0x6000
    #expect(layout(guest).contains("3fffffffa000-3fffffffb000 r-- /lib/ld.so"))
    guard case .started(let entry, let stack) = guest.machine.told.last else {
      Issue.record("not started")
      return
    }
    #expect(entry == base + 0x1010)
    let auxiliary = auxiliaryVector(&guest, stack)
    #expect(auxiliary[7] == base)
    #expect(auxiliary[9] == 0x40_0000_1010)
    #expect(auxiliary[5] == 4)
  }

  @Test func `p_align beyond a page is honoured`() throws {
    var builder = ELFBuilder.program
    builder.segments[1].alignment = 2 << 20
    builder.interpreter = "/lib/ld.so"
    let guest = try boot(builder.bytes, interpreter: builder.withoutInterpreter.bytes)
    for line in layout(guest) where line.contains("r-- ") {
      #expect(line.contains("00000-"))
    }
  }

  @Test func `the stack is laid out by the ABI`() throws {
    var guest = try boot(
      ELFBuilder.program.bytes, arguments: ["prog", "", "three"], environment: ["A=b", "C="])
    guard case .started(_, let stack) = guest.machine.told.last else { return }
    #expect(guest.u64(stack) == 3)
    #expect(string(&guest, guest.u64(stack + 8)) == "prog")
    #expect(string(&guest, guest.u64(stack + 16)) == "")
    #expect(string(&guest, guest.u64(stack + 24)) == "three")
    #expect(guest.u64(stack + 32) == 0)
    #expect(string(&guest, guest.u64(stack + 40)) == "A=b")
    #expect(string(&guest, guest.u64(stack + 48)) == "C=")
    #expect(guest.u64(stack + 56) == 0)
    let auxiliary = auxiliaryVector(&guest, stack)
    #expect(auxiliary[3] == 0x40_0000_0040)
    #expect(auxiliary[4] == 56)
    #expect(auxiliary[5] == 3)
    #expect(auxiliary[6] == 4096)
    #expect(auxiliary[7] == 0)
    #expect(auxiliary[9] == 0x40_0000_1010)
    #expect(auxiliary[17] == 100)
    #expect(auxiliary[23] == 0)
    #expect(auxiliary[33] == nil)
    #expect(string(&guest, auxiliary[15] ?? 0) == "x86_64")
    #expect(string(&guest, auxiliary[31] ?? 0) == "/bin/prog")
    let random: [UInt8] = (0..<16).map { (index: UInt8) -> UInt8 in index * 7 + 1 }
    #expect(guest.read(auxiliary[25] ?? 0, 16) == random)
  }

  /// From the stack pointer: past argv and envp.
  private func auxiliaryVector(_ guest: inout Guest, _ stack: UInt64) -> [UInt64: UInt64] {
    var address = stack + 8 + (guest.u64(stack) + 1) * 8
    while guest.u64(address) != 0 { address += 8 }
    address += 8
    var pairs: [UInt64: UInt64] = [:]
    while guest.u64(address) != 0 {
      pairs[guest.u64(address)] = guest.u64(address + 8)
      address += 16
    }
    return pairs
  }

  private func string(_ guest: inout Guest, _ address: UInt64) -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = guest.read(address + UInt64(bytes.count), 1)[0]
      if byte == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
  }

  @Test func `arguments beyond a quarter of the stack are refused`() throws {
    let large = [String](repeating: String(repeating: "x", count: 100_000), count: 30)
    let error = #expect(throws: LoadError.self) {
      _ = try boot(ELFBuilder.program.bytes, arguments: large)
    }
    #expect(error?.errno == .argumentListTooLong)
    let one = [String(repeating: "x", count: 131_072)]
    #expect(throws: LoadError.self) { _ = try boot(ELFBuilder.program.bytes, arguments: one) }
    var guest = try boot(ELFBuilder.program.bytes, arguments: Array(large.prefix(15)))
    guard case .started(_, let stack) = guest.machine.told.last else { return }
    #expect(guest.u64(stack) == 15)
  }

  @Test func `what is no program is refused with the file, the field and the offset`() throws {
    func text(_ bytes: [UInt8]) -> String? {
      do {
        _ = try boot(bytes)
        return nil
      } catch let error as LoadError {
        return error.description
      } catch {
        return nil
      }
    }
    #expect(text(Array("#!/bin/sh\n".utf8))?.contains("a script") == true)
    #expect(text([])?.contains("shorter than an ELF header") == true)
    var builder = ELFBuilder.program
    builder.machine = 183
    #expect(
      text(builder.bytes)
        == "/bin/prog: e_machine at offset 18 is 183: not an x86-64 program (ENOEXEC)")
    builder = .program
    builder.segments[1].address = 0x100
    builder.segments[1].offset = 0x1100
    #expect(text(builder.bytes)?.contains("p_vaddr at offset 136 is 256") == true)
    builder = .program
    builder.interpreter = "/lib/none"
    #expect(text(builder.bytes) == "/lib/none: cannot be opened (ENOENT)")
  }
}

extension ELFBuilder {
  var withoutInterpreter: ELFBuilder {
    var copy = self
    copy.interpreter = nil
    return copy
  }
}
