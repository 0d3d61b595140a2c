// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import FoundationEssentials
import Glibc
import Kernel

/// The command. Results go to stdout, progress and errors to stderr.
@main
struct Epimetheus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "epimetheus",
    abstract: "Hindsight for people who build Linux-compatible kernels.",
    discussion: """
      Records what an unmodified Linux program asks of its kernel, replays the run against a
      Unikraft-style kernel, and says what is missing and what diverges.

      EXAMPLES
        epimetheus record -o a.epi -- /bin/busybox ls -l /usr
        epimetheus replay a.epi -o b.epi && cmp a.epi b.epi
        epimetheus record --on linux -o l.epi -- /bin/busybox ls -l /usr
        epimetheus report l.epi

      EXIT CODES
        0 nothing found, 1 findings, 2 usage, 42 bad input, 75 try again later.
        record exits as the program did: its status, or 128 and its signal.
      """,
    version: Unikernel.name.description,
    subcommands: [
      RecordCommand.self, ReplayCommand.self, DiffCommand.self, ReportCommand.self,
      ExplainCommand.self, DumpCommand.self, AssembleCommand.self, InfoCommand.self,
      SliceCommand.self, ImportCommand.self, ExportCommand.self, PlanCommand.self,
      ProbeCommand.self, CalibrateCommand.self, TwinCommand.self, DoctorCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Glibc.exit(ExitStatusCode.report(error))
    }
  }
}
