// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Testing
import Trace

/// Which pseudo-files a trace names, whichever way.
struct PseudoFileTests {
  private static let path: UInt64 = 0x48_0010
  private static let buffer: UInt64 = 0x7fff_0000
  private static let here = UInt64(bitPattern: -100)

  private func paths(
    from directory: String = "/root", _ write: (inout Script) -> Void
  ) throws -> [String] {
    var script = Script { _ in }
    write(&script)
    var header = TraceHeader()
    header.origin = .linux
    header.workingDirectory = [UInt8](directory.utf8)
    var (requirements, events) = (Requirements(), script.events)
    try requirements.read(&events, header: header, named: "a.epi")
    return requirements.pseudoFiles.map { "\($0.path) \($0.count)" }
  }

  private func open(
    _ script: inout Script, _ path: String, at directory: UInt64 = here, flags: UInt64 = 0,
    result: Int64 = 3, task: UInt32 = 1
  ) {
    script.task = task
    script.read(Self.path, [UInt8]((path + "\0").utf8))
    script.call(.openat, directory, Self.path, flags, result: result)
  }

  private func change(_ script: inout Script, to path: String, task: UInt32 = 1) {
    script.task = task
    script.read(Self.path, [UInt8]((path + "\0").utf8))
    script.call(.chdir, Self.path, result: 0)
  }

  private func link(_ script: inout Script, _ path: String, to target: String) {
    script.read(Self.path, [UInt8]((path + "\0").utf8))
    script.write(Self.buffer, [UInt8](target.utf8))
    script.call(.readlink, Self.path, Self.buffer, 4096, result: Int64(target.utf8.count))
  }

  private func start(_ script: inout Script, _ task: UInt32, isThread: Bool) {
    var event = Event(.taskStarted, task: task, code: isThread ? 0 : 1)
    event.operands[0] = 1
    script.events.append(event)
  }

  @Test func `paths are cleaned of dots and slashes`() throws {
    let found = try paths {
      for path in ["/proc/self/../4711/./maps", "//proc//12/maps", "/etc/../dev/null", "/../sys/x"]
      {
        open(&$0, path)
      }
      open(&$0, "/proc/../etc/passwd")
    }
    #expect(found == ["/dev/null 1", "/proc/N/maps 2", "/sys/x 1"])
  }

  @Test func `relative paths begin in the working directory, which changes`() throws {
    let found = try paths(from: "/proc") {
      open(&$0, "self/maps")
      change(&$0, to: "/")
      open(&$0, "dev/null")
      change(&$0, to: "sys")
      open(&$0, "kernel/x", flags: 0)
      open(&$0, "../proc/stat")
      change(&$0, to: "/home")
      open(&$0, "dev/zero")
    }
    #expect(
      found == [
        "/dev/null 1", "/proc/self/maps 1", "/proc/stat 1", "/sys 1",
        "/sys/kernel/x 1",
      ])
    // Where it is not known nothing is said.
    #expect(try paths(from: "") { open(&$0, "proc/stat") } == [])
  }

  @Test func `and in directories that are open`() throws {
    let found = try paths {
      open(&$0, "/proc/self", result: 7)
      open(&$0, "fd", at: 7, result: 8)
      open(&$0, "../stat", at: 8)
      $0.call(.dup, 7, result: 9)
      $0.call(.fchdir, 9, result: 0)
      open(&$0, "maps")
      $0.call(.close, 7, result: 0)
      open(&$0, "status", at: 7, result: -9)
      // The number is of something else now.
      $0.call(.socket, 2, 1, 0, result: 9)
      open(&$0, "comm", at: 9, result: -20)
    }
    #expect(
      found == [
        "/proc/self 1", "/proc/self/fd 1", "/proc/self/maps 1", "/proc/self/stat 1",
      ])
  }

  @Test func `links are followed that the trace has read`() throws {
    let found = try paths {
      link(&$0, "/dev/fd", to: "/proc/self/fd")
      open(&$0, "/dev/fd/3")
      open(&$0, "/dev/fd", flags: 0x20000)
      link(&$0, "/etc/mtab", to: "../proc/self/mounts")
      open(&$0, "/etc/mtab")
      link(&$0, "/a", to: "b")
      link(&$0, "/b", to: "a")
      open(&$0, "/a")
      // What a process has open is not what its name asks for.
      link(&$0, "/proc/self/exe", to: "/bin/program")
      open(&$0, "/proc/self/exe")
    }
    #expect(
      found == [
        "/dev/fd 2", "/proc/self/exe 2", "/proc/self/fd/N 1", "/proc/self/mounts 1",
      ])
  }

  @Test func `a child has a working directory of its own, a thread has not`() throws {
    let found = try paths {
      start(&$0, 2, isThread: false)
      change(&$0, to: "/proc", task: 2)
      open(&$0, "stat", task: 2)
      open(&$0, "stat")
      start(&$0, 3, isThread: true)
      change(&$0, to: "/dev", task: 3)
      open(&$0, "null")
    }
    #expect(found == ["/dev 1", "/dev/null 1", "/proc 1", "/proc/stat 1"])
  }
}
