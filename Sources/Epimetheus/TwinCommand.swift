// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import Recorder

/// `epimetheus twin`.
struct TwinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "twin",
    abstract: "Compare our kernel's memory calls with Linux's own, on random sequences.",
    discussion: """
      Runs the same random mmap, munmap, mprotect, mremap, madvise, brk, mincore, msync, mlock and
      touches in a real process and on our kernel, and compares the result, every VMA and what each
      touch came to. A difference is shrunk to the shortest sequence that shows it. Exits with 1 if
      there is one. docs/divergences-from-linux.md names what is not compared.

      EXAMPLES
        epimetheus twin --seed 7 --ops 5000
        epimetheus twin --seeds 200 --ops 5000 --json
        epimetheus twin --seed 7 --ops 5000 -o difference.trace
        epimetheus assemble difference.trace -o a.epi && epimetheus report a.epi
      """)

  @Option(help: "The first seed.")
  var seed: UInt64 = 1

  @Option(help: "How many seeds, one after the other.")
  var seeds: UInt64 = 1

  @Option(help: "Operations of each seed.")
  var ops: UInt64 = 5000

  @Flag(help: "No mappings of files.")
  var noFiles = false

  @Flag(help: "Go on with the next seed after a difference.")
  var keepGoing = false

  @Option(name: .shortAndLong, help: "Where the first difference is written as a text trace.")
  var output: String?

  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    guard ops > 0, ops <= 1_000_000, seeds > 0, seeds <= 1_000_000 else {
      throw ValidationError("--ops is 1 to 1000000, --seeds 1 to 1000000")
    }
    guard !seed.addingReportingOverflow(seeds).overflow else {
      throw ValidationError("--seed is too large")
    }
  }

  func run() throws {
    var options = TwinOptions()
    options.seed = seed
    options.seedCount = seeds
    options.operationCount = ops
    options.usesFiles = !noFiles
    options.goesOn = keepGoing
    let clock = ContinuousClock()
    let begin = clock.now
    var told = begin
    let result = try TwinSession(options).run { progress in
      guard clock.now - told > .seconds(2) else { return }
      told = clock.now
      Console.note(
        "epimetheus: \(progress.seedCount) of \(seeds) seeds, \(progress.operationCount) "
          + "operations, \(progress.differences.count) differences")
    }
    let seconds = (clock.now - begin).components.seconds
    Console.note("epimetheus: \(result.operationCount) operations in \(seconds) s")
    Console.result(json ? Self.json(result) : Self.text(result))
    if let output, let first = result.differences.first {
      let file = try OutputFile(output)
      file.put(first.trace)
      try file.finish()
    }
    if !result.differences.isEmpty { throw ExitCode(ExitStatusCode.findings) }
  }

  private static func text(_ result: TwinResult) -> String {
    var text = result.differences.map(\.text).joined(separator: "\n")
    if !text.isEmpty { text += "\n" }
    text += "\(result.operationCount) operations of \(result.seedCount) seeds agree, "
    return text + "\(result.differences.count) differences\n"
  }

  private static func json(_ result: TwinResult) -> String {
    func lines(_ values: [some CustomStringConvertible]) -> JSONValue {
      .array(values.map { .string($0.description) })
    }
    let differences = result.differences.map { difference -> JSONValue in
      .object([
        ("seed", .integer(difference.seed)), ("operation", .integer(UInt64(difference.index))),
        ("sequence", lines(difference.operations)),
        ("linux", .string(difference.expected.last?.description ?? "")),
        ("kernel", .string(difference.actual.description)),
        ("linuxVMAs", lines(difference.expected.last?.layout ?? [])),
        ("kernelVMAs", lines(difference.actual.layout)),
      ])
    }
    return JSONValue.object([
      ("schema", .string("epimetheus-twin")), ("schemaVersion", .integer(1)),
      ("operations", .integer(result.operationCount)), ("seeds", .integer(result.seedCount)),
      ("differences", .array(differences)),
    ]).text() + "\n"
  }
}
