// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import ArgumentParser
import FoundationEssentials
import LinuxABI
import Support
import TraceFile

/// `epimetheus diff`.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say what two traces disagree about.",
    discussion: """
      The left trace is what is expected, the right one what came instead: Linux and our kernel,
      yesterday's kernel and today's. Exits with 1 if there are divergences.

      EXAMPLES
        epimetheus diff linux.epi kernel.epi
        epimetheus diff --json yesterday.epi today.epi
        epimetheus diff --calls memory linux.epi unikraft.epi
        epimetheus diff --format junit linux.epi kernel.epi > report.xml
      """)

  @Argument(help: "The trace with the expected outcomes.")
  var expected: String

  @Argument(help: "The trace with the actual outcomes.")
  var actual: String

  @Option(
    help: ArgumentHelp(
      "Also list these calls of both side by side, with commas between their names; memory: all "
        + "that change the address space.", valueName: "names"))
  var calls: String?

  @OptionGroup var findings: FindingOptions

  func validate() throws { _ = try listedCalls }

  private var listedCalls: Set<SystemCallNumber> {
    get throws {
      var numbers: Set<SystemCallNumber> = []
      for name in (calls ?? "").split(separator: ",") {
        if name == "memory" {
          numbers.formUnion(Self.memoryCalls)
        } else if let number = SystemCallTable.number(named: [UInt8](name.utf8)) {
          numbers.insert(number)
        } else {
          throw ValidationError("\(name) is no system call; --calls mmap,munmap or --calls memory")
        }
      }
      if calls != nil, numbers.isEmpty { throw ValidationError("--calls needs a name") }
      return numbers
    }
  }

  private static var memoryCalls: [SystemCallNumber] {
    [
      .brk, .mmap, .munmap, .mremap, .mprotect, .pkey_mprotect, .madvise, .msync, .mlock, .mlock2,
      .munlock, .mlockall, .munlockall, .mincore,
    ]
  }

  func run() throws {
    let report = try Comparing.report(
      expected, actual, scope: .differences, listing: try listedCalls)
    try findings.publish(
      report.findings, text: report.text, json: report.json(with:),
      page: try Comparing.page(of: report, expected, actual))
  }
}
