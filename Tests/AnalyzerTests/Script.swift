// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Trace

/// A trace written by hand, event by event.
struct Script {
  var events = EventList()
  var task: UInt32 = 1

  init() {}

  init(_ build: (inout Script) -> Void) { build(&self) }

  mutating func call(
    _ number: SystemCallNumber, _ arguments: UInt64..., result: Int64, flags: Event.Flags = []
  ) {
    var event = Event(.systemCall, task: task, code: number.rawValue, result: result)
    event.flags = flags
    for (index, argument) in arguments.enumerated() { event.operands[index] = argument }
    events.append(event)
  }

  mutating func read(_ address: UInt64, _ bytes: [UInt8]) {
    var event = Event(.guestRead, task: task)
    event.operands[0] = address
    event.operands[1] = UInt64(bytes.count)
    events.append(event, bytes: bytes)
  }

  mutating func write(_ address: UInt64, _ bytes: [UInt8], isData: Bool = false) {
    var event = Event(.guestWrite, task: task, code: isData ? 1 : 0)
    event.operands[0] = address
    event.operands[1] = UInt64(bytes.count)
    events.append(event, bytes: bytes)
  }

  mutating func fault(_ address: UInt64, result: Int64 = 0, code: UInt32 = 6) {
    var event = Event(.pageFault, task: task, code: code, result: result)
    event.operands[0] = address
    event.operands[1] = 0x40_1000
    events.append(event)
  }

  mutating func map(
    _ lower: UInt64, _ upper: UInt64, _ protection: Protection = [.read, .write],
    _ backing: BackingKind = .anonymous, offset: UInt64 = 0, name: String = ""
  ) {
    let vma = VMADescription(
      range: VirtualAddress(lower)..<VirtualAddress(upper), protection: protection,
      backing: backing, offset: offset, name: [UInt8](name.utf8))
    events.append(Event(mapping: vma, task: task), bytes: vma.name)
  }

  mutating func unmap(_ lower: UInt64, _ upper: UInt64) {
    var event = Event(.vmaUnmapped, task: task)
    event.operands[0] = lower
    event.operands[1] = upper
    events.append(event)
  }

  mutating func end(_ status: Int64 = 0, _ kind: EndKind = .exited) {
    events.append(Event(.end, task: task, code: UInt32(kind.rawValue), result: status))
  }

  /// mmap of anonymous memory without a hint, with its VMA.
  mutating func mmap(
    _ byteCount: UInt64, at address: UInt64, protection: Protection = [.read, .write]
  ) {
    call(
      .mmap, 0, byteCount, UInt64(protection.rawValue), 0x22, .max, 0, result: Int64(address))
    map(address, address + byteCount, protection)
  }
}

/// The diff of two scripts: `linux` against a replay of it, unless `requests` says otherwise.
func diff(
  _ left: Script, _ right: Script, requests: DiffOptions.Requests = .same,
  unseen: TraceHeader.Unseen = [], rightOrigin: TraceOrigin = .replay,
  arguments: (left: [String], right: [String]) = (["program", "-v"], ["program", "-v"])
) throws -> DiffResult {
  var leftHeader = TraceHeader()
  leftHeader.origin = .linux
  leftHeader.kernel = [UInt8]("Linux 6.18.0 x86_64".utf8)
  leftHeader.program = [UInt8]("/bin/program".utf8)
  leftHeader.arguments = arguments.left.map { [UInt8]($0.utf8) }
  leftHeader.workingDirectory = [UInt8]("/home/me".utf8)
  leftHeader.unseen = unseen
  var rightHeader = leftHeader
  rightHeader.origin = rightOrigin
  rightHeader.arguments = arguments.right.map { [UInt8]($0.utf8) }
  rightHeader.kernel = [UInt8]("epimetheus 0.1.0".utf8)
  var options = DiffOptions()
  options.requests = requests
  var leftEvents = left.events
  var rightEvents = right.events
  return try TraceDiff(options: options).run(
    left: &leftEvents, leftHeader: leftHeader, right: &rightEvents, rightHeader: rightHeader)
}

extension DiffResult {
  /// The classes of the roots in order.
  var classes: [DivergenceClass] { roots.map(\.first.divergenceClass) }
}

/// A shift for every address of a script, as in a run with another layout.
let elsewhere: UInt64 = 0x10_0000_0000
