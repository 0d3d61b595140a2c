// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import LinuxABI
import Recorder
import Support

/// `epimetheus probe`.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Measure which system calls a program needs, by taking them away.",
    discussion: """
      Runs the program on this machine many times, each time with some of its calls failing with
      ENOSYS (stub) or doing nothing and giving a plausible success (fake), and says which it works
      without: required, stub, fake, or both. Calls are tried in groups, so that it takes fewer runs
      than two for each call; all verdicts are confirmed together at the end.

      A program works where its stdout and its exit status are those of an undisturbed run, or,
      with --test, where a command that runs beside it ends with 0. A disturbed program may do what
      it never does otherwise: probe where nothing can be lost.

      EXAMPLES
        epimetheus probe -- /bin/busybox ls -l /usr
        epimetheus probe --sub-commands --repeat 3 -o sort.json -- sort words.txt
        epimetheus probe --flags -- /bin/busybox cat /etc/passwd
        epimetheus probe --loupedb db/redis/bench/1/data/dyn.csv \\
          --test 'sleep 1; redis-cli ping' -- redis-server --port 7000
      """)

  @Argument(parsing: .postTerminator, help: "The program and its arguments, behind --.")
  var program: [String] = []

  @Option(help: "A shell command beside the program: it works where this ends with 0.")
  var test: String?

  @Flag(help: "Compare the exit status alone, not stdout.")
  var ignoreOutput = false

  @Flag(help: "Also what a call can do: ioctl(TCGETS), fcntl(F_GETFL).")
  var subCommands = false

  @Flag(help: "Also flags: mmap(MAP_POPULATE), refused (stub) or ignored (fake).")
  var flags = false

  @Option(help: "How often a program must work to count as working.")
  var `repeat`: Int = 1

  @Option(help: "Seconds that a run may take; 5 and four times an undisturbed run unless told.")
  var timeout: Double?

  @Option(name: .shortAndLong, help: "Where verdicts and evidence go, as JSON.")
  var output: String?

  @Option(help: "A dyn.csv of Loupe to write, or, where it is there, to merge verdicts into.")
  var loupedb: String?

  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    if program.isEmpty { throw ValidationError("name the program after --") }
    guard (1...100).contains(`repeat`) else { throw ValidationError("--repeat is 1 to 100") }
    if let timeout, !(timeout > 0 && timeout <= 3600) {
      throw ValidationError("--timeout is more than 0 and at most 3600 seconds")
    }
  }

  func run() throws {
    var trial = TrialProgram(
      program: [UInt8](program[0].utf8), arguments: program.map { [UInt8]($0.utf8) },
      environment: RecordCommand.inheritedEnvironment)
    trial.test = test.map { [UInt8]($0.utf8) }
    trial.timeout = .seconds(timeout ?? 60)
    var probe = try Probe(trial, comparesOutput: !ignoreOutput && test == nil, times: `repeat`)
    if timeout == nil { probe.setTimeout() }
    let report = try probe.run(subCommands: subCommands, flags: flags)
    if let loupedb { try report.write(loupeTable: loupedb) }
    if let output { try OutputFile.write(report.json(), to: output) }
    Console.result(json ? report.json() : report.text())
  }
}
