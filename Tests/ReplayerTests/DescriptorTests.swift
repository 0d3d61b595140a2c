// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Replayer
import Testing
import Trace

/// A replay begins with the descriptors that the program began with.
struct DescriptorTests {
  private func results(
    of descriptors: [DescriptorDescription]?,
    _ calls: [(number: SystemCallNumber, arguments: [UInt64], result: Int64)]
  ) throws -> [Int64] {
    var run = ForeignRun()
    if let descriptors {
      run.header.seen.insert(.descriptors)
      run.header.descriptors = descriptors
    }
    for call in calls {
      var event = Event(.systemCall, task: 1, code: call.number.rawValue, result: call.result)
      for (index, argument) in call.arguments.enumerated() { event.operands[index] = argument }
      run.events.append(event)
    }
    return try run.replay().trace.calls.map(\.result)
  }

  private static let inherited: [DescriptorDescription] = [
    .init(number: 0, flags: [.largeFile], type: .characterDevice, path: Array("/dev/null".utf8)),
    .init(
      number: 1, flags: [.writeOnly, .append, .largeFile], offset: 77, type: .regular,
      path: Array("/tmp/log".utf8)),
    .init(
      number: 2, flags: [.writeOnly, .append, .largeFile], offset: 77, type: .regular,
      original: 1, path: Array("/tmp/log".utf8)),
    .init(number: 4, flags: [], type: .fifo, path: Array("pipe:[1]".utf8)),
    .init(number: 10, flags: [.readWrite, .closeOnExec], type: nil, path: []),
  ]

  @Test func `descriptors have their numbers and flags`() throws {
    let results = try results(
      of: Self.inherited,
      [
        (.fcntl, [0, 0, 10], 11),  // F_DUPFD
        (.dup, [1], 3), (.dup, [1], 5),
        (.fcntl, [2, 3], 0x8401), (.fcntl, [10, 3], 2),  // F_GETFL
        (.fcntl, [10, 1], 1), (.fcntl, [4, 1], 0),  // F_GETFD
        (.close, [6], -9), (.close, [4], 0), (.close, [4], -9),
      ])
    #expect(results == [11, 3, 5, 0x8401, 2, 1, 0, -9, 0, -9])
  }

  @Test func `O_ASYNC stays at pipes and not at files`() throws {
    let results = try results(
      of: Self.inherited,
      [
        (.fcntl, [1, 4, 0x2000], 0), (.fcntl, [1, 3], 0x8001),  // F_SETFL, F_GETFL
        (.fcntl, [4, 4, 0x2000], 0), (.fcntl, [4, 3], 0x2000),
      ])
    #expect(results == [0, 0x8001, 0, 0x2000])
    var run = ForeignRun()
    run.read("/data/file", at: 0x7fff_ffff_0100)
    run.call(.openat, UInt64(bitPattern: -100), 0x7fff_ffff_0100, 2, result: 3)
    run.call(.fcntl, 3, 4, 0x2000, result: 0)
    run.call(.fcntl, 3, 3, result: 0x8002)
    #expect(try run.replay().trace.calls.map(\.result) == [3, 0, 0x8002])
  }

  @Test func `what shares a description shares its flags`() throws {
    let results = try results(
      of: Self.inherited,
      [
        (.fcntl, [1, 4, 0x800], 0), (.fcntl, [2, 3], 0x8801),  // F_SETFL, F_GETFL
        (.fcntl, [4, 3], 0),
      ])
    #expect(results == [0, 0x8801, 0])
  }

  @Test func `devices are the kernel's, of the rest it knows the type`() throws {
    let results = try results(
      of: Self.inherited,
      [
        (.read, [0, 0x7fff_ffff_0100, 16], 0), (.write, [0, 0x7fff_ffff_0100, 16], -9),
        (.fsync, [1], 0), (.fsync, [4], -22), (.fadvise64, [4, 0, 0, 0], -29),
      ])
    #expect(results == [0, -9, 0, -22, -29])
  }

  @Test func `a program can begin with none, and without a word it has three`() throws {
    let calls: [(SystemCallNumber, [UInt64], Int64)] = [(.fcntl, [0, 1], -9), (.dup, [2], -9)]
    #expect(try results(of: [], calls) == [-9, -9])
    #expect(try results(of: nil, calls) == [0, 3])
  }

  @Test func `a descriptor beyond the limit is left out`() throws {
    let far = DescriptorDescription(number: .max, flags: [], type: nil, path: [])
    let calls: [(SystemCallNumber, [UInt64], Int64)] = [
      (.fcntl, [UInt64(Int32.max), 1], 0), (.fcntl, [0, 1], 0),
    ]
    #expect(try results(of: Self.inherited + [far], calls) == [-9, 0])
  }
}
