// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What a support set says of one request.
public struct RequestJudgement: Sendable {
  /// How far the request is supported; nil where the set does not say, or what it says could not be
  /// looked at. Nil is never support.
  public var state: SupportState?
  /// The sub-commands and flags because of which it is not.
  public var unsupported: [RequestItem] = []
  /// What could not be looked at.
  public var unchecked: [String] = []
}

extension SupportSet {
  /// What the set says of a call with these arguments. `memory`: what lies at the addresses among
  /// them, by argument, where it is known.
  public func judge(
    _ number: SystemCallNumber, operands: InlineArray<6, UInt64>, memory: [Int: [UInt8]] = [:]
  ) -> RequestJudgement {
    let rules = rules(of: number)
    switch state(of: number) {
    case .missing: return RequestJudgement(state: .missing)
    case .stub: return RequestJudgement(state: .stub)
    case .supported where rules.isEmpty: return RequestJudgement(state: .supported)
    case .partial where rules.isEmpty:
      return RequestJudgement(state: nil, unchecked: ["which part is supported"])
    case .supported, .partial: break
    }
    let items = RequestItem.items(of: number, operands: operands)
    var best: RuleMismatch?
    for rule in rules {
      let mismatch = rule.mismatch(items, number, operands, memory: memory)
      if mismatch.isEmpty { return RequestJudgement(state: .supported) }
      let isBetter =
        best.map {
          (mismatch.unsupported.count, mismatch.unchecked.count)
            < ($0.unsupported.count, $0.unchecked.count)
        } ?? true
      if isBetter { best = mismatch }
    }
    guard let best else { return RequestJudgement(state: nil) }
    return RequestJudgement(
      state: best.unsupported.isEmpty ? nil : .missing, unsupported: best.unsupported,
      unchecked: best.unchecked)
  }

  /// What the set says of one sub-command or flag of a call, whatever stands beside it: nil where
  /// it says nothing of that.
  public func state(of item: RequestItem, in number: SystemCallNumber) -> SupportState? {
    let rules = rules(of: number)
    if state(of: number) == .missing { return .missing }
    if rules.contains(where: { $0.takes(item) == true }) { return .supported }
    return rules.contains { $0.takes(item) == false } ? .missing : nil
  }
}
