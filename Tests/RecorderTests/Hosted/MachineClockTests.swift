// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Recorder

@Suite struct MachineClockTests {
  @Test func `a virtual clock advances by a microsecond with each question`() throws {
    var clock = MachineClock(.virtualFrom(5_000_000))
    try expectTime(of: 0, 5_001_000, &clock)
    try expectTime(of: 1, 2000, &clock)
    try expectTime(of: 5, 5_003_000, &clock)
    #expect(throws: Errno.invalidArgument) { () throws in _ = try clock.time(of: 10) }
    try expectTime(of: 7, 4000, &clock)
  }

  private func expectTime(of id: UInt32, _ expected: UInt64, _ clock: inout MachineClock) throws {
    let time = try clock.time(of: id)
    #expect(time == expected)
  }

  @Test func `a virtual clock begins at a midnight that is not past`() {
    let clock = MachineClock(.virtual)
    let real = MachineClock(.real)
    #expect(clock.start % 86_400_000_000_000 == 0)
    #expect(clock.start >= real.start || clock.start + 86_400_000_000_000 > real.start)
  }

  @Test func `random bytes are a function of the seed`() {
    var random = MachineRandom(seed: 0)
    // The reference implementation's first outputs for seed 0.
    let outputs = [random.next(), random.next()]
    #expect(outputs == [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4])
    var first = MachineRandom(seed: 9)
    var second = MachineRandom(seed: 9)
    let (left, right) = (first.bytes(13), second.bytes(13))
    #expect(left == right)
    #expect(left.count == 13)
  }
}
