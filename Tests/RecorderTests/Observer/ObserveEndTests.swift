// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing
import Trace

extension ObserveTests {
  /// Observes `Programs.ending` with an argument; checks what holds however a run ends.
  private func end(
    _ how: String, adjust: (inout ObserveOptions) -> Void = { _ in }
  ) throws -> Observation {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.ending, as: "ending", ["-static", "-pthread"])
      let observed = try Observation.run([program, how], adjust: adjust)
      let last = observed.events[observed.events.count - 1]
      #expect(last.kind == .end)
      #expect(observed.all(.end).count == 1)
      #expect(last.code == UInt32(observed.outcome.end.rawValue))
      #expect(last.result == observed.outcome.status)
      #expect(observed.outcome.eventCount == UInt64(observed.events.count))
      let started = observed.all(.taskStarted).map(\.task)
      #expect(started == (0..<started.count).map { UInt32($0) + 2 })
      let ended = Set(observed.all(.taskEnded).map(\.task))
      #expect(ended.isSuperset(of: started))
      return observed
    }
  }

  @Test func `an exit status is told, and the call that does not return`() throws {
    let observed = try end("status")
    #expect(observed.outcome.end == .exited)
    #expect(observed.outcome.status == 42)
    let last = try #require(observed.all(.systemCall).last)
    #expect(Observation.callName(last) == "exit_group")
    #expect(last.flags == .didNotReturn)
    #expect(last.operands[0] == 42)
    #expect(observed.all(.signal).isEmpty)
  }

  @Test func `a crash is told with its signal and its address`() throws {
    let observed = try end("crash")
    #expect(observed.outcome.end == .killed)
    #expect(observed.outcome.status == 11)
    let signal = try #require(observed.all(.signal).last)
    #expect(signal.code == 11)
    #expect(signal.operands[0] == 1)
    #expect(signal.operands[1] == 0x1234)
  }

  @Test func `abort is told as SIGABRT sent by the program itself`() throws {
    let observed = try end("abort")
    #expect(observed.outcome.end == .killed)
    #expect(observed.outcome.status == 6)
    let signal = try #require(observed.all(.signal).first)
    #expect(signal.code == 6)
    #expect(Int64(bitPattern: signal.operands[0]) == -6)
    #expect(signal.operands[1] == 0)
  }

  @Test func `a signal that the program handles is passed on`() throws {
    let observed = try end("handle")
    #expect(observed.outcome.end == .exited)
    #expect(observed.outcome.status == 3)
    #expect(observed.all(.signal).map(\.code) == [10])
    #expect(observed.calls().contains("rt_sigreturn"))
  }

  @Test func `a call that a signal restarts is told twice, as it happened`() throws {
    let observed = try end("restart")
    #expect(observed.outcome.status == 0)
    let reads = observed.all(.systemCall, task: 1).filter { Observation.callName($0) == "read" }
    #expect(reads.map(\.result) == [-512, 1])
    #expect(observed.all(.signal, task: 1).map(\.code).contains(14))
  }

  @Test func `a task killed inside a call has that call and an end`() throws {
    let observed = try end("kill")
    #expect(observed.outcome.status == 9)
    let pause = observed.all(.systemCall, task: 2).last
    #expect(pause.map(Observation.callName) == "pause")
    #expect(pause?.flags == .didNotReturn)
    let ended = observed.all(.taskEnded, task: 2).first
    #expect(ended?.code == 1)
    #expect(ended?.result == 9)
  }

  @Test func `a stopped child stays stopped until it is continued`() throws {
    let observed = try end("stop")
    #expect(observed.outcome.end == .exited)
    #expect(observed.outcome.status == 4)
    #expect(observed.all(.signal, task: 2).map(\.code) == [19, 18])
  }

  @Test func `a thread that executes a program becomes the process`() throws {
    let observed = try end("thread-exec")
    #expect(observed.outcome.end == .exited)
    #expect(observed.outcome.status == 6)
    #expect(observed.all(.taskEnded, task: 1).count == 1)
    let names = observed.calls(task: 2)
    #expect(names.contains("execve"))
    #expect(names.last == "exit_group")
    let pause = observed.all(.systemCall, task: 1).last
    #expect(pause?.flags == .didNotReturn)
  }

  @Test func `exit ends the other threads in their calls`() throws {
    let observed = try end("thread-exit")
    #expect(observed.outcome.end == .exited)
    #expect(observed.outcome.status == 8)
    #expect(observed.all(.taskEnded).filter { $0.task > 1 }.count == 4)
  }

  @Test func `the run lasts until the last child has ended`() throws {
    let observed = try end("orphan")
    #expect(observed.outcome.end == .exited)
    #expect(observed.outcome.status == 2)
    #expect(observed.calls(task: 2).last == "exit_group")
  }

  @Test func `a call through the 32-bit entry is a gap`() throws {
    let observed = try end("32-bit")
    guard observed.outcome.end == .exited else { return }  // A kernel without that entry.
    #expect(observed.outcome.gapCount == 1)
    #expect(observed.all(.gap).map { $0.operands[0] } == [1])
    #expect(!observed.calls().contains("writev"))
  }

  @Test(arguments: ["sleep", "loop"])
  func `a run that takes too long is ended, and the trace says so`(how: String) throws {
    let observed = try end(how) { $0.timeoutNanoseconds = 300_000_000 }
    #expect(observed.outcome.end == .timedOut)
    if how == "sleep" {
      let last = try #require(observed.all(.systemCall).last)
      #expect(last.flags == .didNotReturn)
      #expect(Observation.callName(last).hasSuffix("nanosleep"))
    } else {
      #expect(observed.calls().filter { $0 == "getppid" }.count > 10)
    }
  }

  @Test(arguments: 0..<12)
  func `a storm of children is ended whole`(round: Int) throws {
    let script = "while :; do (:) & (busybox true) & done"
    let observed = try Observation.run(["/bin/busybox", "sh", "-c", script]) {
      $0.timeoutNanoseconds = UInt64(60 + 20 * round) * 1_000_000
      $0.pinsToOneCPU = round % 2 == 0
    }
    #expect(observed.outcome.end == .timedOut)
    let started = observed.all(.taskStarted).map(\.task)
    #expect(!started.isEmpty)
    #expect(Set(observed.all(.taskEnded).map(\.task)).isSuperset(of: started))
  }

  @Test func `a signal to the recorder ends the recording`() throws {
    let observed = try end("interrupt")
    #expect(observed.outcome.end == .interrupted)
    let last = try #require(observed.all(.systemCall).last)
    #expect(last.flags == .didNotReturn)
  }

  @Test func `times grow and are told when asked for`() throws {
    let observed = try end("handle") { $0.recordsTimes = true }
    #expect(!observed.header.unseen.contains(.times))
    let calls = observed.all(.systemCall)
    #expect(calls.allSatisfy { $0.time > 0 })
    #expect(zip(calls, calls.dropFirst()).allSatisfy { $0.time + $0.duration <= $1.time })
    #expect(try end("handle").all(.systemCall).allSatisfy { $0.time == 0 && $0.duration == 0 })
  }

  @Test func `nothing that was started outlives a session that is not recorded`() throws {
    func started() throws -> Int32 {
      var options = ObserveOptions(
        program: Array("/bin/busybox".utf8),
        arguments: ["busybox", "sleep", "1000"].map { Array($0.utf8) },
        environment: [])
      options.pinsToOneCPU = false
      var session = ObserveSession(options)
      try session.start()
      return session.processID
    }
    let id = try started()
    #expect(id > 0)
    #expect(kill(id, 0) == -1 && errno == ESRCH)
  }

  @Test func `what a killed recorder observed is killed too`() throws {
    try Scratch.with { scratch in
      let recorder = Process()
      recorder.executableURL = URL(filePath: Subprogram.epimetheus)
      recorder.arguments =
        ["record", "--on", "linux", "-o", scratch.path("t.epi"), "--"]
        + ["/bin/busybox", "sleep", "1000"]
      try recorder.run()
      defer {
        recorder.terminate()
        recorder.waitUntilExit()
      }
      var program: Int32 = 0
      for _ in 0..<2000 where program == 0 {
        program = child(of: recorder.processIdentifier) ?? 0
        usleep(5000)
      }
      #expect(program > 0)
      kill(recorder.processIdentifier, SIGKILL)
      recorder.waitUntilExit()
      for _ in 0..<2000 where isAlive(program) { usleep(5000) }
      #expect(!isAlive(program))
    }
  }

  /// A child of a process that runs `busybox` already.
  private func child(of parent: Int32) -> Int32? {
    let path = "/proc/\(parent)/task/\(parent)/children"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return text.split(separator: " ").compactMap { Int32($0) }.first { id in
      let name = try? String(contentsOfFile: "/proc/\(id)/comm", encoding: .utf8)
      return name == "busybox\n"
    }
  }

  /// Whether a process is there and no zombie.
  private func isAlive(_ id: Int32) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else {
      return false
    }
    return !text.contains(") Z ")
  }
}
