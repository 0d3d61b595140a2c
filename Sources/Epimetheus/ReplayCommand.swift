// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import FoundationEssentials
import Replayer

/// `epimetheus replay`.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replay a trace on our kernel, without the program, and write what comes of it.",
    discussion: """
      What was asked and what came from outside is kept; the outcomes are computed anew. The output
      is a trace: the same bytes where the kernel does as recorded, else diff says where not.

      EXAMPLES
        epimetheus replay a.epi -o b.epi && cmp a.epi b.epi
        epimetheus replay --print unikraft-0.17 a.epi -o b.epi
        epimetheus replay linux.epi -o kernel.epi; epimetheus diff linux.epi kernel.epi
      """)

  @Argument(help: "The trace to replay.")
  var trace: String

  @Option(name: .shortAndLong, help: "The trace to write.")
  var output: String

  @OptionGroup
  var printing: PrintOptions

  func run() throws {
    let outcome = try Replaying.replay(trace, to: output, printing: printing.style)
    var text = "epimetheus: \(outcome.trapCount) traps replayed into \(output)"
    if outcome.divergentCount > 0 { text += "; \(outcome.divergentCount) ended otherwise" }
    if outcome.undecidedCount > 0 {
      text += "; \(outcome.undecidedCount) adopted, as only the outside could decide them"
    }
    if outcome.foreignCount > 0 {
      text += "; \(outcome.foreignCount) of other processes passed on"
    }
    Console.note(text)
  }
}
