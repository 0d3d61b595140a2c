// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import TestSupport
import Testing
import Trace

/// A replay must survive any events that a trace can hold.
struct HostileTraceTests {
  /// A number that breaks things: small, huge, near a page, near the ends of the address space.
  private static func nasty(_ random: inout SplitMix64) -> UInt64 {
    switch random.next() % 8 {
    case 0: random.next() % 16
    case 1: UInt64.max - random.next() % 4096
    case 2: 0x7fff_f7ff_f000 - random.next() % 65536
    case 3: (random.next() % 64) << 12
    case 4: 1 << (random.next() % 64)
    case 5: 0x7fff_ffff_0000 + random.next() % 0x10000
    case 6: 0x55_5555_5000 + random.next() % 8192
    default: random.next()
    }
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `random events never stop a replay and replay twice alike`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var run = ForeignRun()
    for _ in 0..<300 {
      let kind = Event.Kind.allCases[Int(random.next() % UInt64(Event.Kind.allCases.count))]
      if kind == .end { continue }
      var event = Event(kind, task: UInt32(random.next() % 3))
      event.code = UInt32(truncatingIfNeeded: random.next() % 480)
      if random.next() % 16 == 0 { event.code = UInt32(truncatingIfNeeded: random.next()) }
      if event.code == SystemCallNumber.exit_group.rawValue { continue }
      for index in 0..<6 { event.operands[index] = Self.nasty(&random) }
      event.result = Int64(bitPattern: Self.nasty(&random))
      let count = Int(random.next() % 64)
      run.events.append(event, bytes: (0..<count).map { _ in UInt8(random.next() & 0x7f) })
    }
    let first = try run.replay()
    let second = try run.replay()
    #expect(first.trace.count == second.trace.count, "seed \(seed)")
    for index in 0..<min(first.trace.count, second.trace.count) {
      #expect(first.trace[index].result == second.trace[index].result, "seed \(seed)")
      #expect(
        first.trace.payloadBytes(at: index) == second.trace.payloadBytes(at: index), "seed \(seed)")
    }
  }
}
