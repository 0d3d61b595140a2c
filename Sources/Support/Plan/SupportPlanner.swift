// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Puts the work on a kernel in order.
///
/// Under `.soonest` each step is the set of work with the most applications for its cost: from the
/// work for each application, that of others is added as long as this raises the ratio. Ties go to
/// the cheaper step and then to the application that comes first by name, so that the same input
/// gives the same plan, whatever the order of files was.
public struct SupportPlanner: Sendable {
  private let costs: WorkCosts
  private let order: SupportPlan.Order

  /// A planner.
  public init(order: SupportPlan.Order = .soonest, costs: WorkCosts = WorkCosts()) {
    self.order = order
    self.costs = costs
  }

  /// The plan for a kernel and applications.
  ///
  /// An application of which nothing is known, or whose test asserts nothing, is named in the plan
  /// and is not counted as running.
  public func plan(for set: SupportSet, _ applications: [ApplicationNeeds]) -> SupportPlan {
    var plan = SupportPlan(kernel: set.name, order: order)
    let applications = applications.sorted { $0.name < $1.name }
    plan.doubtful = applications.compactMap { application in
      application.doubt.map { (application.name, $0) }
    }
    plan.predicted = applications.filter { $0.isPredicted && $0.doubt == nil }.map(\.name)
    var waiting = applications.filter { $0.doubt == nil }
    var kernel = PlannedKernel(set, for: waiting, costs: costs)
    let (running, rest) = split(waiting, on: kernel)
    plan.running = running
    waiting = rest
    var totalCost: UInt64 = 0
    while !waiting.isEmpty {
      let items = next(for: waiting, on: kernel)
      kernel.perform(items)
      let (unlocked, rest) = split(waiting, on: kernel)
      waiting = rest
      totalCost += items.cost
      plan.steps.append(
        SupportPlan.Step(
          items: items.sorted { $0.isBefore($1) }, unlocked: unlocked,
          totalCost: totalCost,
          runningCount: (plan.steps.last?.runningCount ?? running.count) + unlocked.count))
    }
    return plan
  }

  /// The work of the next step: it lets at least one application run.
  private func next(
    for waiting: [ApplicationNeeds], on kernel: PlannedKernel
  ) -> [SupportPlan.Item] {
    let work = waiting.map { WorkSet(kernel.work(for: $0)) }
    if order == .fewest {
      return work.min { $0.count < $1.count }?.items ?? []
    }
    var best = Candidate(work: WorkSet([]), unlockedCount: 0)
    for start in work.indices {
      var candidate = Candidate(work: work[start], among: work)
      while let better = candidate.improved(among: work) { candidate = better }
      if candidate.isBetter(than: best) { best = candidate }
    }
    return best.work.items
  }

  private func split(
    _ applications: [ApplicationNeeds], on kernel: PlannedKernel
  ) -> (running: [String], rest: [ApplicationNeeds]) {
    let rest = applications.filter { !kernel.work(for: $0).isEmpty }
    let names = Set(rest.map(\.name))
    return (applications.map(\.name).filter { !names.contains($0) }, rest)
  }
}

/// Work that may be the next step.
private struct Candidate {
  let work: WorkSet
  let unlockedCount: UInt64

  init(work: WorkSet, unlockedCount: UInt64) {
    self.work = work
    self.unlockedCount = unlockedCount
  }

  init(work: WorkSet, among all: [WorkSet]) {
    self.init(
      work: work, unlockedCount: all.reduce(into: 0) { $0 += work.covers($1) ? 1 : 0 })
  }

  /// More applications for the cost; at the same ratio, less cost.
  func isBetter(than other: Candidate) -> Bool {
    let (mine, its) = (unlockedCount * other.work.cost, other.unlockedCount * work.cost)
    if other.unlockedCount == 0 { return true }
    return mine > its || (mine == its && work.cost < other.work.cost)
  }

  /// The best that adding the work for one more application makes of it; nil if nothing raises the
  /// ratio.
  func improved(among all: [WorkSet]) -> Candidate? {
    var best = self
    for other in all where !work.covers(other) {
      let joined = Candidate(work: work.union(other), among: all)
      if joined.unlockedCount * best.work.cost > best.unlockedCount * joined.work.cost {
        best = joined
      }
    }
    return best.work.count == work.count ? nil : best
  }
}
