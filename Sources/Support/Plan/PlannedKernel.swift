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
  private let set: SupportSet
  /// Parts of calls that were worked on.
  private var parts: Set<CallPart> = []
  /// Calls that some application can only do with when they fail: faking them would break it.
  private let unfakeable: Set<SystemCallNumber>

  init(_ set: SupportSet, for applications: [ApplicationNeeds], costs: WorkCosts) {
    self.costs = costs
    self.set = set
    unfakeable = Set(
      applications.flatMap { $0.numbers { $0.stubWorks && !$0.fakeWorks } })
    for number in set.calls(.supported) + set.calls(.partial) { answers[number] = .implemented }
    for number in set.calls(.stub) { answers[number] = .fake }
  }

  /// What must be done that the application runs, by number; empty if it runs.
  func work(for application: ApplicationNeeds) -> [SupportPlan.Item] {
    let whole = application.numbers { _ in true }.compactMap { number -> SupportPlan.Item? in
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
    return whole
      + application.parts.keys.sorted().filter { lacks($0, application) }.map { part in
        SupportPlan.Item(
          number: part.number, part: part, work: .implement, cost: costs.implementing(part))
      }
  }

  /// Whether the kernel has the call and not this part of it, which the application cannot do
  /// without: a kernel refuses what it does not have. Work on a whole call is work on its parts.
  private func lacks(_ part: CallPart, _ application: ApplicationNeeds) -> Bool {
    let state = set.state(of: part.number)
    return (state == .supported || state == .partial) && !parts.contains(part)
      && application.parts[part]?.stubWorks == false
      && set.state(of: part.item, in: part.number) == .missing
  }

  /// Does the work.
  mutating func perform(_ items: [SupportPlan.Item]) {
    for item in items {
      if let part = item.part {
        parts.insert(part)
      } else {
        answers[item.number] = item.work == .fake ? .fake : .implemented
      }
    }
  }

  private func item(_ number: SystemCallNumber, _ work: SupportPlan.Work) -> SupportPlan.Item {
    SupportPlan.Item(
      number: number, work: work,
      cost: work == .fake ? costs.faking(number) : costs.implementing(number))
  }
}
