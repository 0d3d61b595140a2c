// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import TestSupport
import Testing

@testable import Recorder

/// Linux as the twin of our kernel. Where the machine permits none, the tests are skipped and say
/// so.
@Suite(
  .enabled(
    if: TwinSession.unavailability() == nil,
    "this machine permits no twin: `epimetheus twin` says why"))
struct TwinTests {
  private func options(_ seed: UInt64, _ seeds: UInt64, _ operations: UInt64) -> TwinOptions {
    var options = TwinOptions()
    options.seed = seed
    options.seedCount = seeds
    options.operationCount = operations
    return options
  }

  @Test func `Linux and the kernel agree about random sequences`() throws {
    let result = try TwinSession(options(1, 6, 500)).run { _ in }
    for difference in result.differences { Issue.record("\(difference.text)") }
    #expect(result.operationCount == 3000)
    #expect(result.seedCount == 6)
  }

  @Test func `a kernel that places otherwise is found out by one operation`() throws {
    var options = options(1, 1, 500)
    options.adjust = { $0.placement = .topDown(base: $0.highestAddress) }
    let result = try TwinSession(options).run { _ in }
    let difference = try #require(result.differences.first)
    #expect(difference.operations.count == 1)
    #expect(difference.operations[0].number == .mmap)
    #expect(difference.text.contains("Linux:  0x7fff"))
  }

  @Test func `a kernel that forgets advice is found out`() throws {
    var options = options(1, 1, 2000)
    options.adjust = { $0.rules.remove(.keptAdvice) }
    let result = try TwinSession(options).run { _ in }
    let difference = try #require(result.differences.first)
    #expect(difference.operations.count <= 8, "\(difference.text)")
  }

  @Test func `a seed gives the same sequence again`() throws {
    func first(_ seed: UInt64) throws -> [String] {
      let linux = try TwinProcess()
      var generator = TwinGenerator(seed: seed, usesFiles: true, start: linux.start)
      return (0..<50).map { generator.next($0, layout: []).description }
    }
    #expect(try first(7) == first(7))
    #expect(try first(7) != first(8))
  }

  @Test func `the process begins with nothing but its own two VMAs`() throws {
    let linux = try TwinProcess()
    #expect(linux.start.vmas.map(\.vma.start) == [TwinArea.start, TwinArea.stub])
    #expect(linux.start.breakStart.rawValue == TwinArea.protectedEnd)
  }

  @Test func `a touch that fails gives its signal and the process goes on`() throws {
    let linux = try TwinProcess()
    let outcomes = try linux.run([
      TwinOperation(reading: 0x1_0000_0000),
      TwinOperation(.mmap, 0x1_0000_0000, 4096, 1, 0x32, UInt64.max, 0),
      TwinOperation(writing: 1, at: 0x1_0000_0000),
      TwinOperation(.mmap, 0x1_0000_0000, 1 << 18, 1, 0x12, 3, 0),
      TwinOperation(reading: 0x1_0000_0000),
      TwinOperation(reading: 0x1_0000_0000 + UInt64(TwinMachine.fileByteCount & ~4095) + 4096),
    ])
    #expect(outcomes.map(\.signal) == [11, 0, 11, 0, 0, 7])
    #expect(outcomes.map(\.code) == [1, 0, 2, 0, 0, 2])
    #expect(outcomes[4].result != 0)
  }
}
