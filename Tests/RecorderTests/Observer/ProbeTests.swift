// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing
import Trace

extension ObserveSession {
  /// Whether this machine lets the tests observe by eBPF.
  static let isProbePermitted = refusalOfProbe == nil
}

/// Programs observed by eBPF: what they do is known beforehand, or told by strace or by themselves.
extension ObserveTests {
  @Suite(
    .serialized,
    .enabled(if: ObserveSession.isProbePermitted, "eBPF is not permitted on this machine"))
  struct ProbeTests {
    let base = ObserveTests()
  }
}

extension ObserveTests.ProbeTests {
  @Test(arguments: [
    ["/bin/busybox", "ls", "-l", "/usr"],
    ["/bin/busybox", "sh", "-c", "for i in 1 2 3; do echo $i; done; exit 3"],
    ["/bin/busybox", "cat", "/there/is/no/such/file"],
    ["/bin/ls", "/usr"],
  ])
  func `calls and results are those that strace sees`(arguments: [String]) throws {
    let observed = try Observation.run(arguments, by: .ebpf)
    let log = try StraceLog(
      running: arguments, environment: ["PATH": "/bin:/usr/bin", "LC_ALL": "C"])
    let mine = base.comparable(base.calls(observed, task: 1))
    let theirs = base.comparable(log.tasks.first ?? [])
    #expect(mine.map(\.name) == theirs.map(\.name))
    #expect(mine == theirs)
    #expect(observed.all(.gap).isEmpty)
    #expect(!observed.header.unseen.contains(.faults))
  }

  @Test(arguments: [Programs.forking, Programs.threaded])
  func `children and threads are those that strace sees`(source: String) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(source, as: "program", ["-static", "-pthread"])
      let observed = try Observation.run([program], by: .ebpf)
      let log = try StraceLog(running: [program], environment: [:])
      #expect(observed.all(.taskStarted).count == log.tasks.count - 1)
      for (index, theirs) in log.tasks.enumerated() {
        let mine = base.comparable(base.calls(observed, task: UInt32(index + 1)))
        #expect(mine == base.comparable(theirs), "task \(index + 1)")
      }
      let ended = Set(observed.all(.taskEnded).map(\.task))
      #expect(ended.isSuperset(of: observed.all(.taskStarted).map(\.task)))
      #expect(observed.outcome.end == .exited)
      #expect(observed.all(.gap).isEmpty)
    }
  }

  @Test func `the same calls and memory as by ptrace`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.buffers, as: "buffers", ["-static"])
      let probed = try Observation.run([program], by: .ebpf)
      let traced = try Observation.run([program], by: .ptrace)
      let (mine, theirs) = (Self.memory(of: probed), Self.memory(of: traced))
      #expect(mine.count == theirs.count)
      for (one, other) in zip(mine, theirs) { #expect(one == other) }
    }
  }

  /// Each call with what it read and wrote, as text; ids of processes left out.
  private static func memory(of observation: Observation) -> [String] {
    var lines: [String] = []
    for name in Set(observation.calls()).sorted() {
      for call in observation.calls(named: name) {
        var line = "\(name) \(call.event.operandList)"
        for piece in call.reads { line += " r\(piece.address),\(piece.byteCount),\(piece.bytes)" }
        for piece in call.writes {
          line += " w\(piece.address),\(piece.byteCount),\(piece.code)"
          if !["fstat", "newfstatat", "getrandom", "clock_gettime", "uname"].contains(name) {
            line += ",\(piece.bytes)"
          }
        }
        lines.append(line)
      }
    }
    return lines
  }

  @Test(arguments: [["-static"], ["-static-pie"], []])
  func `VMAs of the events are those that the program sees`(flags: [String]) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.mapping, as: "mapping", flags)
      let observed = try Observation.run([program], by: .ebpf) { $0.payloadLimit = 1 << 15 }
      #expect(observed.checkedMaps() == 13)
      #expect(observed.outcome.end == .exited)
    }
  }

  @Test func `VMAs after execve are those of the new program`() throws {
    let observed = try Observation.run(
      ["/bin/sh", "-c", "exec /bin/cat /proc/self/maps"], by: .ebpf
    ) { $0.payloadLimit = 1 << 15 }
    #expect(observed.checkedMaps() == 1)
  }

  @Test(arguments: ["status", "crash", "abort", "handle", "restart", "kill", "thread-exec"])
  func `ends and signals are those that ptrace sees`(how: String) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.ending, as: "ending", ["-static", "-pthread"])
      let probed = try Observation.run([program, how], by: .ebpf)
      let traced = try Observation.run([program, how], by: .ptrace)
      #expect(probed.outcome.end == traced.outcome.end)
      #expect(probed.outcome.status == traced.outcome.status)
      for task in UInt32(1)...2 {
        #expect(probed.calls(task: task) == traced.calls(task: task), "task \(task)")
        let signals = [probed, traced].map { run in
          // Of a signal that the program ignores, SIGCHLD, only a tracer hears.
          run.all(.signal, task: task).filter { $0.code != 17 }
            .map { [UInt64($0.code)] + $0.operandList }
        }
        #expect(signals[0] == signals[1], "task \(task)")
      }
      #expect(probed.events[probed.events.count - 1].kind == .end)
      #expect(probed.all(.end).count == 1)
    }
  }

  @Test func `a call through the 32-bit entry is a gap`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.ending, as: "ending", ["-static", "-pthread"])
      let observed = try Observation.run([program, "32-bit"], by: .ebpf)
      guard observed.outcome.end == .exited else { return }  // A kernel without that entry.
      #expect(observed.all(.gap).map { $0.operands[0] } == [1])
    }
  }

  @Test(arguments: ["sleep", "loop"])
  func `a run that takes too long is ended, and the trace says so`(how: String) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.ending, as: "ending", ["-static", "-pthread"])
      let observed = try Observation.run([program, how], by: .ebpf) {
        $0.timeoutNanoseconds = 300_000_000
      }
      #expect(observed.outcome.end == .timedOut)
      #expect(observed.events[observed.events.count - 1].kind == .end)
    }
  }

  @Test(arguments: 0..<4)
  func `a storm of children is ended whole`(round: Int) throws {
    let script = "while :; do (:) & (busybox true) & done"
    var timeout = UInt64(60 + 40 * round) * 1_000_000
    var observed: Observation
    var started: [UInt32]
    // A busy machine may not have begun the first child by then.
    repeat {
      observed = try Observation.run(["/bin/busybox", "sh", "-c", script], by: .ebpf) {
        $0.timeoutNanoseconds = timeout
      }
      #expect(observed.outcome.end == .timedOut)
      started = observed.all(.taskStarted).map(\.task)
      timeout *= 2
    } while started.isEmpty && timeout < 4_000_000_000
    #expect(!started.isEmpty)
    #expect(Set(observed.all(.taskEnded).map(\.task)).isSuperset(of: started))
  }

  @Test(arguments: [true, false])
  func `without payload no memory is told, and the header says so`(times: Bool) throws {
    let observed = try Observation.run(["/bin/busybox", "echo", "x"], by: .ebpf) {
      $0.payloadLimit = 0
      $0.recordsTimes = times
    }
    #expect(observed.header.unseen.contains(.payload))
    #expect(observed.all(.guestRead).isEmpty && observed.all(.guestWrite).isEmpty)
    #expect(!observed.all(.pageFault).isEmpty)
    #expect(observed.text == "x\n")
  }

  @Test func `times grow`() throws {
    let observed = try Observation.run(["/bin/busybox", "ls", "/"], by: .ebpf) {
      $0.recordsTimes = true
    }
    let calls = observed.all(.systemCall)
    #expect(calls.allSatisfy { $0.time > 0 })
    #expect(zip(calls, calls.dropFirst()).allSatisfy { $0.time + $0.duration <= $1.time })
  }
}

