// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// Gives a file the lowest free descriptor from `lowest` on, with a note for adoptions.
  mutating func install(
    _ file: OpenFile, closesOnExec: Bool, from lowest: Int = 0
  ) throws(Errno) -> Int64 {
    let descriptor = try process.descriptors.insert(
      file, closesOnExec: closesOnExec, from: lowest, limit: process.descriptorLimit)
    madeDescriptors.append(descriptor)
    return Int64(descriptor)
  }

  /// close(2).
  mutating func close(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    if let last = try process.descriptors.remove(r.int(0)) { files.close(last, on: &machine) }
    return 0
  }

  /// dup(2).
  mutating func dup(_ r: Registers) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    return try install(file, closesOnExec: false)
  }

  /// dup2(2).
  mutating func dup2(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let file = try process.descriptors.file(r.int(0))
    if r.int(0) == r.int(1) { return Int64(r.int(1)) }
    return try duplicate(file, to: r.int(1), closesOnExec: false, on: &machine)
  }

  /// dup3(2).
  mutating func dup3(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = OpenFlags(rawValue: r.word(2))
    guard flags.subtracting(.closeOnExec).isEmpty else { throw .invalidArgument }
    guard r.int(0) != r.int(1) else { throw .invalidArgument }
    let file = try process.descriptors.file(r.int(0))
    return try duplicate(
      file, to: r.int(1), closesOnExec: flags.contains(.closeOnExec), on: &machine)
  }

  private mutating func duplicate(
    _ file: OpenFile, to descriptor: Int32, closesOnExec: Bool,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    guard descriptor >= 0, Int(descriptor) < process.descriptorLimit else {
      throw .badFileDescriptor
    }
    let slot = DescriptorTable.Slot(file: file, closesOnExec: closesOnExec)
    if let last = process.descriptors.set(slot, at: Int(descriptor)) {
      files.close(last, on: &machine)
    }
    return Int64(descriptor)
  }

  /// pipe2(2).
  mutating func makePipe(
    _ address: VirtualAddress, flags: UInt32, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = OpenFlags(rawValue: flags)
    guard flags.subtracting([.closeOnExec, .nonBlocking, .direct]).isEmpty else {
      throw .invalidArgument
    }
    let pipe = Pipe(number: files.makeNumber())
    let status = flags.subtracting(.closeOnExec)
    let closesOnExec = flags.contains(.closeOnExec)
    let reader = OpenFile(.pipe(pipe), path: FilePath(), flags: status)
    let writer = OpenFile(.pipe(pipe), path: FilePath(), flags: status.union(.writeOnly))
    let first = try install(reader, closesOnExec: closesOnExec)
    do throws(Errno) {
      let second = try install(writer, closesOnExec: closesOnExec)
      var bytes: [UInt8] = []
      bytes.put(Int32(first))
      bytes.put(Int32(second))
      try store(bytes, at: address, on: &machine)
    } catch {
      for descriptor in madeDescriptors { _ = try process.descriptors.remove(descriptor) }
      madeDescriptors.removeAll(keepingCapacity: true)
      throw error
    }
    return 0
  }
}
