// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Replayer
import Testing
import Trace

/// What a replay knows of files that only the outside has: how long they are and where their large
/// mappings stand.
struct LengthTests {
  private static let base: UInt64 = 0x7fff_f7ff_f000
  private static let text: UInt64 = 0x7fff_ffff_0100

  /// Opens a file and tells of its length before it is mapped.
  private func mapping(
    _ byteCount: UInt64, at place: UInt64, placement: UInt64, length: Int64 = 1 << 30
  ) -> ForeignRun {
    var run = ForeignRun()
    run.header.unseen = [.inputs, .times]
    run.read("/data/file", at: Self.text)
    run.call(.openat, UInt64(bitPattern: -100), Self.text, 2, result: 3)
    var told = Event(.input, task: 1, code: UInt32(InputKind.length.rawValue), result: length)
    told.operands[0] = 3
    told.operands[1] = placement
    run.events.append(told)
    run.call(.mmap, 0, byteCount, 1, 1, 3, 0, result: Int64(place))
    run.map(place..<place + byteCount, .read, .file, "/data/file")
    return run
  }

  @Test(arguments: [(0, true), (1, true), (2, false)] as [(UInt64, Bool)])
  func `the trace says how a file system places large mappings`(
    placement: UInt64, isAligned: Bool
  ) throws {
    let byteCount: UInt64 = 3 << 20
    let place = isAligned ? 0x7fff_f7c0_0000 : Self.base - byteCount
    let (outcome, trace) = try mapping(byteCount, at: place, placement: placement).replay()
    #expect(outcome.divergentCount == 0)
    #expect(trace.calls.last?.result == Int64(place))
  }

  /// The replayed outcomes of faults on the second page, one before and one after a call.
  private func faults(_ change: (inout ForeignRun) -> Void) throws -> [Int64] {
    var run = mapping(8192, at: Self.base - 8192, placement: 0, length: 8192)
    func fault() {
      var event = Event(.pageFault, task: 1, code: FaultCode.user.rawValue)
      event.operands[0] = Self.base - 4096
      run.events.append(event)
    }
    fault()
    change(&run)
    fault()
    let trace = try run.replay().trace
    return (0..<trace.count).map { trace[$0] }.filter { $0.kind == .pageFault }.map(\.result)
  }

  @Test func `a file is cut by its name`() throws {
    #expect(try faults { _ in } == [0, 0])
    let truncated = try faults { run in
      run.read("/data/../data/file", at: Self.text)
      run.call(.truncate, Self.text, 4096, result: 0)
    }
    #expect(truncated == [0, -7])
    let emptied = try faults { run in
      run.read("/data/file", at: Self.text)
      run.call(.open, Self.text, 0o1001, result: 4)
    }
    #expect(emptied == [0, -7])
    let failed = try faults { run in
      run.read("/data/file", at: Self.text)
      run.call(.truncate, Self.text, 4096, result: -13)
    }
    #expect(failed == [0, 0])
    let other = try faults { run in
      run.read("/data/other", at: Self.text)
      run.call(.truncate, Self.text, 4096, result: 0)
    }
    #expect(other == [0, 0])
  }

  @Test func `another process may cut it, too`() throws {
    let call: [(SystemCallNumber, [UInt64], Int64, [Int64])] = [
      (.truncate, [Self.text, 4096], 0, [0, -7]),
      (.openat, [UInt64(bitPattern: -100), Self.text, 0o1001], 3, [0, -7]),
      (.creat, [Self.text, 0o600], 3, [0, -7]),
      (.openat, [UInt64(bitPattern: -100), Self.text, 1], 3, [0, 0]),
      (.truncate, [Self.text, 4096], -2, [0, 0]),
    ]
    for (number, arguments, result, expected) in call {
      let outcomes = try faults { run in
        var start = Event(.taskStarted, task: 2, code: 1)
        start.operands[0] = 1
        run.events.append(start)
        run.read("/data/file", at: Self.text, task: 2)
        var event = Event(.systemCall, task: 2, code: number.rawValue, result: result)
        for (index, argument) in arguments.enumerated() { event.operands[index] = argument }
        run.events.append(event)
      }
      #expect(outcomes == expected, "\(number.rawValue)")
    }
  }
}
