// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
public import ArgumentParser
public import Support

/// `epimetheus plan`.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Say in which order to implement system calls so that most applications run soonest.",
    discussion: """
      Reads what applications need from traces, results of probe and databases of Loupe, and what
      the kernel supports from a support set. What a trace tells is a prediction, and the plan
      says so. An application of which nothing was measured, whose test asserts nothing, or of whose
      run events were lost, is named and never counted as running. A call that may fail with ENOSYS
      needs no work.

      EXAMPLES
        epimetheus plan --on kerla loupedb
        epimetheus plan redis.epi nginx.epi sort.json
        epimetheus plan --on our-kernel --workload suite loupedb
        epimetheus plan --on supported.syscalls --costs costs.txt --json loupedb
        epimetheus plan --list

      COSTS, one call a line:
        mmap 40
        ioctl(TIOCGPGRP) 2
      """)

  @Argument(
    help: ArgumentHelp(
      "Traces, results of probe as JSON, databases of Loupe (folders of "
        + "APP/WORKLOAD/RUN/data/dyn.csv).", valueName: "source"))
  var sources: [String] = []

  @Option(
    name: .customLong("on"),
    help: "The kernel: our-kernel, a set of --list, a list of names, SCML or gVisor's table.")
  var kernel: String = OurKernel.name

  @Option(help: "Of a database: only workloads whose name begins so: suite, benchmark.")
  var workload: String = ""

  @Option(help: "The order: soonest, or fewest as Loupe does it.")
  var order: SupportPlan.Order = .soonest

  @Option(help: "A file with the cost of calls; others cost 10, a fake 2, part of a call 3.")
  var costs: String?

  @Flag(help: "Print the names of the support sets that come with the command.")
  var list = false

  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    if !list && sources.isEmpty {
      throw ValidationError("name traces or a database, or --list for the support sets")
    }
  }

  func run() throws {
    if list {
      Console.result(
        ([OurKernel.name] + KnownSupportSets.names).joined(separator: "\n") + "\n")
      return
    }
    let set = try SupportSets.find(kernel)
    SupportSets.tellUnknownNames(of: set)
    let needs = try PlanSources.needs(sources, workload: workload)
    let planner = SupportPlanner(
      order: order,
      costs: try costs.map { try WorkCosts(parsing: try SupportFiles.text(of: $0), path: $0) }
        ?? WorkCosts())
    let plan = planner.plan(for: set, needs)
    Console.result(json ? plan.json() : plan.text())
  }
}

extension SupportPlan.Order: ExpressibleByArgument {}
