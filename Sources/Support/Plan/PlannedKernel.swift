// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// A kernel while work on it is planned: what is done about each call, and what then runs.
struct PlannedKernel {
  /// How a call is answered.
  enum Answer {
    /// With ENOSYS, which is a stub that nobody has to write.
    case absent
    /// With success, and nothing is done.
    case fake
    /// As Linux does.
    case implemented
  }

  private var answers: [SystemCallNumber: Answer] = [:]
  private let costs: WorkCosts
  /// Calls that some application can only do with when they fail: faking them would break it.
  private let unfakeable: Set<SystemCallNumber>

  init(_ set: SupportSet, for applications: [ApplicationNeeds], costs: WorkCosts) {
    self.costs = costs
    unfakeable = Set(
      applications.flatMap { $0.numbers { $0.stubWorks && !$0.fakeWorks } })
    for number in set.calls(.supported) + set.calls(.partial) { answers[number] = .implemented }
    for number in set.calls(.stub) { answers[number] = .fake }
  }

  /// What must be done that the application runs, by number; empty if it runs.
  func work(for application: ApplicationNeeds) -> [SupportPlan.Item] {
    application.numbers { _ in true }.compactMap { number in
      guard let verdict = application.calls[number] else { return nil }
      switch answers[number] ?? .absent {
      case .implemented: return nil
      case .fake:
        return verdict.fakeWorks ? nil : item(number, .implement)
      case .absent:
        if verdict.stubWorks { return nil }
        let canFake = verdict.fakeWorks && !unfakeable.contains(number)
        return item(number, canFake ? .fake : .implement)
      }
    }
  }

  /// Does the work.
  mutating func perform(_ items: [SupportPlan.Item]) {
    for item in items { answers[item.number] = item.work == .fake ? .fake : .implemented }
  }

  private func item(_ number: SystemCallNumber, _ work: SupportPlan.Work) -> SupportPlan.Item {
    SupportPlan.Item(
      number: number, work: work,
      cost: work == .fake ? costs.faking(number) : costs.implementing(number))
  }
}
