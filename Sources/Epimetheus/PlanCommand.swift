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
      Reads what applications need from a database of Loupe, and what the kernel supports from a
      support set. An application of which nothing was measured, or whose test asserts nothing, is
      named and never counted as running. A call that may fail with ENOSYS needs no work.

      EXAMPLES
        epimetheus plan --on kerla loupedb
        epimetheus plan --on our-kernel --workload suite loupedb
        epimetheus plan --on supported.syscalls --costs costs.txt --json loupedb
        epimetheus plan --list

      COSTS, one call a line:
        mmap 40
        getpid 1
      """)

  @Argument(help: "The database: a folder of APP/WORKLOAD/RUN/data/dyn.csv.")
  var database: String?

  @Option(
    name: .customLong("on"),
    help: "The kernel: our-kernel, a set of --list, or a file of names, one a line.")
  var kernel: String = OurKernel.name

  @Option(help: "Count only workloads whose name begins so: suite, benchmark.")
  var workload: String = ""

  @Option(help: "The order: soonest, or fewest as Loupe does it.")
  var order: SupportPlan.Order = .soonest

  @Option(help: "A file with the cost of calls; others cost 10, a fake 2.")
  var costs: String?

  @Flag(help: "Print the names of the support sets that come with the command.")
  var list = false

  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    if !list && database == nil {
      throw ValidationError("name the database, or --list for the support sets")
    }
  }

  func run() throws {
    if list {
      Console.result(
        ([OurKernel.name] + KnownSupportSets.names).joined(separator: "\n") + "\n")
      return
    }
    guard let database else { return }
    let set = try SupportSets.find(kernel)
    SupportSets.tellUnknownNames(of: set)
    let needs = try LoupeDatabase(folder: database).needs(workload: workload)
    let planner = SupportPlanner(
      order: order,
      costs: try costs.map { try WorkCosts(parsing: try SupportFiles.text(of: $0), path: $0) }
        ?? WorkCosts())
    let plan = planner.plan(for: set, needs)
    Console.result(json ? plan.json() : plan.text())
  }
}

extension SupportPlan.Order: ExpressibleByArgument {}
