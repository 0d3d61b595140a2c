// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Testing
import Trace

/// Diffs in which a side does not know everything, as imports do not.
struct UnknownTests {
  private static let everything: TraceHeader.Unseen = [
    .faults, .vmas, .inputs, .times, .operands, .signals, .ends,
  ]

  private func compare(
    _ left: Script, _ right: Script, unseen: TraceHeader.Unseen = everything
  ) throws -> DiffResult {
    try diff(left, right, requests: .automatic, unseen: unseen, rightOrigin: .imported)
  }

  private func linux() -> Script {
    Script {
      $0.call(.brk, 0, result: 0x5555_0000)
      $0.read(0x7000, [UInt8]("/etc/passwd\0".utf8))
      $0.call(.openat, 0xffff_ff9c, 0x7000, 0x80000, 0, result: 3)
      $0.call(.mprotect, 0x40_0000, 0x1000, 1, result: 0)
      $0.write(0x7100, [UInt8]("Linux".utf8) + [UInt8](repeating: 0, count: 385))
      $0.call(.uname, 0x7100, result: 0)
      $0.call(.poll, 0x7200, 1, 0xffff_ffff, result: 0)
      $0.call(.exit_group, 0, result: 0, flags: .didNotReturn)
      $0.end()
    }
  }

  /// The same as `linux` told by somebody who knows less.
  private func told(path: String, name: String = "Linux", length: UInt64 = 0x1000) -> Script {
    let label: UInt64 = 1 << 63
    return Script {
      $0.call(.brk, 0, result: 0x4000_0000)
      $0.marked(.guestRead, label, UInt64(path.utf8.count + 1), 0b1, [UInt8]((path + "\0").utf8))
      $0.markedCall(.openat, [0xffff_ffff_ffff_ff9c, label, 0, 0], 0b1110, result: 3)
      $0.call(.mprotect, 0x10_0000_0000, length, 1, result: 0)
      $0.marked(.guestWrite, label, UInt64(name.utf8.count + 1), 0b1, [UInt8]((name + "\0").utf8))
      $0.markedCall(.uname, [label], 0b1, result: 0)
      $0.markedCall(.poll, [0, 1, .max], 0b100_0001, result: 7)
    }
  }

  @Test func `what is not known is equal to anything, and counted`() throws {
    let result = try compare(linux(), told(path: "/etc/passwd"))
    #expect(result.classes.filter { $0 != .placement } == [])
    #expect(!result.isReplay)
    #expect(result.statistics.unknownArgumentCount == 4)
    #expect(result.statistics.unknownResultCount == 1)
    #expect(result.statistics.unexplainedAddressCount == 1)
    #expect(result.statistics.unseenEndCount == 2)
    #expect(result.statistics.comparedByteCount == 6)
    #expect(result.statistics.cutByteCount == 384)
    let report = Report(
      diff: result, left: .init(name: "l"), right: .init(name: "r"), scope: .differences)
    #expect(report.text().contains("4  arguments that a source does not tell"))
    #expect(!report.hasFindings)
  }

  @Test func `what is known on both sides is compared`() throws {
    let path = try compare(linux(), told(path: "/etc/shadow"))
    #expect(path.classes.filter { $0 != .placement } == [.request])
    #expect(path.roots.last?.first.request.contains("/etc/passwd") == true)
    let length = try compare(linux(), told(path: "/etc/passwd", length: 0x2000))
    #expect(length.classes.filter { $0 != .placement } == [.request])
    let name = try compare(linux(), told(path: "/etc/passwd", name: "Lynux"))
    #expect(name.classes.filter { $0 != .placement } == [.outputBytes])
    // From either side.
    let back = try compare(told(path: "/etc/shadow", name: "Lynux"), linux())
    #expect(back.classes.filter { $0 != .placement } == [.request, .outputBytes])
  }

  @Test func `signals and ends are missed where they can be seen`() throws {
    var unseen = Self.everything
    unseen.remove([.ends])
    let result = try compare(linux(), told(path: "/etc/passwd"), unseen: unseen)
    #expect(result.classes.filter { $0 != .placement } == [.path])
    #expect(result.statistics.unseenEndCount == 0)
  }

  @Test func `a path that is cut is compared as far as it goes`() throws {
    func script(_ text: String, isCut: Bool) -> Script {
      Script {
        let bytes = [UInt8](text.utf8) + (isCut ? [] : [0])
        $0.marked(.guestRead, 1 << 63, UInt64(bytes.count + (isCut ? 1 : 0)), isCut ? 3 : 1, bytes)
        $0.markedCall(.access, [1 << 63, 0], 1, result: 0)
      }
    }
    let whole = script("/etc/passwd", isCut: false)
    #expect(try compare(whole, script("/etc/p", isCut: true)).classes == [])
    #expect(try compare(whole, script("/etc/q", isCut: true)).classes == [.request])
    #expect(try compare(whole, script("/etc/p", isCut: false)).classes == [.request])
  }

  @Test func `a sub-command that one side does not know is that of the other`() throws {
    let left = Script { $0.call(.fcntl, 3, 3, 0, result: 0x8002) }
    let right = Script { $0.markedCall(.fcntl, [3, 0, 0], 0b110, result: 0x8002) }
    #expect(try compare(left, right).classes == [])
    #expect(try compare(right, left).classes == [])
  }

  @Test func `a missing call is named though nothing stands beside it`() throws {
    let right = Script {
      $0.call(.getpid, result: 1)
      $0.call(.rseq, 0x1000, 32, 0, 0, result: -38, flags: .missing)
    }
    let result = try compare(Script { $0.call(.getpid, result: 1) }, right)
    #expect(result.missingCalls.map(\.name) == ["rseq"])
    let report = Report(
      diff: result, left: .init(name: "l"), right: .init(name: "r"), scope: .differences)
    #expect(report.text().contains("\nMissing calls\n"))
  }

  @Test func `the words of a source are the request`() throws {
    let right = Script {
      $0.call(.getpid, result: 1)
      $0.events.append(Event(.wording), bytes: [UInt8]("SIGINT, {sa_handler=SIG_DFL}".utf8))
      $0.markedCall(.rt_sigaction, [2, 0, 0, 8], 0b10, result: 0)
    }
    let result = try compare(Script { $0.call(.getpid, result: 1) }, right)
    let requests = result.roots.map(\.first.request)
    #expect(requests.contains("rt_sigaction(SIGINT, {sa_handler=SIG_DFL})"))
  }
}

extension Script {
  /// Memory that was read or written, with marks.
  fileprivate mutating func marked(
    _ kind: Event.Kind, _ address: UInt64, _ byteCount: UInt64, _ unknown: UInt8, _ bytes: [UInt8]
  ) {
    var event = Event(kind, task: task)
    event.operands[0] = address
    event.operands[1] = byteCount
    event.unknown = Event.Unknown(rawValue: unknown)
    events.append(event, bytes: bytes)
  }

  /// A call with marks.
  fileprivate mutating func markedCall(
    _ number: SystemCallNumber, _ arguments: [UInt64], _ unknown: UInt8, result: Int64
  ) {
    var event = Event(.systemCall, task: task, code: number.rawValue, result: result)
    for (index, argument) in arguments.enumerated() { event.operands[index] = argument }
    event.unknown = Event.Unknown(rawValue: unknown)
    events.append(event)
  }
}
