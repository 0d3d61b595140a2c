// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// A kernel on a scripted machine with a megabyte of guest memory to make calls from.
struct Guest: ~Copyable {
  var kernel: Unikernel
  var machine: ScriptedMachine
  /// Where the next string or structure goes.
  var next = Guest.scratch

  /// The start of the guest memory.
  static let scratch: UInt64 = 0x1000_0000
  /// An address that nothing is mapped at.
  static let unmapped: UInt64 = 0x2000_0000
  static let atCurrent = UInt64(bitPattern: -100)

  static var configuration: KernelConfiguration {
    KernelConfiguration(
      personality: .linux(
        mmapBase: VirtualAddress(0x4000_0000_0000), breakStart: VirtualAddress(0x5000_0000)),
      program: Array("/bin/prog".utf8), arguments: [Array("prog".utf8)], environment: [],
      workingDirectory: Array("/data".utf8))
  }

  init(
    _ outside: [String: ScriptedMachine.Entry] = [:], byteCount: Int = 16 << 20
  ) throws {
    machine = ScriptedMachine(byteCount: byteCount, outside: outside)
    kernel = try Unikernel(memory: machine.memory, configuration: Self.configuration)
    let address = call(.mmap, Self.scratch, 1 << 20, 3, 0x32, UInt64.max, 0)
    #expect(address == Int64(Self.scratch))
    machine.told = []
  }

  /// A kernel that has not booted and has no guest memory yet.
  init(
    booting configuration: KernelConfiguration, _ outside: [String: ScriptedMachine.Entry],
    byteCount: Int = 16 << 20
  ) throws {
    machine = ScriptedMachine(byteCount: byteCount, outside: outside)
    kernel = try Unikernel(memory: machine.memory, configuration: configuration)
  }

  /// Makes a system call; its result. A call that ends the program or stays undecided gives nil.
  mutating func attempt(_ number: SystemCallNumber, _ arguments: [UInt64]) -> Int64? {
    var registers = InlineArray<6, UInt64>(repeating: 0)
    for (index, argument) in arguments.enumerated() { registers[index] = argument }
    let request = SystemCallRequest(number: number, arguments: registers)
    let completion = kernel.handle(.systemCall(request), on: &machine)
    if case .result(let value, _) = completion { return value }
    return nil
  }

  @discardableResult
  mutating func call(_ number: SystemCallNumber, _ arguments: UInt64...) -> Int64 {
    attempt(number, arguments) ?? .min
  }

  /// Makes a call and gives its errno, nil if it succeeds.
  mutating func errno(_ number: SystemCallNumber, _ arguments: UInt64...) -> Errno? {
    let result = attempt(number, arguments) ?? .min
    return result < 0 && result >= -4095 ? Errno(rawValue: UInt16(-result)) : nil
  }

  /// Puts bytes into guest memory, 16-byte aligned; their address.
  mutating func put(_ bytes: [UInt8]) -> UInt64 {
    let address = next
    next += UInt64((bytes.count + 31) & ~15)
    write(bytes, at: address)
    return address
  }

  /// Room in guest memory.
  mutating func room(_ byteCount: Int) -> UInt64 { put([UInt8](repeating: 0xee, count: byteCount)) }

  /// Puts a string with its NUL.
  mutating func string(_ text: String) -> UInt64 { put(Array(text.utf8) + [0]) }

  mutating func write(_ bytes: [UInt8], at address: UInt64) {
    let files = kernel.files
    let count = bytes.withUnsafeBytes {
      kernel.addressSpace.copyOut($0, to: VirtualAddress(address)) {
        (file, offset, segment) throws(Errno) in
        try files.fill(file, at: offset, into: segment, on: &machine)
      }
    }
    #expect(count == UInt64(bytes.count))
  }

  mutating func read(_ address: UInt64, _ byteCount: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    let files = kernel.files
    let count = bytes.withUnsafeMutableBytes {
      kernel.addressSpace.copyIn(
        from: VirtualAddress(address), into: $0,
        fill: { (file, offset, segment) throws(Errno) in
          try files.fill(file, at: offset, into: segment, on: &machine)
        })
    }
    #expect(count == UInt64(byteCount))
    return bytes
  }

  mutating func u64(_ address: UInt64) -> UInt64 { read(address, 8).u64(at: 0) }
  mutating func u32(_ address: UInt64) -> UInt32 { read(address, 4).u32(at: 0) }

  /// Opens a file through openat(2).
  mutating func open(_ path: String, _ flags: UInt64 = 0, mode: UInt64 = 0o644) -> Int64 {
    let name = string(path)
    return call(.openat, Self.atCurrent, name, flags, mode)
  }

  /// Reads a whole file through read(2).
  mutating func contents(_ path: String) -> String? {
    let descriptor = open(path)
    guard descriptor >= 0 else { return nil }
    let buffer = room(4096)
    var bytes: [UInt8] = []
    while true {
      let count = call(.read, UInt64(descriptor), buffer, 4096)
      if count <= 0 { break }
      bytes += read(buffer, Int(count))
    }
    call(.close, UInt64(descriptor))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes text to a descriptor.
  @discardableResult
  mutating func write(_ text: String, to descriptor: Int64) -> Int64 {
    let buffer = put(Array(text.utf8))
    return call(.write, UInt64(descriptor), buffer, UInt64(text.utf8.count))
  }
}
