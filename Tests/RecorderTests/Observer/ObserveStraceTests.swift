// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing
import Trace

/// All tests that observe run one after another: each keeps a CPU to itself and its program.
@Suite(
  .serialized,
  .enabled(if: ObserveSession.isPermitted, "ptrace(2) is not permitted on this machine")
)
struct ObserveTests {
  /// The calls of a task as strace would report them.
  func calls(_ observation: Observation, task: UInt32) -> [StraceLog.Call] {
    observation.all(.systemCall, task: task).map {
      StraceLog.Call(
        name: Observation.callName($0),
        result: $0.flags.contains(.didNotReturn) ? nil : $0.result)
    }
  }

  /// Leaves out what differs from run to run: ids of processes.
  func comparable(_ calls: [StraceLog.Call]) -> [StraceLog.Call] {
    calls.map { call in
      let number = SystemCallTable.number(named: Array(call.name.utf8))
      let row = number.flatMap { SystemCallTable.description(of: $0) }
      guard let result = call.result, result > 0, row?.result == .processID else { return call }
      return StraceLog.Call(name: call.name, result: 1)
    }
  }
}

extension ObserveTests {
  @Test(arguments: [
    ["/bin/busybox", "true"],
    ["/bin/busybox", "echo", "one", "two"],
    ["/bin/busybox", "ls", "-l", "/usr"],
    ["/bin/busybox", "cat", "/etc/passwd"],
    ["/bin/busybox", "sha256sum", "/bin/busybox"],
    ["/bin/busybox", "sort", "/etc/passwd"],
    ["/bin/busybox", "awk", "BEGIN { for (i = 0; i < 9; i++) s += i; print s }"],
    ["/bin/busybox", "sh", "-c", "for i in 1 2 3; do echo $i; done; exit 3"],
    ["/bin/busybox", "cat", "/there/is/no/such/file"],
    ["/bin/ls", "/usr"],
    ["/usr/bin/env"],
  ])
  func `calls and results are those that strace sees`(arguments: [String]) throws {
    let environment = ["PATH=/bin:/usr/bin", "LC_ALL=C"]
    let observed = try Observation.run(arguments, environment: environment)
    let log = try StraceLog(
      running: arguments, environment: ["PATH": "/bin:/usr/bin", "LC_ALL": "C"])
    #expect(observed.all(.taskStarted).isEmpty)
    #expect(log.tasks.count == 1)
    let mine = comparable(calls(observed, task: 1))
    let theirs = comparable(log.tasks.first ?? [])
    #expect(mine.map(\.name) == theirs.map(\.name))
    #expect(mine == theirs)
  }

  @Test func `children are those that strace sees`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.forking, as: "forking", ["-static"])
      let observed = try Observation.run([program])
      let log = try StraceLog(running: [program], environment: [:])
      #expect(observed.all(.taskStarted).map { $0.operands[0] } == [1, 1])
      #expect(log.tasks.count == 3)
      for (index, theirs) in log.tasks.enumerated() {
        let mine = comparable(calls(observed, task: UInt32(index + 1)))
        // Whether wait4 finds the child gone already or is woken for it, it is one call.
        #expect(mine == comparable(theirs), "task \(index + 1)")
      }
      #expect(observed.all(.taskEnded).map(\.task).sorted() == [2, 3])
      #expect(observed.all(.taskEnded, task: 2).map(\.result) == [7])
      #expect(observed.all(.taskEnded, task: 3).map(\.result) == [0])
      #expect(observed.all(.taskStarted).map(\.code) == [1, 2])
      #expect(observed.outcome.end == .exited)
      #expect(observed.outcome.status == 5)
    }
  }

  @Test func `threads are those that strace sees`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.threaded, as: "threaded", ["-static", "-pthread"])
      let observed = try Observation.run([program])
      let log = try StraceLog(running: [program], environment: [:])
      #expect(log.tasks.count == 4)
      #expect(observed.all(.taskStarted).map(\.code) == [0, 0, 0])
      for task in 2...4 {
        let mine = comparable(calls(observed, task: UInt32(task)))
        #expect(mine == comparable(log.tasks[task - 1]), "task \(task)")
        #expect(mine.filter { $0.name == "getppid" }.count == 100)
      }
    }
  }
}
