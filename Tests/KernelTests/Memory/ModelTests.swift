// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing
import Trace

@testable import Kernel

/// Random operations on the address space and on an array of pages. A difference is told with its
/// seed and as the shortest sequence that shows it, in the text form of a trace.
struct ModelTests {
  private func expectNoDifference(_ run: ModelRun, seed: UInt64) throws {
    guard let (run, difference) = try run.shrunk() else { return }
    let trace = String(decoding: run.trace(of: difference), as: UTF8.self)
    Issue.record("seed \(seed), linux \(run.isLinux): \(difference.what)\n\(trace)")
  }

  @Test(arguments: [false, true], 1...6 as ClosedRange<UInt64>)
  func `random operations agree with an array of pages`(isLinux: Bool, seed: UInt64) throws {
    let run = ModelRun(seed: seed, isLinux: isLinux, count: 250, failing: false)
    try expectNoDifference(run, seed: seed)
  }

  @Test(arguments: [false, true], 101...106 as ClosedRange<UInt64>)
  func `what fails for want of a frame changes nothing`(isLinux: Bool, seed: UInt64) throws {
    let run = ModelRun(seed: seed, isLinux: isLinux, count: 250, failing: true)
    try expectNoDifference(run, seed: seed)
  }

  @Test func `a difference is shrunk to the shortest sequence, a text trace`() throws {
    var found: (run: ModelRun, difference: ModelRun.Difference)?
    for seed in 1...40 as ClosedRange<UInt64> where found == nil {
      var run = ModelRun(seed: seed, isLinux: true, count: 250, failing: false)
      run.adjust = { $0.keepsWhatIsDropped = true }
      found = try run.shrunk()
    }
    let (shortest, difference) = try #require(found)
    #expect(difference.outcomes.count < 10)
    for index in shortest.items.indices {
      var fewer = shortest
      fewer.items.remove(at: index)
      let isAgreed = try fewer.firstDifference() == nil
      #expect(isAgreed, "without operation \(index)")
    }
    #expect(difference.what.hasPrefix("the result is"))
    var source = try TraceTextSource(shortest.trace(of: difference))
    var kinds: [Event.Kind] = []
    while let event = try source.next() { kinds.append(event.kind) }
    // Something is written, given back and read.
    #expect(kinds.suffix(4) == [.pageFault, .systemCall, .pageFault, .end])
  }
}
