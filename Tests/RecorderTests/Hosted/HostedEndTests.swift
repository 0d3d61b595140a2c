// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import TestSupport
import Testing
import Trace

/// However a run ends, its trace can be read and says so.
@Suite struct HostedEndTests {
  private func expectEnd(
    _ source: String, _ arguments: [String] = [], options: [String] = [], _ end: EndKind,
    status: Int64, exit: Int32
  ) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(source, as: "program", ["-static-pie"])
      let run = try HostedRun.record([program] + arguments, options: options, in: scratch)
      #expect(run.end == end)
      #expect(run.status == status)
      #expect(run.command.end == .exited(exit))
      #expect(run.command.text == "begun\n")
      #expect(run.count(of: .systemCall) > 0)
      #expect(run.count(of: .pageFault) > 0)
    }
  }

  @Test func `a wild store is a page fault that kills`() throws {
    try expectEnd(Guests.ending, ["store"], .killed, status: 11, exit: 139)
  }

  @Test func `a store into the host's addresses that holds nothing kills`() throws {
    try expectEnd(Guests.ending, ["far"], .killed, status: 11, exit: 139)
  }

  @Test func `an address that is not canonical kills`() throws {
    try expectEnd(Guests.ending, ["noncanonical"], .killed, status: 11, exit: 139)
  }

  @Test func `an illegal instruction kills`() throws {
    try expectEnd(Guests.ending, ["illegal"], .killed, status: 4, exit: 132)
  }

  @Test func `a division by zero kills`() throws {
    try expectEnd(Guests.ending, ["divide"], .killed, status: 8, exit: 136)
  }

  @Test func `a breakpoint kills`() throws {
    try expectEnd(Guests.ending, ["breakpoint"], .killed, status: 5, exit: 133)
  }

  @Test func `a 32-bit system call kills`() throws {
    try expectEnd(Guests.ending, ["interrupt"], .killed, status: 11, exit: 139)
  }

  @Test func `alignment checks of the guest do not reach the host`() throws {
    try expectEnd(Guests.ending, ["alignment"], .exited, status: 5, exit: 5)
  }

  @Test func `a loop ends with its time`() throws {
    try expectEnd(
      Guests.ending, ["loop"], options: ["--timeout", "1"], .timedOut, status: 0, exit: 75)
  }

  @Test func `the exit status is the program's`() throws {
    try expectEnd(Guests.ending, ["exit"], .exited, status: 5, exit: 5)
  }

  @Test func `a child that is killed leaves its events`() throws {
    try expectSignalled(EndKind.machineFailed, status: 9) { command in
      let path = "/proc/\(command)/task/\(command)/children"
      let children = try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
      kill(try #require(children.first.flatMap { Int32($0) }), SIGKILL)
    }
  }

  @Test func `a recorder that is interrupted finishes its trace`() throws {
    for signal in [SIGINT, SIGTERM] {
      try expectSignalled(EndKind.interrupted, status: 0) { command in kill(command, signal) }
    }
  }

  /// Does something to a recording whose program loops and has said so.
  private func expectSignalled(
    _ end: EndKind, status: Int64, _ act: (pid_t) throws -> Void
  ) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Guests.ending, as: "program", ["-static-pie"])
      let process = Process()
      process.executableURL = URL(filePath: Subprogram.epimetheus)
      process.arguments = [
        "record", "--timeout", "60", "-o", scratch.path("a.epi"), "--", program, "loop",
      ]
      process.environment = HostedRun.environment
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let said = output.fileHandleForReading.readData(ofLength: 6)
      try act(process.processIdentifier)
      process.waitUntilExit()
      let run = try HostedRun(trace: scratch.path("a.epi"))
      #expect(run.end == end)
      #expect(run.status == status)
      #expect(process.terminationStatus == 75)
      #expect(said == Data("begun\n".utf8))
      #expect(run.count(of: .systemCall) > 0)
    }
  }
}
