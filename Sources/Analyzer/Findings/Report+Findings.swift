// SPDX-License-Identifier: BSD-3-Clause

internal import Trace

extension Report {
  /// What makes the exit code 1, one finding for each fingerprint.
  public var findings: FindingList {
    var findings = diff.roots.filter(\.first.isFinding).map(finding)
    if scope == .full {
      findings += missingOnBothSides.map { call in
        finding(call, fingerprint: call.fingerprint, level: .warning)
      }
    }
    var list = FindingList(
      title: left.name + " / " + right.name, findings: findings,
      unkeptCount: diff.statistics.unkeptDivergenceCount)
    let found = Set(findings.map(\.rule.id))
    for divergenceClass in DivergenceClass.allCases where !found.contains(divergenceClass.rawValue)
    {
      if let reason = unlooked(divergenceClass) {
        list.unlooked.append((divergenceClass.rawValue, reason))
      } else {
        list.passed.append(divergenceClass.rawValue)
      }
    }
    return list
  }

  /// Why nothing of a class can be found; nil where it was looked for.
  private func unlooked(_ divergenceClass: DivergenceClass) -> String? {
    let unseen = diff.leftHeader.unseen.union(diff.rightHeader.unseen)
    switch divergenceClass {
    case .pageTable: return "traces hold no page-table entries"
    case .request, .path: return diff.isReplay ? "a replay keeps every request" : nil
    case .outputBytes: return unseen.contains(.payload) ? "bytes were not seen" : nil
    case .faultOutcome: return unseen.contains(.faults) ? "page faults were not seen" : nil
    case .vmaExtent, .vmaProtection, .vmaBacking, .vmaCount, .placement:
      return unseen.contains(.vmas) ? "VMA changes were not seen" : nil
    case .missingCall, .result, .errno: return nil
    }
  }

  /// Calls that the left kernel lacks, too: no divergence tells of them.
  private var missingOnBothSides: [MissingCall] {
    let told = diff.roots(of: [.missingCall]).filter(\.first.isFinding).map(\.first.subject)
    return diff.missingCalls.filter { !told.contains($0.name) }
  }

  private func finding(_ root: RootDivergence) -> Finding {
    let first = root.first
    if first.divergenceClass == .missingCall,
      let call = diff.missingCalls.first(where: { $0.name == first.subject })
    {
      let level: Finding.Level =
        switch call.native.weight {
        case .matters, .unknown: .error
        case .stubMayDo, .likelyDispensable, .likelyHarmless: .warning
        case .harmless: .note
        }
      return finding(call, fingerprint: first.fingerprint, level: level, first.leftEvent)
    }
    var details = ["request: " + first.request]
    details.append("expected: " + first.expected.text)
    details.append("actual: " + first.actual.text)
    if root.consequenceCount > 0 { details.append("consequences: \(root.consequenceCount)") }
    return Finding(
      fingerprint: sixteenDigits(first.fingerprint), rule: FindingRule(first.divergenceClass),
      level: .error, subject: first.subject,
      title: "\(first.subject): expected \(first.expected.text), got \(first.actual.text)",
      details: details, trace: left.name, event: first.leftEvent ?? first.rightEvent,
      place: first.place, count: root.count, fails: true)
  }

  private func finding(
    _ call: MissingCall, fingerprint: UInt64, level: Finding.Level, _ event: UInt64? = nil
  ) -> Finding {
    var details = ["request: " + call.firstRequest, call.native.hint]
    if !call.subcommands.isEmpty {
      details.append("to do: " + call.subcommands.map(\.name).joined(separator: ", "))
    }
    return Finding(
      fingerprint: sixteenDigits(fingerprint), rule: FindingRule(.missingCall), level: level,
      subject: call.name, title: "\(call.name) is missing, called \(timesText(call.count))",
      details: details, trace: left.name, event: event, place: call.site, count: call.count,
      fails: true)
  }
}

extension MissingCall {
  /// Stable across runs: of the call alone. For a call that both kernels lack, where no divergence
  /// has a fingerprint.
  var fingerprint: UInt64 {
    var hash = Fingerprint()
    hash.add(DivergenceClass.missingCall.rawValue)
    hash.add(name)
    return hash.value
  }
}