extension Observation {
  /// How many times the program wrote its own map out; each is held against the events so far.
  func checkedMaps() -> Int {
    var map = ReplayedMap()
    var text: [UInt8] = []
    var checks = 0
    for index in 0..<events.count {
      let event = events[index]
      switch event.kind {
      case .vmaMapped, .vmaUnmapped: map.apply(event, payload: events.payloadBytes(at: index))
      case .guestRead: text = events.payloadBytes(at: index)
      case .systemCall where event.code == SystemCallNumber.write.rawValue && !text.isEmpty:
        #expect(map.lines == mapLines(String(decoding: text, as: UTF8.self)), "step \(checks)")
        checks += 1
      default: break
      }
    }
    return checks
  }
}

extension ObserveTests.ProbeTests {
  /// Runs the command without the rights that eBPF needs.
  private func recordUnprivileged(_ arguments: [String]) throws -> Subprogram {
    try Subprogram.run(
      ["/usr/bin/setpriv", "--bounding-set", "-bpf,-perfmon,-sys_admin", Subprogram.epimetheus]
        + ["record", "--on", "linux"] + arguments + ["--", "/bin/busybox", "true"])
  }

  @Test func `without the rights ptrace is taken, and it is said`() throws {
    try Scratch.with { scratch in
      let trace = scratch.path("t.epi")
      let result = try recordUnprivileged(["-o", trace])
      #expect(result.end == .exited(0))
      #expect(result.errorText.contains("by ptrace, without page faults"))
      let refused = try recordUnprivileged(["--by", "ebpf", "-o", trace])
      #expect(refused.end == .exited(42))
      #expect(refused.errorText.contains("CAP_BPF"))
    }
  }
}
