// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import Support

/// `epimetheus calibrate`.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Say how often the predictions of reports were right.",
    discussion: """
      Takes pairs of a trace and a result of `probe` of the same program. From each trace it
      predicts which calls matter, as `report` does, and counts how often the probe agreed. Exits
      with 1 if a confidence claims more than was measured. `scripts/calibrate` does all of it for
      programs that are on most machines.

      EXAMPLES
        epimetheus record --on linux -o ls.epi -- /bin/ls /usr
        epimetheus probe -o ls.json -- /bin/ls /usr
        epimetheus calibrate ls.epi ls.json
      """)

  @Argument(help: "TRACE PROBE, once or more.")
  var pairs: [String]

  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    if pairs.count % 2 != 0 { throw ValidationError("name a trace and a probe of each program") }
  }

  func run() throws {
    var calibration = Calibration()
    for index in stride(from: 0, to: pairs.count, by: 2) {
      calibration.add(
        try TraceFiles.requirements(of: [pairs[index]]),
        try ProbeReport.needs(in: pairs[index + 1], named: pairs[index + 1]))
    }
    Console.result(json ? calibration.json() : calibration.text())
    if !calibration.overconfident.isEmpty { throw ExitCode(ExitStatusCode.findings) }
  }
}
