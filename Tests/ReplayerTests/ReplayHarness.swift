// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import Replayer
import Trace

/// A trace of a run on Linux, written by hand, and its replay.
struct ForeignRun {
  var events = EventList()
  var header = TraceHeader()

  /// A program of one page of code with a stack, and its heap right behind it; `mappedPath`: its path
  /// without symbolic links.
  init(mappedPath: String = "/bin/program") {
    header.origin = .linux
    header.personality = .linux
    header.unseen = [.faults, .inputs, .times]
    header.program = [UInt8]("/bin/program".utf8)
    header.workingDirectory = [UInt8]("/".utf8)
    header.mmapBase = VirtualAddress(0x7fff_f7ff_f000)
    header.breakStart = VirtualAddress(0x55_5555_6000)
    map(0x55_5555_5000..<0x55_5555_6000, [.read, .execute], .file, mappedPath)
    map(0x7fff_ffff_0000..<0x7fff_ffff_f000, [.read, .write], .stack, "")
  }

  mutating func map(
    _ range: Range<UInt64>, _ protection: Protection, _ backing: BackingKind, _ name: String,
    task: UInt32 = 1
  ) {
    let vma = VMADescription(
      range: VirtualAddress(range.lowerBound)..<VirtualAddress(range.upperBound),
      protection: protection, backing: backing, name: [UInt8](name.utf8))
    events.append(Event(mapping: vma, task: task), bytes: vma.name)
  }

  mutating func unmap(_ range: Range<UInt64>) {
    var event = Event(.vmaUnmapped)
    event.operands[0] = range.lowerBound
    event.operands[1] = range.upperBound
    events.append(event)
  }

  mutating func read(_ text: String, at address: UInt64, task: UInt32 = 1) {
    var event = Event(.guestRead, task: task)
    event.operands[0] = address
    event.operands[1] = UInt64(text.utf8.count + 1)
    events.append(event, bytes: [UInt8](text.utf8) + [0])
  }

  mutating func write(_ bytes: [UInt8], at address: UInt64) {
    var event = Event(.guestWrite)
    event.operands[0] = address
    event.operands[1] = UInt64(bytes.count)
    events.append(event, bytes: bytes)
  }

  mutating func call(
    _ number: SystemCallNumber, _ arguments: UInt64..., result: Int64, task: UInt32 = 1,
    flags: Event.Flags = []
  ) {
    var event = Event(.systemCall, task: task, code: number.rawValue, result: result)
    event.flags = flags
    for (index, argument) in arguments.enumerated() { event.operands[index] = argument }
    events.append(event)
  }

  /// Replays in 16 MiB of memory; gives what came of it and the new trace.
  func replay() throws -> (outcome: ReplayOutcome, trace: EventList) {
    let byteCount = 16 << 20
    let base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 4096)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    defer { base.deallocate() }
    let replay = try ReplaySession.run(
      events, header: header, memory: PhysicalMemory(base: base, byteCount: UInt64(byteCount)),
      into: EventList())
    return (replay.outcome, replay.sink)
  }
}

extension EventList {
  /// The calls of the trace.
  var calls: [Event] { (0..<count).map { self[$0] }.filter { $0.kind == .systemCall } }
}
