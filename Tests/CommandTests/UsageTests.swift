// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// What a stranger types wrong, and what the command says.
struct UsageTests {
  @Test(arguments: [
    [], ["record"], ["record", "-o", "x"], ["replay"], ["no-such-command"], ["diff", "one"],
    ["record", "-o", "x", "--on", "mars", "--", "true"],
    ["record", "-o", "x", "--timeout", "-3", "--", "true"],
    ["record", "-o", "x", "--on", "linux", "--seed", "3", "--", "/bin/true"],
    ["record", "-o", "x", "--fault-around", "3", "--", "/bin/true"],
  ])
  func `a command line that makes no sense exits with 2 and says so`(arguments: [String]) throws {
    let run = try Subprogram.run([Subprogram.epimetheus] + arguments)
    if arguments.isEmpty {
      #expect(run.text.contains("SUBCOMMANDS"))
    } else {
      #expect(run.end == .exited(2), "\(run.end) \(run.errorText)")
      #expect(!run.errorText.isEmpty)
    }
  }

  @Test(arguments: ["replay", "dump", "info", "report"])
  func `a file that is no trace exits with 42 and names it`(command: String) throws {
    try Scratch.with { scratch in
      let file = scratch.path("no-trace")
      try Data("this is not a trace\n".utf8).write(to: URL(filePath: file))
      var arguments = [Subprogram.epimetheus, command, file]
      if command == "replay" { arguments += ["-o", scratch.path("out.epi")] }
      let run = try Subprogram.run(arguments)
      #expect(run.end == .exited(42), "\(run.end) \(run.errorText)")
      #expect(run.errorText.contains("no-trace"))
    }
  }

  @Test(arguments: ["replay", "dump", "info", "report"])
  func `a file that is not there exits with 42 and names it`(command: String) throws {
    var arguments = [Subprogram.epimetheus, command, "/nowhere/a.epi"]
    if command == "replay" { arguments += ["-o", "/tmp/never.epi"] }
    let run = try Subprogram.run(arguments)
    #expect(run.end == .exited(42), "\(run.end) \(run.errorText)")
    #expect(run.errorText.contains("/nowhere/a.epi"))
  }

  @Test func `a program that is not there is said to be missing`() throws {
    try Scratch.with { scratch in
      for place in ["hosted", "linux"] {
        let run = try Subprogram.epimetheus(
          "record", "--on", place, "-o", scratch.path("a.epi"), "--", "/nowhere/program")
        #expect(run.end == .exited(42), "\(place): \(run.end) \(run.errorText)")
        #expect(run.errorText.contains("/nowhere/program"))
      }
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `shell completions are printed`(shell: String) throws {
    let run = try Subprogram.epimetheus("--generate-completion-script", shell)
    #expect(run.end == .exited(0))
    #expect(run.text.contains("epimetheus"))
  }

  @Test(arguments: [
    "record", "replay", "diff", "report", "dump", "assemble", "info", "probe", "doctor", "explain",
    "export", "calibrate",
  ])
  func `every subcommand has help`(command: String) throws {
    let run = try Subprogram.epimetheus(command, "--help")
    #expect(run.end == .exited(0))
    #expect(run.text.contains("USAGE: epimetheus \(command)"))
  }
}
